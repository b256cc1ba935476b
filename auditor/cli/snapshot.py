"""`auditor snapshot`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="The catalog of a live database as JSON.")
@reporting("config", "db", formats=("json", "text"))
def snapshot(settings: Settings) -> Report:
    """Read the catalog of a live database in one read-only transaction and write it as JSON, for
    `auditor drift --against FILE`. The text format only counts.
    """
    from auditor.audits import snapshot as audit

    return audit.run(settings)
