"""`auditor gate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.completion import phases
from auditor.cli.options import FINDINGS, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="Is a phase's work done? On evidence.")
@click.argument("phase", shell_complete=phases)
@click.option(
    "--evidence",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs/reports/phase-gates"),
    show_default=True,
    metavar="DIR",
    help="Where the evidence is filed, relative to classifications.yaml; nothing is overwritten.",
)
@click.option("--no-evidence", is_flag=True, help="Only judge.")
@reporting("config", "db", "fail_on", "strict", formats=FINDINGS, settings={"phase": "subject"})
def gate(settings: Settings, *, evidence: Path, no_evidence: bool) -> Report:
    """Judge the exit criteria of a PHASE of classifications.yaml: each met or not, with the figure and how it
    was found, and file the evidence as PHASE-DATE.md and .json.

    Exit code 0: every criterion is met; 1: one is not; 3: one could not be found out.
    """
    from auditor.audits import gate as audit

    return audit.run(settings, evidence=None if no_evidence else evidence)
