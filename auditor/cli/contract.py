"""`auditor contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.completion import entries
from auditor.cli.options import FINDINGS, reporting
from auditor.cli.program import Group
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.group(
    cls=Group, short_help="The contract resolved, pinned; its file's schema.", invoke_without_command=True
)
@click.pass_context
def contract(ctx: click.Context) -> None:
    """The contract in classifications.yaml."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


@contract.command(short_help="What each entry means, in full.")
@reporting("config", "pg_major", formats=("text", "json"))
def show(settings: Settings) -> Report:
    """Show the contract as it is understood: defaults filled in, names as PostgreSQL prints them, patterns
    and `from-migrations` resolved against the history.
    """
    from auditor.audits import contract as audit

    return audit.show(settings)


@contract.command(short_help="Write definitions into the contract.")
@click.argument("identities", metavar="[IDENTITY]...", nargs=-1, shell_complete=entries)
@click.option(
    "--check", is_flag=True, help="Write nothing: show what would change; exit code 1 if a pin is outdated."
)
@reporting("config", "source_db", "shadow", "prelude", "pg_major", "fail_on", "strict", formats=FINDINGS)
def pin(settings: Settings, identities: tuple[str, ...], *, check: bool) -> Report:
    """Write into classifications.yaml what its entries are silent about: the hash of each function's body, what
    each trigger calls and when it fires, the rows of lookup tables. Pins that are out of date are renewed.

    IDENTITY is an entry's name, with or without its kind, and may hold * and ?; all entries when none is given.
    All else in the file stays as it is, to the byte.
    """
    from auditor.audits import pin as audit

    return audit.run(settings, identities, check=check)


@contract.command(short_help="JSON Schema of classifications.yaml.")
@reporting(formats=("json",))
def schema(settings: Settings) -> Report:
    """Write the JSON Schema of classifications.yaml.

    Editors use it after a first line `# yaml-language-server: $schema=FILE`, which `auditor init` writes.
    """
    from auditor.audits import contract as audit

    return audit.schema(settings)
