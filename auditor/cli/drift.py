"""`auditor drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.completion import other_sides
from auditor.cli.options import FINDINGS, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="Does a live database keep the contract?")
@click.option(
    "--scope",
    type=click.Choice(("contract", "core", "owned", "all")),
    default="core",
    show_default=True,
    help="Compare what the contract names; all core objects as well; those of every class; or everything.",
)
@click.option(
    "--against",
    metavar="history|applied|FILE|URL",
    shell_complete=other_sides,
    default="history",
    show_default=True,
    help="Compare with all migrations, with those that the ledger says are applied, with a saved snapshot, or "
    "with another database.",
)
@reporting(
    "config",
    "db",
    "shadow",
    "prelude",
    "fail_on",
    "strict",
    formats=FINDINGS,
    settings={"scope": "scope", "against": "against"},
)
def drift(settings: Settings) -> Report:
    """Compare a live database with what the history and the contract say it is, in one read-only
    transaction.

    Exit code 0 means that it was looked at and is as it should be; when it could not be looked at the code
    is 3.
    """
    from auditor.audits import drift as audit

    return audit.run(settings)
