"""The flight recorder on real servers: it notes everything, stops nothing, and goes away without a trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.replay.binaries import find_installations
from auditor.replay.server import ThrowAwayServer, throw_away_server

Connect = Callable[..., psycopg.Connection[Any]]


def auditor(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["forensics", "recorder", *args], prog_name="auditor")
    assert result.exit_code == code, result.stderr
    return result.stdout if code == 0 else result.stderr


def shown(database: str, *args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(auditor("show", *args, "--db", database, "--format", "json"))[
        "entries"
    ]
    return found


EVERYTHING = """
select o.* from pg_depend d cross join lateral pg_identify_object(d.classid, d.objid, d.objsubid) o
 where o.schema is distinct from 'pg_toast' order by 1, 4
"""


def everything(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute(EVERYTHING).fetchall()


def checked(server: ThrowAwayServer, database: str) -> None:
    role = f"reader_{database.partition('dbname=')[2][1:10].strip(chr(39))}".replace("'", "")
    with psycopg.connect(database, autocommit=True, application_name="psql by hand") as connection:
        connection.execute(f"create role {role} login")
        connection.execute("grant create on schema public to public")
        before = everything(connection)
        assert "there is no flight recorder" in auditor("show", "--db", database, code=3)
        connection.execute(auditor("install", "--reader", role))
        assert shown(database) == []

        connection.execute("create table a (id int primary key); create table temporary_not as select 1 as x")
        connection.execute("create temporary table gone (id int); drop table gone")
        connection.execute("begin")
        xid = connection.execute("select pg_current_xact_id()::text::bigint").fetchone()
        connection.execute("alter table a add column b int")
        connection.execute("commit")
        connection.execute(f"set role {role}")
        connection.execute("create function f() returns text language sql as $$ select 'it''s' $$")
        connection.execute("reset role")
        connection.execute("set session_replication_role = replica; drop table a")
        connection.execute("reset session_replication_role")
        connection.execute(f"create schema s; alter role {role} password 'hush-hush'")

        entries = shown(database)
        told = [(one["tag"], one["dropped"], one["kind"], one["identity"]) for one in reversed(entries)]
        assert ("CREATE TABLE", False, "table", "public.a") in told
        assert ("DROP TABLE", True, "table", "public.a") in told, "also with triggers turned off"
        assert not [one for one in entries if one["identity"] and "gone" in one["identity"]], "temporary"
        (altered,) = [one for one in entries if one["tag"] == "ALTER TABLE"]
        assert xid is not None
        assert altered["xid"] == xid[0]
        assert altered["statement"] == "alter table a add column b int"
        assert altered["application"] == "psql by hand"
        (made,) = [one for one in entries if one["tag"] == "CREATE FUNCTION"]
        assert (made["session_role"], made["acting_role"]) == ("postgres", role)
        assert "hush-hush" not in json.dumps(entries)
        assert "password ***" in json.dumps(entries)
        assert [one["identity"] for one in shown(database, "function public.*")] == ["public.f()"]

        reader = database.replace("user='postgres'", f"user='{role}'")
        assert len(shown(reader)) == len(entries)
        with psycopg.connect(reader, autocommit=True) as other:
            for attempt in (
                "insert into flight_recorder.log select * from flight_recorder.log",
                "delete from flight_recorder.log",
                "select flight_recorder.note()",
            ):
                with pytest.raises(psycopg.Error):
                    other.execute(attempt)
            # It cannot write the log, and what it does is noted all the same.
            other.execute("create table of_the_reader (id int)")
        assert shown(database, "public.of_the_reader")[0]["session_role"] == role
        for attempt in ("delete from flight_recorder.log", "update flight_recorder.log set tag = ''"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(attempt)

        # A recorder that fails stops nothing, and its own failure is no loop.
        connection.execute("alter table flight_recorder.log add column broken int not null default 0")
        connection.execute("alter table flight_recorder.log alter column broken drop default")
        notices: list[str] = []
        connection.add_notice_handler(lambda one: notices.append(str(one.message_primary)))
        connection.execute("create table still_made (id int)")
        assert any("flight recorder: CREATE TABLE was not recorded" in one for one in notices)
        assert connection.execute("select count(*) from still_made").fetchone() == (0,)

        connection.execute(auditor("uninstall"))
        connection.execute(
            "drop table still_made, temporary_not; drop table of_the_reader; drop function f(); drop schema s"
        )
        assert everything(connection) == before
        connection.execute(f"drop owned by {role}; drop role {role}")


def test_the_recorder(server: ThrowAwayServer, database: str) -> None:
    checked(server, database)


def test_the_recorder_on_15() -> None:
    if not find_installations(15):
        pytest.skip("PostgreSQL 15 is not installed")
    with throw_away_server(major=15) as server:
        checked(server, server.conninfo(server.create_database()))


def test_a_schema_of_another_name(database: str, connect: Connect) -> None:
    connection = connect()
    connection.execute(auditor("install", "--schema", 'Flight "1"'))
    connection.execute("create table t (id int)")
    assert [one["identity"] for one in shown(database)] == ["public.t"]
    connection.execute("alter event trigger auditor_flight_recorder_drop disable")
    text = auditor("show", "--db", database)
    assert "an event trigger of the recorder is disabled" in text
    connection.execute(auditor("uninstall", "--schema", 'Flight "1"'))
    assert connection.execute("select count(*) from pg_event_trigger").fetchone() == (0,)
