"""`auditor init`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from auditor.cli.completion import core_objects
from auditor.cli.options import reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report
    from auditor.proposal.candidates import Candidate

SHOWN = 9
"""Candidates that a person is asked about."""


@click.command(cls=Command, short_help="Propose a classifications.yaml.")
@click.option(
    "--core",
    multiple=True,
    metavar="KIND:IDENTITY",
    shell_complete=core_objects,
    help="What is core, such as table:public.jobs; may be given several times.  [default: the tables that look "
    "most like it]",
)
@click.option(
    "--migrations",
    "places",
    multiple=True,
    metavar="PATH",
    help="Where the migrations lie; may be given several times.  [default: wherever they are found]",
)
@click.option("--dry-run", is_flag=True, help="Print the file instead of writing it.")
@click.option("--yes", is_flag=True, help="Ask nothing, even on a terminal.")
@reporting("config", "shadow", "prelude", "pg_major", formats=("text", "json"))
def init(settings: Settings, core: Sequence[str], places: Sequence[str], dry_run: bool, yes: bool) -> Report:
    """Find the migrations, replay them, and propose who owns what and what must hold.

    Core are the tables named and what they pull along (triggers, functions, keys, claims), infra what the system
    stands on, legacy what was dropped or switched off. The rest is listed, for you to sort.

    A file that is there is completed; nothing in it is changed. Its JSON Schema is put beside it, into .auditor,
    where its first line sends editors.
    """
    from auditor.audits import init as audit

    asks = not yes and not dry_run and sys.stdin.isatty() and sys.stderr.isatty()
    return audit.run(settings, core=core, places=places, dry_run=dry_run, choose=_ask if asks else None)


# Private


def _ask(ranked: Sequence[Candidate], wrong: str) -> list[str] | None:
    """Which tables are core: by number or by name; Enter leaves it to the ranking."""
    if wrong:
        click.echo(wrong, err=True)
    else:
        click.echo("These tables look like the heart of the system:", err=True)
        for number, one in enumerate(ranked[:SHOWN], start=1):
            click.echo(f"  {number}. {one.table}  ({'; '.join(one.reasons)})", err=True)
    question = "Core tables, by number or name (Enter: let init choose)"
    answer = click.prompt(question, default="", show_default=False, err=True)
    words = answer.replace(",", " ").split()
    by_number = {str(number): one.table for number, one in enumerate(ranked, start=1)}
    named = [by_number.get(word, word) for word in words]
    return [f"table:{name}" for name in named] or None
