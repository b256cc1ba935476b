"""The history itself: every revision goes up and down, and leaves the catalog as it found it."""

from __future__ import annotations

import io
from itertools import pairwise

import alembic.command
import alembic.config
import pytest
from alembic.script import ScriptDirectory
from reference_system import REVISIONS, ROOT, ReferenceDatabase

from auditor.replay.server import ThrowAwayServer

READS_ROWS = "0011"
"""The revision that cannot be rendered without a database."""


def config(output: io.StringIO | None = None) -> alembic.config.Config:
    settings = alembic.config.Config(output_buffer=output)
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.set_main_option("sqlalchemy.url", "postgresql:///nowhere")
    return settings


def test_the_history_is_one_line() -> None:
    script = ScriptDirectory.from_config(config())
    assert [revision.revision for revision in script.walk_revisions()][::-1] == REVISIONS


def test_down_to_base_and_up_again_is_the_same_catalog(reference_database: ReferenceDatabase) -> None:
    before = reference_database.catalog()
    assert ("trigger", "on_document_entity_events_change on public.document_entities") in before
    reference_database.downgrade("base")
    left = {identity for kind, identity in reference_database.catalog() if kind in {"table", "function", "type"}}
    assert left == {"public.alembic_version"}
    reference_database.upgrade()
    assert reference_database.catalog() == before


def test_each_downgrade_undoes_its_upgrade(unmigrated_database: ReferenceDatabase) -> None:
    unmigrated_database.upgrade("0001")
    for before, revision in pairwise(REVISIONS):
        expected = unmigrated_database.catalog()
        unmigrated_database.upgrade(revision)
        unmigrated_database.downgrade(before)
        found = unmigrated_database.catalog()
        if revision == "0014":  # a value cannot be taken out of an enum
            status = ("type", "public.user_document_status")
            assert found.pop(status) != expected.pop(status)
        assert found == expected, revision
        unmigrated_database.upgrade(revision)


def test_rendered_offline_but_for_the_revision_that_reads_rows(unmigrated_database: ReferenceDatabase) -> None:
    texts = []
    for revisions in ("base:0010", "0011:head"):
        output = io.StringIO()
        alembic.command.upgrade(config(output), revisions, sql=True)
        texts.append(output.getvalue())
    with pytest.raises(AttributeError, match="NoneType"):
        alembic.command.upgrade(config(io.StringIO()), f"0010:{READS_ROWS}", sql=True)

    # What is rendered makes the same catalog as what is run.
    connection = unmigrated_database.connect()
    before_index, index, after_index = texts[1].partition("CREATE UNIQUE INDEX CONCURRENTLY")
    statement, _, rest = after_index.partition(";")
    for text in (texts[0], f"UPDATE alembic_version SET version_num = '{READS_ROWS}'", before_index):
        connection.execute(text)
    connection.execute(index + statement)  # cannot stand in one message with others
    connection.execute(rest)
    rendered = unmigrated_database.catalog()
    unmigrated_database.downgrade("base")
    unmigrated_database.upgrade()
    assert unmigrated_database.catalog() == rendered


def test_backfill_imports_without_asking_for_jobs(unmigrated_database: ReferenceDatabase) -> None:
    unmigrated_database.upgrade("0010")
    connection = unmigrated_database.connect()
    connection.execute(
        """
        INSERT INTO user_documents (owner_id, title, status)
        VALUES (gen_random_uuid(), 'a', 'draft'), (gen_random_uuid(), 'b', 'protection_requested')
        """
    )
    imported = """
        SELECT u.title, d.owner_id = u.owner_id, jsonb_array_length(d.events),
               d.events -> 0 ->> 'kind', d.events -> 0 #>> '{payload,status}', d.events -> 0 ->> 'correlation_id'
          FROM user_documents AS u JOIN document_entities AS d USING (id) ORDER BY u.title
    """
    unmigrated_database.upgrade(READS_ROWS)
    first = connection.execute(imported).fetchall()
    assert [row[:-1] for row in first] == [
        ("a", True, 1, "document.imported", "draft"),
        ("b", True, 1, "document.imported", "protection_requested"),
    ]
    jobs = connection.execute("SELECT enqueue_source FROM executor_jobs").fetchall()
    assert jobs == [("legacy_trigger",)]

    unmigrated_database.downgrade("0010")
    assert connection.execute(imported).fetchall() == []
    unmigrated_database.upgrade(READS_ROWS)
    assert connection.execute(imported).fetchall() == first


def test_an_ordinary_owner_can_run_it(server: ThrowAwayServer, reference_database: ReferenceDatabase) -> None:
    """No revision needs a superuser: pg_trgm is trusted, and CREATEROLE makes the roles."""
    server.create_owner_role("reference_owner")
    name = server.create_database(owner="reference_owner")
    owned = ReferenceDatabase(server.conninfo(name, "reference_owner"))
    owned.upgrade()
    expected = {
        (kind, identity.replace("for role postgres", "for role reference_owner")): listed.definition
        for (kind, identity), listed in reference_database.catalog().items()
    }
    assert {item: listed.definition for item, listed in owned.catalog().items()} == expected
    owned.downgrade("base")
    server.drop_database(name)
