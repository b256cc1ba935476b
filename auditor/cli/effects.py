"""`auditor effects`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import LISTING, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="What each statement does to which object.")
@reporting("config", "pg_major", "fail_on", "strict", formats=LISTING, remembered=True)
def effects(settings: Settings) -> Report:
    """List what each statement of each migration does to which object, in PostgreSQL's own names.

    What PostgreSQL does along with it (indexes of constraints, sequences of serial columns, what a CASCADE
    takes away) is listed as implied; what cannot be told from the text as unknown. Needs no database.
    """
    from auditor.audits import effects as audit

    return audit.run(settings)
