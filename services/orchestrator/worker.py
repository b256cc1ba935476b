"""The orchestrator: time-stamps, anchors and artifacts. Database role: `orchestrator_worker`."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import class_row

from services.jobs import Event, Job, Step, digest, execute


def run_tsa(job: Job) -> Event:
    """Time-stamp the sealed document."""
    return Event("tsa.confirmed", {"digest": digest("tsa", job)})


def submit_anchor(job: Job) -> Event:
    """Anchor the time-stamp."""
    return Event("anchor.confirmed", {"digest": digest("anchor", job)})


def build_artifact(job: Job) -> Event:
    """Put the evidence together: the last link."""
    return Event("artifact.finalized", {"digest": digest("artifact", job)})


STEPS: dict[str, Step] = {
    "run_tsa": run_tsa,
    "submit_anchor": submit_anchor,
    "build_artifact": build_artifact,
}


def run_once(connection: psycopg.Connection[Any], worker: str, limit: int = 10) -> list[Job]:
    """Take back what lost workers left, claim up to `limit` jobs, execute them, and return them."""
    connection.execute("SELECT public.reclaim_stale_jobs(interval '5 minutes')")
    with connection.cursor(row_factory=class_row(Job)) as cursor:
        claimed = cursor.execute(
            """
            SELECT id, entity_id, type, correlation_id, trace_id, payload
              FROM public.claim_orchestrator_jobs(%s, %s)
            """,
            (limit, worker),
        ).fetchall()
    for job in claimed:
        execute(connection, job, worker, STEPS)
    return claimed
