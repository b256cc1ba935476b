"""The old ways into the queue: their compat period, and their end."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from reference_system import ReferenceDatabase

WRITE_DOCUMENT = """
    INSERT INTO user_documents (id, owner_id, title, status) VALUES (%s, %s, 'a contract', 'protection_requested')
"""
JOBS = "SELECT type, enqueue_source FROM executor_jobs WHERE entity_id = %s ORDER BY id"
COUNTS = "SELECT source, enqueued FROM legacy_enqueue_counts ORDER BY source"


def write_document(connection: psycopg.Connection[Any]) -> UUID:
    document = uuid4()
    connection.execute(WRITE_DOCUMENT, (document, uuid4()))
    return document


def test_marked_by_source_from_0009(unmigrated_database: ReferenceDatabase) -> None:
    unmigrated_database.upgrade("0008")
    gateway = unmigrated_database.connect("app_gateway")
    early = write_document(gateway)
    gateway.execute("SELECT enqueue_document_job(%s, 'run_tsa')", (early,))

    unmigrated_database.upgrade("0009")
    late = write_document(gateway)
    gateway.execute("SELECT enqueue_document_job(%s, 'run_tsa')", (late,))
    for document in (early, late):
        assert gateway.execute(JOBS, (document,)).fetchall() == [
            ("protect_document_v2", "legacy_trigger"),
            ("run_tsa", "legacy_direct"),
        ]


def test_counted_and_warned_from_0014(unmigrated_database: ReferenceDatabase) -> None:
    unmigrated_database.upgrade("0014")
    gateway = unmigrated_database.connect("app_gateway")
    owner = unmigrated_database.connect()
    warnings: list[str | None] = []
    gateway.add_notice_handler(lambda notice: warnings.append(notice.message_primary))

    entity = uuid4()
    gateway.execute(
        "SELECT request_document_protection(%s, %s, 'asked by event', %s, NULL)", (entity, uuid4(), uuid4())
    )
    # The projection wrote user_documents, and that is no request: one job, nothing counted.
    assert owner.execute("SELECT status FROM user_documents WHERE id = %s", (entity,)).fetchone() == (
        "protection_requested",
    )
    assert gateway.execute(JOBS, (entity,)).fetchall() == [("protect_document_v2", "listener")]
    assert owner.execute(COUNTS).fetchall() == []
    assert warnings == []

    document = write_document(gateway)
    gateway.execute("SELECT enqueue_document_job(%s, 'run_tsa')", (document,))
    gateway.execute("SELECT enqueue_document_job(%s, 'submit_anchor')", (document,))
    assert owner.execute(COUNTS).fetchall() == [("legacy_direct", 2), ("legacy_trigger", 1)]
    assert warnings == [
        f"legacy enqueue ({source}) of {document}: use request_document_protection()"
        for source in ("legacy_trigger", "legacy_direct", "legacy_direct")
    ]


def test_gone_from_0018(unmigrated_database: ReferenceDatabase) -> None:
    unmigrated_database.upgrade("0018")
    gateway = unmigrated_database.connect("app_gateway")
    with pytest.raises(psycopg.errors.UndefinedFunction):
        gateway.execute("SELECT enqueue_document_job(%s, 'run_tsa')", (uuid4(),))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        write_document(gateway)
    document = write_document(unmigrated_database.connect())
    assert unmigrated_database.connect().execute(JOBS, (document,)).fetchall() == []
    assert (
        unmigrated_database.connect()
        .execute(
            "SELECT proname FROM pg_proc WHERE proname ~ 'enqueue' UNION SELECT relname FROM pg_class "
            "WHERE relname ~ 'legacy'"
        )
        .fetchall()
        == []
    )


def test_the_queue_is_closed_only_when_the_old_jobs_are_done(unmigrated_database: ReferenceDatabase) -> None:
    unmigrated_database.upgrade("0014")
    document = write_document(unmigrated_database.connect("app_gateway"))
    owner = unmigrated_database.connect()

    with pytest.raises(sa.exc.IntegrityError, match="executor_jobs_entity_id_fkey"):
        unmigrated_database.upgrade()
    owner.execute("INSERT INTO document_entities (id, owner_id, title) VALUES (%s, %s, '')", (document, uuid4()))
    with pytest.raises(sa.exc.IntegrityError, match="executor_jobs_listener_only"):
        unmigrated_database.upgrade()
    assert owner.execute("SELECT version_num FROM alembic_version").fetchall() == [("0018",)]

    owner.execute("UPDATE executor_jobs SET status = 'succeeded', finished_at = now()")
    unmigrated_database.upgrade()
    # What was done the old way stays on record; nothing new can come that way.
    assert owner.execute(JOBS, (document,)).fetchall() == [("protect_document_v2", "legacy_trigger")]
    with pytest.raises(psycopg.errors.CheckViolation, match="executor_jobs_listener_only"):
        owner.execute("UPDATE executor_jobs SET status = 'queued'")
