"""What both workers do with a job, once they have claimed it: run it, record the run, append the event.

A worker never writes the queue. It claims through the function of its own role, records its runs in
`executor_job_runs`, says what happened through `append_document_entity_event()`, and hands the job back through
`finish_executor_job()`. The next job follows from the event, not from the worker.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job, as far as a worker may see it."""

    id: int
    entity_id: UUID
    type: str
    correlation_id: UUID
    trace_id: str | None
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """What a step made happen to the entity."""

    kind: str
    payload: dict[str, Any]


Step = Callable[[Job], Event]


def digest(label: str, job: Job) -> str:
    """Evidence of one step: SHA-256 over the step, the entity and the evidence of the step before."""
    before = job.payload.get("digest", "")
    return hashlib.sha256(f"{label}\n{job.entity_id}\n{before}".encode()).hexdigest()


def execute(connection: psycopg.Connection[Any], job: Job, worker: str, steps: Mapping[str, Step]) -> str:
    """Run the step of one job and record it.

    The event, the end of the run and the end of the job are one transaction: after a crash either all of them
    are there, or none, and the job is reclaimed. The connection must be in autocommit mode.

    Returns:
        The status of the job afterwards: `succeeded`, or after an error `queued` or `dead`.
    """
    with connection.transaction():
        run = _one(
            connection,
            """
            INSERT INTO public.executor_job_runs (job_id, worker, correlation_id, trace_id)
            VALUES (%s, %s, %s, %s) RETURNING id
            """,
            (job.id, worker, job.correlation_id, job.trace_id),
        )
    try:
        with connection.transaction():
            event = steps[job.type](job)
            connection.execute(
                "SELECT public.append_document_entity_event(%s, %s, %s, %s, %s)",
                (job.entity_id, event.kind, job.correlation_id, job.trace_id, Jsonb(event.payload)),
            )
            return _finish(connection, job, worker, run, error=None)
    except Exception as problem:  # noqa: BLE001  whatever went wrong belongs into the record of the run
        with connection.transaction():
            return _finish(connection, job, worker, run, error=f"{type(problem).__name__}: {problem}")


# Private


def _finish(connection: psycopg.Connection[Any], job: Job, worker: str, run: int, error: str | None) -> str:
    connection.execute(
        "UPDATE public.executor_job_runs SET status = %s, finished_at = now(), error = %s WHERE id = %s",
        ("succeeded" if error is None else "failed", error, run),
    )
    return str(_one(connection, "SELECT public.finish_executor_job(%s, %s, %s)", (job.id, worker, error)))


def _one(connection: psycopg.Connection[Any], query: LiteralString, parameters: Sequence[object]) -> Any:
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise LookupError("no row came back")
    return row[0]
