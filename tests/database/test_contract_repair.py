"""What a repair says is run on a real server, and the comparison is empty again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.comparison.snapshots import compare
from auditor.history.lives import Definition
from auditor.model import Comparison, Location, Snapshot
from auditor.repair.create import dollar_quoted, literal, own_name, routine_name, set_clause
from auditor.repair.grants import Roles
from auditor.repair.statements import repair_from_history, repair_sql
from auditor.replay.server import ThrowAwayServer

BASE = Path(__file__).parent.parent / "cases" / "contract" / "base.sql"

CHANGES = {
    "trigger disabled": "alter table app.docs disable trigger docs_changed",
    "trigger always": "alter table app.docs enable always trigger docs_changed",
    "trigger enabled": "alter table app.jobs enable trigger jobs_off",
    "trigger dropped": "drop trigger docs_changed on app.docs",
    "disabled trigger dropped": "drop trigger jobs_off on app.jobs",
    "constraint trigger dropped": "drop trigger jobs_late on app.jobs",
    "trigger fires otherwise": """
        drop trigger docs_changed on app.docs;
        create trigger docs_changed after update on app.docs for each row execute function app.materialise()""",
    "body edited": """
        create or replace function app.materialise() returns trigger language plpgsql security definer
            set search_path = app, pg_temp as 'begin return null; end'""",
    "security flipped": "alter function app.materialise() security invoker",
    "setting changed": "alter function app.materialise() set search_path = public",
    "setting reset": "alter function app.materialise() reset search_path",
    "setting added": "alter function app.claim set statement_timeout = '5s'",
    "volatility and cost": "alter function app.claim volatile cost 7 rows 9 parallel unsafe called on null input",
    "function dropped": "drop function app.claim",
    "function with another default": """
        drop function app.claim;
        create function app.claim(worker text, how_many integer default 99) returns setof app.jobs language sql
            as 'select * from app.jobs limit $2'""",
    "standard body edited": """
        create or replace function app.twice(n integer) returns integer language sql immutable return n * 3""",
    "standard body dropped": "drop function app.twice",
    "procedure edited": """
        create or replace procedure app.clean(inout number integer) language plpgsql
            as 'begin number := 2; end'""",
    "procedure dropped": "drop procedure app.clean",
    "execute granted": "grant execute on function app.claim to {reader}",
    "execute revoked": "revoke execute on function app.claim from {worker}",
    "grant option lost": "revoke grant option for execute on function app.claim from {worker}",
    "execute from public": "revoke execute on function app.materialise from public",
    "index dropped": "drop index app.jobs_dedupe",
    "index not unique": """
        drop index app.jobs_dedupe;
        create index jobs_dedupe on app.jobs (dedupe_key) where dedupe_key is not null""",
    "predicate changed": """
        drop index app.jobs_dedupe;
        create unique index jobs_dedupe on app.jobs (dedupe_key) where status = 'queued'""",
    "other index dropped": "drop index app.jobs_by_status",
    "index option": "alter index app.jobs_by_status set (fillfactor = 50)",
    "index option reset": "alter index app.jobs_by_status reset (fillfactor)",
    "whitelist widened": """
        alter table app.jobs drop constraint jobs_type_check;
        alter table app.jobs add constraint jobs_type_check check (type in ('protect', 'anchor', 'mine'))""",
    "whitelist dropped": "alter table app.jobs drop constraint jobs_type_check",
    "check not validated": """
        alter table app.jobs drop constraint jobs_type_check;
        alter table app.jobs add constraint jobs_type_check check (type in ('protect', 'anchor')) not valid""",
    "unique dropped": "alter table app.jobs drop constraint jobs_status_unique",
    "foreign key changed": """
        alter table app.jobs drop constraint jobs_doc;
        alter table app.jobs add constraint jobs_doc foreign key (doc_id) references app.docs""",
    "foreign key dropped": "alter table app.jobs drop constraint jobs_doc",
    "policy dropped": "drop policy docs_own on app.docs",
    "policy changed": "alter policy docs_own on app.docs using (true)",
    "row security off": "alter table app.docs disable row level security, force row level security",
    "replica identity": "alter table app.docs replica identity full",
    "unlogged": "alter table app.counts_plain set unlogged",
    "rule dropped": "drop rule jobs_quiet on app.jobs",
    "rule off": "alter table app.jobs disable rule jobs_quiet",
    "view changed": "create or replace view app.open_jobs as select id, type from app.jobs",
    "view dropped": "drop view app.open_jobs",
    "materialized view dropped": "drop materialized view app.counts",
    "column type": "alter table app.docs alter total type numeric(12, 3)",
    "column default": "alter table app.docs alter total drop default",
    "column default set": "alter table app.docs alter title set default 'x'",
    "column nullable": "alter table app.docs alter events drop not null",
    "column dropped": "alter table app.docs drop mood",
    "collated column dropped": "alter table app.docs drop title",
    "column collation": 'alter table app.docs alter title type text collate "POSIX"',
    "column identity": "alter table app.docs alter id set generated by default",
    "table granted": "grant insert, select on app.docs to {worker}",
    "table revoked": "revoke select on app.docs from {reader}",
    "column revoked": "revoke update (title) on app.docs from {worker}",
    "default privileges": "alter default privileges in schema app grant insert on tables to {worker}",
    "default privileges gone": "alter default privileges in schema app revoke select on tables from {reader}",
    "comment": "comment on function app.claim is null",
    "comment on column": "comment on column app.docs.title is 'new'",
    "comment on trigger": "comment on trigger docs_changed on app.docs is 'new'",
    "comment on constraint": "comment on constraint jobs_doc on app.jobs is 'new'",
    "enum without label": "alter type app.mood rename value 'happy' to 'glad'",
    "domain default": "alter domain app.email drop default",
    "domain check": "alter domain app.email drop constraint email_check",
    "domain check widened": """
        alter domain app.email drop constraint email_check;
        alter domain app.email add constraint email_check check (value <> '')""",
    "sequence": "alter sequence app.numbers increment 7 cache 1 cycle",
    "owner of a function": "alter function app.claim owner to {reader}",
    "owner of a table": "alter table app.docs owner to {stranger}",
    "owner of a schema": "alter schema app owner to {worker}",
}

CANNOT_BE_REPAIRED = {"enum without label"}
"""PostgreSQL takes no label away."""


class Base:
    """A database with `base.sql`, and the snapshot of it."""

    def __init__(self, server: ThrowAwayServer, name: str, roles: dict[str, str]) -> None:
        self.server = server
        self.name = name
        self.roles = roles
        with self.connect() as connection:
            connection.execute(self.fill_in(BASE.read_text()).encode())
            connection.execute("create table app.counts_plain (n integer)")
        with self.connect() as connection:
            self.before = self.read(connection)

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.server.conninfo(self.name), cursor_factory=psycopg.RawCursor)

    def fill_in(self, sql: str) -> str:
        for name, role in self.roles.items():
            sql = sql.replace(f"{{{name}}}", role)
        return sql

    def read(self, connection: psycopg.Connection[Any]) -> Snapshot:
        with connection.transaction(force_rollback=True):
            set_printing(connection)
            return read_snapshot(connection)


@pytest.fixture(scope="module")
def base(server: ThrowAwayServer) -> Iterator[Base]:
    name = server.create_database()
    roles = {"reader": f"{name}_reader", "worker": f"{name}_worker", "stranger": f"{name}_stranger"}
    with server.connect() as connection:
        for role in roles.values():
            connection.execute(f"create role {role}".encode())
    yield Base(server, name, roles)
    server.drop_database(name)
    with server.connect() as connection:
        for role in roles.values():
            connection.execute(f"drop role {role}".encode())


def repairs(comparisons: list[Comparison], before: Snapshot, after: Snapshot) -> list[str | None]:
    roles = Roles(before.migration_role, after.migration_role)
    return [
        repair_sql(comparison.expected, comparison.actual, comparison.changes, roles=roles)
        for comparison in comparisons
        if comparison.under is None
    ]


@pytest.mark.parametrize("change", CHANGES)
def test_the_repair_of_a_change_undoes_it(base: Base, change: str) -> None:
    with base.connect() as connection:
        connection.execute(base.fill_in(CHANGES[change]).encode())
        after = base.read(connection)
        found = compare(base.before, after)
        assert found
        statements = repairs(found, base.before, after)
        if change in CANNOT_BE_REPAIRED:
            assert statements == [None]
        else:
            for statement in statements:
                assert statement is not None
                connection.execute(statement.encode())
            left = compare(base.before, base.read(connection))
            assert [(str(one.object), one.changes, statements) for one in left] == []
        connection.rollback()


def test_what_no_migration_made_is_dropped_by_hand_only(base: Base) -> None:
    with base.connect() as connection:
        connection.execute(
            b"create table app.extra (id integer primary key);"
            b"create trigger extra before insert on app.docs for each row execute function app.materialise();"
            b"alter table app.docs add column extra text, add constraint extra check (id > 0);"
            b"create policy extra on app.docs"
        )
        after = base.read(connection)
        found = [one for one in compare(base.before, after) if one.under is None]
        for one in found:
            sql = repair_sql(one.expected, one.actual)
            assert sql is not None
            comment, drop = sql.splitlines()
            assert comment.startswith("-- ")
            connection.execute(drop.removeprefix("-- ").encode())
        assert len(found) == 5
        assert compare(base.before, base.read(connection)) == []
        connection.rollback()


def test_a_repair_speaks_of_the_live_migration_role(base: Base) -> None:
    stranger = base.roles["stranger"]
    with base.connect() as connection:
        before = base.before
        connection.execute(f"alter table app.docs owner to {stranger}".encode())
        after = base.read(connection)
        owner = next(one for one in compare(before, after) if one.under is None)

        sql = repair_sql(owner.expected, owner.actual, owner.changes, roles=Roles(before.migration_role, "zoe"))

        assert sql == "ALTER TABLE app.docs OWNER TO zoe;"
        connection.rollback()


@pytest.mark.parametrize("text", ["", "a", "$$", "a$", "$body1$ $$", "it's", "\\", "$$ $body1$ $body2$"])
def test_any_body_can_be_quoted(base: Base, text: str) -> None:
    with base.connect() as connection:
        assert connection.execute(f"select {dollar_quoted(text)}".encode()).fetchone() == (text,)
        assert connection.execute(f"select {literal(text)}".encode()).fetchone() == (text,)


@pytest.mark.parametrize(
    ("setting", "clause"),
    [
        ("search_path=public, pg_temp", "SET search_path TO public, pg_temp"),
        ('search_path=""', "SET search_path TO ''"),
        ('search_path="My Schema", public', 'SET search_path TO "My Schema", public'),
        ("statement_timeout=5s", "SET statement_timeout TO '5s'"),
        ("app.user=it's", "SET app.\"user\" TO 'it''s'"),
    ],
)
def test_settings_keep_their_value(base: Base, setting: str, clause: str) -> None:
    assert set_clause(setting) == clause
    with base.connect() as connection:
        connection.execute(f"create function app.s() returns int language sql {clause} return 1".encode())
        after = base.read(connection)
        (comparison,) = compare(base.before, after)
        assert comparison.actual is not None
        assert comparison.actual.values()["settings"] == [setting]
        connection.rollback()


@pytest.mark.parametrize(
    ("identity", "own", "routine"),
    [
        ("tg on public.t", "tg", "tg on public.t"),
        ('"a on b" on public."t on"', '"a on b"', '"a on b" on public."t on"'),
        ("public.t.c", "c", "public.t.c"),
        ('public."a.b"', '"a.b"', 'public."a.b"'),
        ('public."f("(integer)', "integer)", 'public."f("'),
    ],
)
def test_parts_of_an_identity(identity: str, own: str, routine: str) -> None:
    assert routine_name(identity) == routine
    if not identity.endswith(")"):
        assert own_name(identity) == own


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create function f() returns int language sql as '1'", "CREATE OR REPLACE function f() returns int"),
        ("-- the claim\nCREATE  FUNCTION f()", "-- the claim\nCREATE OR REPLACE FUNCTION f()"),
        ("create or replace function f()", "create or replace function f()"),
        ("CREATE UNIQUE INDEX i ON t (a);", "CREATE UNIQUE INDEX i ON t (a);"),
        ("DO $$ BEGIN CREATE FUNCTION f() END $$", None),
        ("select make_function()", None),
    ],
)
def test_a_definition_of_the_history_as_a_repair(text: str, expected: str | None) -> None:
    sql = repair_from_history(Definition("1", Location("1.sql"), "create", text))
    assert (sql is None) == (expected is None)
    assert sql is None or sql.startswith(expected or "")
