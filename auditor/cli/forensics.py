"""`auditor forensics`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.completion import identities
from auditor.cli.options import FINDINGS, reporting
from auditor.cli.program import Group
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report

CLASSES = ("core", "legacy", "infra", "unclassified")

_all = click.option(
    "--all", "owner_class", type=click.Choice(CLASSES), help="All objects of a class instead of an IDENTITY."
)


@click.group(cls=Group, short_help="Who, when, and where did the job go?", invoke_without_command=True)
@click.pass_context
def forensics(ctx: click.Context) -> None:
    """Questions after an incident: who last defined this object, and where is the job of this entity?"""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


@forensics.command(short_help="Every definition of an object, and which one is live.")
@click.argument("identity", required=False, shell_complete=identities)
@_all
@reporting("config", "db", "shadow", "prelude", formats=("text", "json"), settings={"identity": "subject"})
def blame(settings: Settings, *, owner_class: str | None) -> Report:
    """Tell every definition an object has had, by migration with file, line and difference, and which of
    them runs live.

    IDENTITY is a name as PostgreSQL prints it, with or without its kind, and may hold * and ?:
    'public.jobs', 'function public.claim_*'. Without a database the live side is left out, and said to be.
    """
    from auditor.audits import blame as audit

    return audit.run(settings, owner_class)


@forensics.command(short_help="The time line of a table or a class.")
@click.argument("identity", required=False, shell_complete=identities)
@_all
@reporting("config", "db", "shadow", "prelude", formats=("text", "json"), settings={"identity": "subject"})
def history(settings: Settings, *, owner_class: str | None) -> Report:
    """Tell what happened to an object and all that hangs on it, or to all objects of a class, migration by
    migration, and what is live not as the history says.
    """
    from auditor.audits import timeline as audit

    return audit.run(settings, owner_class)


@forensics.command(short_help="By which migration's transaction an object was written.")
@click.argument("identity", required=False, shell_complete=identities)
@_all
@click.option("--out-of-band", is_flag=True, help="List only what no migration is known to have written.")
@reporting("config", "db", "shadow", "prelude", formats=("text", "json"), settings={"identity": "subject"})
def provenance(settings: Settings, *, owner_class: str | None, out_of_band: bool) -> Report:
    """Tell by which migration's transaction each live object was last written, or between which two
    migrations it was written by none, and when.

    Compares the transaction ids of catalog rows with those of the migration tool's ledger. Where that cannot
    be told (a ledger with one row, a restored or upgraded cluster) it says so. Default: all core objects.
    """
    from auditor.audits import provenance as audit

    return audit.run(settings, owner_class, out_of_band=out_of_band)


@forensics.command(short_help="The path of one entity, and where it stopped.")
@click.argument("entity_id")
@reporting("config", "db", formats=("text", "json"), settings={"entity_id": "subject"})
def trace(settings: Settings) -> Report:
    """Tell the whole path of one entity: its events in order, the job each asked for, the runs with errors,
    retries and times, what is missing, and where the flow stopped.

    The tables are those that `pipeline:` of classifications.yaml maps.
    """
    from auditor.audits import trace as audit

    return audit.run(settings)


_LIMITS = ("gap", "dead", "stale", "outside", "without-event", "backlog", "backlog-age", "retries", "failed-runs")


def _limits(command: Any) -> Any:
    """`--max-gap N` and its like: thresholds instead of those of the configuration."""
    for name in reversed(_LIMITS):
        kind = click.FLOAT if name == "backlog-age" else click.INT
        help_ = f"Threshold of `{name.replace('-', '_')}`{', in seconds' if name == 'backlog-age' else ''}."
        command = click.option(f"--max-{name}", type=kind, metavar="N", help=help_)(command)
    return command


_since = click.option(
    "--since",
    "window",
    default="24h",
    show_default=True,
    metavar="24h|DATE|all",
    help="The window: what happened within this time, or since a date; what is still open counts always.",
)


@forensics.command(short_help="Gaps, backlog, retries, dead and stale jobs.")
@_since
@_limits
@reporting("config", "db", "fail_on", "strict", formats=(*FINDINGS, "openmetrics"))
def kpi(settings: Settings, *, window: str, **limits: float | None) -> Report:
    """Count what went wrong in the live flow: events without their job, backlog, retries, dead jobs, silent
    workers, failed runs, jobs past the gateway.

    A figure above its threshold (`thresholds:` of `pipeline:`, or --max-...) is a finding and gives exit code 1.
    """
    from auditor.audits import kpi as audit

    return audit.run(settings, window, {name.removeprefix("max_"): value for name, value in limits.items()})


@forensics.command(short_help="What must wake somebody: for cron.")
@_since
@_limits
@click.option(
    "--webhook", is_flag=True, help="POST the report as JSON to the URL in AUDITOR_WEBHOOK_URL if it fails."
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Remember there what was told; the webhook is called only when something else is to be told.",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Append a line about this run: evidence that alerts were tested, for a phase's gate.",
)
@reporting("config", "db", "fail_on", "strict", formats=(*FINDINGS, "openmetrics"))
def alert(
    settings: Settings,
    *,
    window: str,
    webhook: bool,
    state: Path | None,
    record: Path | None,
    **limits: float | None,
) -> Report:
    """Say whether the live database keeps the contract (core trigger on, function bodies, dedupe keys, writers
    of the queue) and whether the flow runs: gaps, backlog, dead and silent jobs, jobs past the gateway.

    One short read-only transaction. Exit code 1: something must be done; 3: it could not be looked at, or the
    webhook was not reached.
    """
    from auditor.audits import alert as audit
    from auditor.cli.webhook import address, told

    url = address() if webhook else None
    chosen = {name.removeprefix("max_"): value for name, value in limits.items()}
    return told(lambda: audit.run(settings, window, chosen, record), url, settings, state)


@forensics.command(short_help="The flight recorder: who changed the catalog.")
@click.argument("action", type=click.Choice(("install", "uninstall", "show")))
@click.argument("identity", required=False, shell_complete=identities)
@click.option("--schema", default="flight_recorder", show_default=True, help="Its schema (install, uninstall).")
@click.option("--reader", "readers", multiple=True, metavar="ROLE", help="A role that may read it (install).")
@click.option("--since", "window", default="7d", show_default=True, metavar="24h|DATE|all", help="Window (show).")
@click.option("--limit", default=200, show_default=True, help="At most so many entries (show).")
@reporting("db", formats=("text", "json"), settings={"identity": "subject"})
def recorder(
    settings: Settings, *, action: str, schema: str, readers: tuple[str, ...], window: str, limit: int
) -> Report:
    """Print the SQL of a flight recorder (event triggers that note every change of the catalog), or of its
    reverse, to be reviewed and run as a migration; or show what it has noted. Nothing is installed by auditor.
    """
    from auditor.audits import recorder as audit

    if action == "install":
        return audit.install(settings, schema, readers)
    if action == "uninstall":
        return audit.uninstall(settings, schema)
    return audit.show(settings, window, limit)
