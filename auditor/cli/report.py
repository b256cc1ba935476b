"""`auditor report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor.cli.options import reporting
from auditor.cli.program import Command
from auditor.config import Settings

if TYPE_CHECKING:
    from auditor.model import Report


@click.command(cls=Command, short_help="One self-contained HTML page.")
@reporting("config", "live", "shadow", "prelude", "pg_major", "fail_on", "strict", formats=("html", "json"))
def report(settings: Settings) -> Report:
    """Check as `auditor check` does, and show it as one page: the verdict, the findings, the history by class,
    each core object with its definitions, the core as a map, what was checked and what was not. With --db also
    drift side by side, the live state of each object, and the figures of the live flow, which count for the
    verdict. Needs no network, and may be kept as evidence.

    auditor report --output report.html
    """
    from auditor.audits import page as audit

    return audit.run(settings)
