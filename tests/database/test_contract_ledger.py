"""The ledger of a live database, read by a role that may or may not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor.contract.file_sums import flyway_checksum, same_content
from auditor.contract.ledgers import LedgerState, read_ledgers
from auditor.declaration.base import Text
from auditor.declaration.entries import LedgerEntry
from auditor.migrations.discovery import Found, MigrationSet
from auditor.migrations.formats import FORMATS
from auditor.model import Migration, Statement

Connect = Callable[..., psycopg.Connection[Any]]


@pytest.fixture
def branches(tmp_path: Path) -> MigrationSet:
    """1 - 2 - 4, and 3 beside 2."""
    migrations = []
    for revision, down in {"1": None, "2": "1", "3": "1", "4": "2"}.items():
        (tmp_path / f"{revision}.py").write_text(f"revision = {revision!r}\ndown_revision = {down!r}\n")
        migrations.append(Migration(revision, f"{revision}.py", "alembic", ()))
    return MigrationSet(tmp_path, tuple(migrations), (), (found("alembic"),))


def found(layout: str) -> Found:
    return Found(Path(), next(one for one in FORMATS if one.name == layout))


def test_the_ancestors_of_alembics_heads_are_applied(connect: Connect, branches: MigrationSet) -> None:
    with connect(autocommit=False) as connection:
        assert read_ledgers(connection, branches).applied is None

        connection.execute("create schema other; create table other.alembic_version (version_num text)")
        connection.execute("insert into other.alembic_version values ('1')")
        assert read_ledgers(connection, branches).applied == {"1"}

        connection.execute("create table alembic_version (version_num text)")
        assert read_ledgers(connection, branches).applied == frozenset()

        connection.execute("insert into alembic_version values ('3'), ('2'), ('of another branch')")
        assert read_ledgers(connection, branches).applied == {"1", "2", "3", "of another branch"}
        connection.rollback()


def test_a_ledger_that_may_not_be_read_is_not_known(
    connect: Connect, branches: MigrationSet, database_name: str
) -> None:
    role = f"{database_name}_nobody"
    with connect(autocommit=False) as connection:
        connection.execute(f"create table alembic_version (version_num text); create role {role}")
        connection.execute(f"set local role {role}")

        assert read_ledgers(connection, branches).applied is None
        connection.rollback()


def test_a_folder_of_sql_files_has_no_ledger(connect: Connect, tmp_path: Path) -> None:
    with connect() as connection:
        assert read_ledgers(connection, MigrationSet(tmp_path, (), (), (found("sql"),))).applied is None


@pytest.mark.parametrize(
    ("layout", "table", "values", "applied"),
    [
        ("golang-migrate", "schema_migrations (version bigint, dirty bool)", "(2, false)", {"1", "2"}),
        ("dbmate", "schema_migrations (version varchar)", "('1'), ('3')", {"1", "3"}),
        ("drizzle", "__drizzle_migrations (id int, hash text, created_at bigint)", "(1, 'sha of 3', 0)", {"3"}),
        ("dbmate", "schema_migrations (filename text)", "('1')", None),
    ],
)
def test_ledgers_that_say_it_in_their_own_way(
    connect: Connect, tmp_path: Path, layout: str, table: str, values: str, applied: set[str] | None
) -> None:
    migrations = tuple(Migration(n, f"{n}.sql", layout, (), checksum=f"sha of {n}") for n in "123")
    history = MigrationSet(tmp_path, migrations, (), (found(layout),))
    with connect(autocommit=False) as connection:
        if layout == "drizzle":
            connection.execute("create schema drizzle; set local search_path = drizzle")
        connection.execute(f"create table {table}; insert into {table.partition(' ')[0]} values {values}")
        assert read_ledgers(connection, history).applied == applied
        connection.rollback()


FILE = b"create table a (id int);\r\ncreate index on a (id);\n"


def state(
    connect: Connect, root: Path, layout: str, names: list[str], sql: str, *, crlf: bool = False
) -> LedgerState:
    """What the ledger that some SQL makes says of files of one content."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(FILE if crlf else FILE.replace(b"\r", b""))
    statements = (Statement("create table a (id int)", "", 1), Statement("create index on a (id)", "", 2))
    ids = {name: Path(name).name.partition("_")[0].lstrip("V") for name in names}
    ids |= {name: Path(name).parent.name for name in names if Path(name).name == "migration.sql"}
    own = tuple(Migration(ids[name], name, layout, statements) for name in names)
    with connect(autocommit=False) as connection:
        connection.execute(sql.encode())
        found_state = read_ledgers(connection, MigrationSet(root, own, (), (found(layout),)))
        connection.rollback()
    return found_state


def test_goose_keeps_what_was_undone(connect: Connect, tmp_path: Path) -> None:
    sql = """create table goose_db_version (id serial, version_id bigint, is_applied boolean, tstamp timestamp);
        insert into goose_db_version (version_id, is_applied)
        values (0, true), (1, true), (2, true), (2, false), (3, true), (9, true)"""
    names = ["00001_a.sql", "00002_b.sql", "00003_c.sql"]
    found_state = state(connect, tmp_path, "goose", names, sql)

    assert (found_state.applied, found_state.unknown) == ({"00001", "00003", "9"}, ("9",))


