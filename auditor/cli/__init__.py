"""The command line: settings in, one audit called, one report written, an exit code.

Nothing here imports a library that is slow to load, nor a command before it is asked for: the listing of
`auditor --help` is made of the literal below, which a test compares with the commands themselves.
"""

from __future__ import annotations

import click

from auditor import __version__
from auditor.cli.program import Program

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("auditor.cli.init", "Propose a classifications.yaml."),
    "check": ("auditor.cli.check", "The main job: classes, rules, replay and contract."),
    "classify": ("auditor.cli.classify", "The class of each migration, with reasons."),
    "effects": ("auditor.cli.effects", "What each statement does to which object."),
    "history": ("auditor.cli.history", "The life of each object over the migrations."),
    "review": ("auditor.cli.review", "The same as check, told for what a change adds or edits."),
    "replay": ("auditor.cli.replay", "Run the history in a throw-away PostgreSQL."),
    "drift": ("auditor.cli.drift", "Does a live database keep the contract?"),
    "guard": ("auditor.cli.guard", "Does source code keep to the guards?"),
    "snapshot": ("auditor.cli.snapshot", "The catalog of a live database as JSON."),
    "contract": ("auditor.cli.contract", "The contract resolved, pinned; its file's schema."),
    "forensics": ("auditor.cli.forensics", "Who, when, and where did the job go?"),
    "report": ("auditor.cli.report", "One self-contained HTML page."),
    "gate": ("auditor.cli.gate", "Is a phase's work done? On evidence."),
    "weekly": ("auditor.cli.weekly", "One page for Monday, Wednesday and Friday."),
    "explain": ("auditor.cli.explain", "What a rule means and what to do about it."),
}
"""Command -> module that holds it under its own name, and what the listing says of it."""

EXIT_CODES: tuple[tuple[int, str], ...] = (
    (0, "checked, nothing at or above the fail level"),
    (1, "checked, there are findings at or above it"),
    (2, "usage or configuration error"),
    (3, "could not check: no connection, no permission, time-out, nothing to check"),
    (70, "a defect of auditor itself"),
    (130, "interrupted"),
)


@click.group(
    cls=Program,
    commands_in=COMMANDS,
    name="auditor",
    invoke_without_command=True,
    epilog="\b\nExit codes:\n" + "\n".join(f"  {code:<4} {meaning}" for code, meaning in EXIT_CODES),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Say which migrations touch the core of a PostgreSQL system, and whether it has drifted.

    Options are given after the command: auditor check --config FILE.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
