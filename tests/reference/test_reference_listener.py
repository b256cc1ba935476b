"""The listener that never worked, and the revision that fixed it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from reference_system import ReferenceDatabase


def append_request(connection: psycopg.Connection[Any]) -> UUID:
    entity = uuid4()
    connection.execute(
        "INSERT INTO document_entities (id, owner_id, title) VALUES (%s, %s, 'a contract')", (entity, uuid4())
    )
    connection.execute(
        "SELECT append_document_entity_event(%s, 'document.protected.requested', %s, NULL)", (entity, uuid4())
    )
    return entity


def test_ambiguous_until_0010(unmigrated_database: ReferenceDatabase) -> None:
    connection = unmigrated_database.connect()
    jobs = "SELECT type, status, enqueue_source FROM executor_jobs WHERE entity_id = %s"

    unmigrated_database.upgrade("0009")
    with pytest.raises(psycopg.errors.AmbiguousColumn, match='column reference "dedupe_key" is ambiguous'):
        append_request(connection)
    # No event without its job: the append failed as a whole.
    assert connection.execute("SELECT events FROM document_entities").fetchall() == [([],)]
    assert connection.execute("SELECT count(*) FROM executor_jobs").fetchone() == (0,)

    unmigrated_database.upgrade("0010")
    entity = append_request(connection)
    assert connection.execute(jobs, (entity,)).fetchall() == [("protect_document_v2", "queued", "listener")]

    unmigrated_database.downgrade("0009")
    with pytest.raises(psycopg.errors.AmbiguousColumn, match='column reference "dedupe_key" is ambiguous'):
        append_request(connection)
