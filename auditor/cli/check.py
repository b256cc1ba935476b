"""`auditor check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import FINDINGS, RECORD, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="The main job: classes, rules, replay and contract.")
@RECORD
@reporting("config", "live", "shadow", "prelude", "pg_major", "fail_on", "strict", formats=FINDINGS)
def check(settings: Settings, record: Path | None) -> Report:
    """Classify the migrations, apply every rule, hold source code against the guards, replay the history in a
    throw-away PostgreSQL, and compare the contract with what comes out.

    Needs no database. With --db a live database is compared too; DATABASE_URL is not followed here.
    """
    from auditor.audits import check as audit

    return audit.run(settings, record=record)
