"""`auditor history`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.completion import identities
from auditor.cli.options import LISTING, reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="The life of each object over the migrations.")
@click.argument("identity", required=False, shell_complete=identities)
@reporting(
    "config",
    "pg_major",
    "fail_on",
    "strict",
    formats=LISTING,
    remembered=True,
    settings={"identity": "subject"},
)
def history(settings: Settings) -> Report:
    """Tell who created, changed, renamed and dropped each object, or the one of that IDENTITY.

    IDENTITY is a name as PostgreSQL prints it, with or without its kind, and may hold * and ?:
    'public.jobs', 'function public.claim_*'. Needs no database.
    """
    from auditor.audits import history as audit

    return audit.run(settings)
