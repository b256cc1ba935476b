"""`auditor weekly`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import FINDINGS, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="One page for Monday, Wednesday and Friday.")
@click.option(
    "--day",
    type=click.Choice(("monday", "wednesday", "friday")),
    help="Only this day's part.  [default: all three]",
)
@reporting("config", "db", "fail_on", "strict", formats=FINDINGS)
def weekly(settings: Settings, *, day: str | None) -> Report:
    """Print one page about the live database: on Monday what broke in contract and flow over the week, on
    Wednesday which core objects no migration wrote last, on Friday which criteria of which phase are met.
    """
    from auditor.audits import weekly as audit

    return audit.run(settings, day)
