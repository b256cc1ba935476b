"""`auditor contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import reporting
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.group(short_help="The resolved contract; the schema of its file.", invoke_without_command=True)
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


@contract.command(short_help="JSON Schema of classifications.yaml.")
@reporting(formats=("json",))
def schema(settings: Settings) -> Report:
    """Write the JSON Schema of classifications.yaml.

    Editors use it after a first line `# yaml-language-server: $schema=FILE`.
    """
    from auditor.audits import contract as audit

    return audit.schema(settings)
