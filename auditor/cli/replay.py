"""`auditor replay`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import FINDINGS, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="Run the history in a throw-away PostgreSQL.")
@reporting("config", "shadow", "prelude", "keep_going", "pg_major", "fail_on", "strict", formats=FINDINGS)
def replay(settings: Settings) -> Report:
    """Run the migrations one by one in a throw-away PostgreSQL, record what each really does, and compare
    that with what was read from its text.
    """
    from auditor.audits import replay as audit

    return audit.run(settings)
