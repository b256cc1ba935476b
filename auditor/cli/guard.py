"""`auditor guard`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import FINDINGS, RECORD, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="Does source code keep to the guards?")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--update-baseline",
    is_flag=True,
    help="Record what guards in `mode: compat` find in .auditor/guards.jsonl: it is counted then, and only "
    "new ones fail.",
)
@RECORD
@reporting("config", "fail_on", "strict", formats=FINDINGS)
def guard(settings: Settings, paths: tuple[Path, ...], update_baseline: bool, record: Path | None) -> Report:
    """Hold runtime source code against the `guards:` of classifications.yaml. Needs no database, no migrations.

    Tables and functions are found in the structure of the code: query builders, models, SQL in texts, requests to
    PostgREST; never in comments. PATHS, files or directories, limit what is told about.
    """
    from auditor.audits import guard as audit

    return audit.run(settings, paths=paths, update_baseline=update_baseline, record=record)
