"""`auditor review`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.completion import revisions
from auditor.cli.options import FINDINGS, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="The same as check, told for what a change adds or edits.")
@click.option(
    "--base",
    metavar="REV",
    shell_complete=revisions,
    required=True,
    envvar="AUDITOR_BASE",
    help="The branch that the change is to be merged into, such as origin/main.",
)
@reporting(
    "config",
    "live",
    "shadow",
    "prelude",
    "pg_major",
    "fail_on",
    "strict",
    formats=FINDINGS,
    settings={"base": "base"},
)
def review(settings: Settings) -> Report:
    """Check the whole history, and tell what is new since the change left its base: the class of each migration
    that it adds or edits, the core objects before and after, findings that did not stand before.

    The work tree counts, committed or not. Needs git, and no database.
    """
    from auditor.audits import review as audit

    return audit.run(settings)
