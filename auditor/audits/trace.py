"""The path of one entity through events, jobs and runs."""

from __future__ import annotations

import datetime
from typing import Any

from auditor.audits.parts.inputs import Outcome, read_configuration, report, required
from auditor.audits.parts.live_flow import flow_of, wants_live
from auditor.catalog.session import read_only_session
from auditor.catalog.url import parse_url
from auditor.config import Settings
from auditor.errors import UsageError
from auditor.forensics.trace import Job, Step, Trace, seconds, trace
from auditor.model import Report


def run(settings: Settings) -> Report:
    """Trace the entity whose id is `settings.subject`.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong, or maps what is not there.
        UsageError: no database is given, or the text is no id.
        CouldNotCheck: there is no such entity, or the database cannot be read.
    """
    if not wants_live(settings):
        raise UsageError("the flow is read from a live database: name it with --db URL")
    configuration = required(read_configuration(settings), settings)
    with read_only_session(settings.db or None) as connection:
        flow = flow_of(connection, configuration)
        found = trace(connection, flow, settings.subject or "")
    jobs = sum(len(step.jobs) for step in found.steps) + len(found.without_event)
    outcome = Outcome(
        checked={"event": len(found.steps), "job": jobs},
        notes=(str(parse_url(settings.db or None)),),
        data=trace_values(found),
    )
    return report("forensics trace", outcome, None, settings)


def trace_values(found: Trace) -> dict[str, Any]:
    """A trace, ready for JSON."""
    return {
        "entity": found.entity,
        "stopped": found.stopped,
        "where": found.where.place if found.where is not None else None,
        "events": [_step(step) for step in found.steps],
        "jobs_without_event": [_job(job) for job in found.without_event],
    }


# Private


def _step(step: Step) -> dict[str, Any]:
    return {
        "place": step.place,
        "type": step.type,
        "at": _time(step.at),
        "correlation": step.correlation,
        "requires": step.requires,
        "state": step.state,
        "job_after_seconds": step.delay,
        "jobs": [_job(job) for job in step.jobs],
    }


def _job(job: Job) -> dict[str, Any]:
    first = next((run.started for run in job.runs if run.started is not None), None)
    return {
        "id": job.id,
        "type": job.type,
        "status": job.status,
        "state": job.state,
        "source": job.source,
        "correlation": job.correlation,
        "created": _time(job.created),
        "finished": _time(job.finished),
        "heartbeat": _time(job.heartbeat),
        "attempts": job.attempts,
        "error": job.error,
        "started_after_seconds": seconds(job.created, first),
        "runs": [
            {
                "id": run.id,
                "status": run.status,
                "started": _time(run.started),
                "finished": _time(run.finished),
                "seconds": seconds(run.started, run.finished),
                "error": run.error,
            }
            for run in job.runs
        ],
    }


def _time(value: datetime.datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
