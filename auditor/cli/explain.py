"""`auditor explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.completion import codes
from auditor.cli.options import reporting
from auditor.cli.program import Command
from auditor.config import Settings
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="What a rule means and what to do about it.")
@click.argument("rule", metavar="CODE|NAME", required=False, shell_complete=codes)
@click.option("--list", "list_all", is_flag=True, help="List all rules.")
@reporting(formats=("text", "json"), settings={"rule": "subject"})
def explain(settings: Settings, *, list_all: bool) -> Report:
    """Explain a code that stands in a report, or the name beside it: what it means, why it matters, what to do,
    how to allow it, with an example of each kind. Codes of squawk and plpgsql_check are explained too.
    """
    from auditor.audits import explain as audit

    if list_all == bool(settings.subject):
        raise UsageError("name one rule, or give --list; such as `auditor explain DRF003`")
    return audit.run(settings)
