"""The decision worker: may this document be protected? Database role: `decision_worker`."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import class_row

from services.jobs import Event, Job, Step, digest, execute


def protect(job: Job) -> Event:
    """Seal the document: the first link of its evidence."""
    return Event("document.protected", {"digest": digest("protect", job)})


STEPS: dict[str, Step] = {"protect_document_v2": protect}


def run_once(connection: psycopg.Connection[Any], worker: str, limit: int = 10) -> list[Job]:
    """Claim up to `limit` decisions, execute them, and return them."""
    with connection.cursor(row_factory=class_row(Job)) as cursor:
        claimed = cursor.execute(
            """
            SELECT id, entity_id, type, correlation_id, trace_id, payload
              FROM public.claim_initial_decision_jobs(%s, %s)
            """,
            (limit, worker),
        ).fetchall()
    for job in claimed:
        execute(connection, job, worker, STEPS)
    return claimed