def test_prisma_keeps_failures_and_checksums(connect: Connect, tmp_path: Path) -> None:
    names = [f"{name}/migration.sql" for name in ("1_a", "2_b", "3_c", "4_d")]
    digest = hashlib.sha256(FILE.replace(b"\r", b"")).hexdigest()
    sql = f"""create table _prisma_migrations (
            id text, checksum text, finished_at timestamptz,
            migration_name text, rolled_back_at timestamptz, started_at timestamptz, applied_steps_count int);
        insert into _prisma_migrations (checksum, finished_at, migration_name, rolled_back_at) values
            ('{digest}', now(), '1_a', null), ('{"0" * 64}', now(), '2_b', null), ('', null, '3_c', now()),
            ('', null, '4_d', null)"""
    found_state = state(connect, tmp_path, "prisma", names, sql, crlf=True)

    assert found_state.applied == {"1_a", "2_b"}
    assert (found_state.edited, found_state.failed) == (("2_b",), ("4_d",))


def test_flyway_keeps_a_baseline_and_crc32(connect: Connect, tmp_path: Path) -> None:
    names = ["V1__a.sql", "V2__b.sql", "V3__c.sql", "V4__d.sql"]
    sql = f"""create table flyway_schema_history (
            installed_rank int, version text, description text,
            type text, script text, checksum int, installed_by text, installed_on timestamp, success bool);
        insert into flyway_schema_history (installed_rank, version, type, script, checksum, success) values
            (1, '2', 'BASELINE', 'x', null, true), (2, '3', 'SQL', 'V3__c.sql', {flyway_checksum(FILE)}, true),
            (3, '4', 'SQL', 'V4__d.sql', 12345, true)"""
    found_state = state(connect, tmp_path, "flyway", names, sql)

    assert found_state.applied == {"1", "2", "3", "4"}
    assert (found_state.edited, found_state.unknown) == (("4",), ())


def test_supabase_keeps_the_statements(connect: Connect, tmp_path: Path) -> None:
    sql = """create schema supabase_migrations;
        create table supabase_migrations.schema_migrations (version text, statements text[], name text);
        insert into supabase_migrations.schema_migrations values
            ('1', array['create table a (id int)', '-- by id' || chr(10) || 'create index on a (id);'], 'a'),
            ('2', array['create table a (id bigint)', 'create index on a (id)'], 'b'), ('3', null, 'c')"""
    found_state = state(connect, tmp_path, "supabase", ["1_a.sql", "2_b.sql", "3_c.sql"], sql)

    assert (found_state.applied, found_state.edited) == ({"1", "2", "3"}, ("2",))


def test_sqlx_and_sqitch_keep_a_hash_of_the_file(connect: Connect, tmp_path: Path) -> None:
    data = FILE.replace(b"\r", b"")
    sql = f"""create table _sqlx_migrations (version bigint, description text, installed_on timestamptz,
            success bool, checksum bytea, execution_time bigint);
        insert into _sqlx_migrations (version, success, checksum) values
            (1, true, '\\x{hashlib.sha384(data).hexdigest()}'), (2, true, '\\x{"0" * 96}'), (3, false, '\\x00')"""
    found_state = state(connect, tmp_path, "sqlx", ["1_a.sql", "2_b.sql", "3_c.sql"], sql)

    assert (found_state.applied, found_state.edited, found_state.failed) == ({"1", "2"}, ("2",), ("3",))
    assert same_content("sqitch", hashlib.sha1(data).hexdigest(), data)  # noqa: S324
    assert same_content("liquibase", "9:0123", data) is None


def test_a_ledger_is_known_by_its_columns(connect: Connect, tmp_path: Path) -> None:
    own = "create table app_versions (version_num text); insert into app_versions values ('1')"
    (tmp_path / "1.py").write_text("revision = '1'\ndown_revision = None\n")
    history = MigrationSet(tmp_path, (Migration("1", "1.py", "alembic", ()),), (), (found("alembic"),))
    with connect(autocommit=False) as connection:
        connection.execute(own.encode())
        assert read_ledgers(connection, history).applied == {"1"}
        connection.rollback()

    home_made = """create table schema_migrations (version text, filename text, checksum text);
        insert into schema_migrations values ('1', '1_a.sql', 'x')"""
    found_state = state(connect, tmp_path, "dbmate", ["1_a.sql"], home_made)
    assert (found_state.applied, len(found_state.unread)) == (None, 1)


def test_a_ledger_of_ones_own(connect: Connect, tmp_path: Path) -> None:
    entry = LedgerEntry(table=Text("public.done"), id_column=Text("file"), checksum_column=Text("sum"))
    (tmp_path / "0001_a.sql").write_bytes(FILE)
    migrations = (Migration("0001_a", "0001_a.sql", "sql", ()), Migration("0002_b", "0002_b.sql", "sql", ()))
    history = MigrationSet(tmp_path, migrations, (), (found("sql"),))
    with connect(autocommit=False) as connection:
        connection.execute(b"create table done (file text, sum text)")
        connection.execute(f"insert into done values ('0001_a.sql', '{hashlib.md5(FILE).hexdigest()}')".encode())  # noqa: S324
        assert read_ledgers(connection, history, entry) == LedgerState(
            ("public.done",), ("sql",), frozenset({"0001_a"})
        )
        connection.execute(b"update done set sum = md5('another')")
        assert read_ledgers(connection, history, entry).edited == ("0001_a",)
        connection.rollback()
