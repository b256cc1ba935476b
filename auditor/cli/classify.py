"""`auditor classify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import LISTING, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="The class of each migration, with reasons.")
@reporting("config", "pg_major", "fail_on", "strict", formats=LISTING, remembered=True)
def classify(settings: Settings) -> Report:
    """Say which migrations touch the core, which are legacy and which infra, and because of which objects.

    Needs no database. Objects that no class owns and migrations of several classes are findings.
    """
    from auditor.audits import classify as audit

    return audit.run(settings)
