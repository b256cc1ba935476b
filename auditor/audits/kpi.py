"""Figures of the live flow, against their thresholds."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.audits.parts.inputs import Outcome, read_configuration, report, required
from auditor.audits.parts.live_flow import flow_of, wants_live
from auditor.catalog.session import read_only_session
from auditor.catalog.url import parse_url
from auditor.config import Settings
from auditor.declaration.pipeline import Pipeline
from auditor.errors import UsageError
from auditor.forensics.figures import Figure, figures, kpi_values, metrics
from auditor.forensics.flow import Flow
from auditor.forensics.kpi import Connection, Kpis, read_kpis
from auditor.model import Finding, ObjectId, Report
from auditor.rules.flow import event_without_job, flow_threshold

FLOW = frozenset({event_without_job.RULE.code, flow_threshold.RULE.code})


def run(settings: Settings, window: str = "24h", limits: Mapping[str, float | None] | None = None) -> Report:
    """Read every figure.

    Args:
        settings: of the run.
        window: see :func:`auditor.forensics.kpi.beginning`.
        limits: thresholds instead of those of the configuration.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong, or maps what is not there.
        UsageError: no database is given, or the window is none.
        CouldNotCheck: the database cannot be read.
    """
    if not wants_live(settings):
        raise UsageError("the flow is read from a live database: name it with --db URL")
    configuration = required(read_configuration(settings), settings)
    with read_only_session(settings.db or None) as connection:
        flow = flow_of(connection, configuration)
        outcome = flow_outcome(flow.pipeline, flow_kpis(connection, flow, window), limits or {})
    outcome += Outcome(notes=(str(parse_url(settings.db or None)), f"window {window}"))
    return report("forensics kpi", outcome, None, settings)


def flow_kpis(connection: Connection, flow: Flow, window: str) -> Kpis:
    """The figures.

    Raises:
        UsageError: the window is none.
    """
    try:
        return read_kpis(connection, flow, window)
    except ValueError as error:
        raise UsageError(f"--since: {error}") from None


def flow_outcome(pipeline: Pipeline, kpis: Kpis, limits: Mapping[str, float | None]) -> Outcome:
    """The figures as a part of a report."""
    found = figures(kpis, pipeline, limits)
    return Outcome(
        findings=tuple(judged(found, pipeline)),
        evaluated=FLOW,
        checked={"figure": sum(1 for one in found if one.value is not None)},
        not_checked=tuple(kpis.not_checked),
        data=kpi_values(kpis, found) | {"metrics": [one.as_json() for one in metrics(kpis, found)]},
    )


def judged(found: tuple[Figure, ...], pipeline: Pipeline) -> list[Finding]:
    """Findings for figures above their thresholds."""
    queue = ObjectId("table", str(pipeline.jobs.table)) if pipeline.jobs is not None else ObjectId("table", "")
    events = ObjectId("table", str(pipeline.events.table)) if pipeline.events is not None else queue
    return [*event_without_job.check(found, events), *flow_threshold.check(found, queue)]
