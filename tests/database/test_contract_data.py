"""Rows of lookup tables and roles that the contract names: each change is one breach, and undone it is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.contract.breach import Breach, Checked
from auditor.contract.check import check_contract
from auditor.contract.drift import drift
from auditor.contract.facts import Facts
from auditor.contract.lookups import Data, read_data
from auditor.contract.resolve import names_of_contract
from auditor.declaration.load import load
from auditor.history.fold import History
from auditor.model import Snapshot

Connect = Callable[..., psycopg.Connection[Any]]

SCHEMA = """
create schema app;
create table app."Types" (id integer generated always as identity, name text, "On" boolean, cost numeric(6,2),
    made timestamptz default '2026-01-01 00:00:00+00', primary key (name));
insert into app."Types" (name, "On", cost) values ('scan', true, 1.5), ('it''s', false, null), ('no', true, 10);
create table app.plain (a text, b json);
insert into app.plain values ('x', '{"k": 1}'), ('x', '{"k": 1}'), ('', null);
create table public.jobs (type text references app."Types" (name));
create view app.seen as select a from app.plain;
"""
CONTRACT = """
version: 1
classes: {core: [table *]}
contract:
  queues:
    - {table: public.jobs, job_types: {column: type, allowed: [scan, "it's", "no"]}}
  rows:
    - table: app."Types"
      columns: [name, '"On"', cost]
      key: [name]
      equal: [[scan, yes, 1.50], ["it's", false, null], [no, True, 10.00]]
    - {table: app.plain, columns: [a, b], equal: [[x, '{"k": 1}'], ['', ~], [x, '{"k": 1}']]}
"""
NOTHING = History((), (), {}, {})


class Place:
    """A database, and what is checked of it."""

    def __init__(self, connection: psycopg.Connection[Any], folder: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.contract(CONTRACT)
        self.expected, self.expected_data = self.read()

    def contract(self, text: str) -> None:
        (self.folder / "classifications.yaml").write_text(text)
        self.configuration = load(self.folder / "classifications.yaml")

    def read(self, *, narrow: bool = False) -> tuple[Snapshot, Data]:
        set_printing(self.connection)
        names = names_of_contract(self.configuration, NOTHING) if narrow else None
        snapshot = read_snapshot(self.connection, names=names)
        return snapshot, read_data(self.connection, self.configuration, snapshot)

    def after(self, change: str, *, narrow: bool = False) -> Checked:
        """What is found after a change, which is undone again."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(change.encode())
            return self.checked(narrow=narrow)

    def checked(self, *, narrow: bool = False) -> Checked:
        live, data = self.read(narrow=narrow)
        expected, made = (None, None) if narrow else (self.expected, self.expected_data)
        facts = Facts(self.configuration, NOTHING, live, expected, whole=not narrow, data=data, expected_data=made)
        if not narrow:
            result = drift(facts, "contract")
            assert [one.message for one in result.breaches] == [
                one.message for one in check_contract(facts).breaches
            ]
        return check_contract(facts)

    def mended(self, change: str, breach: Breach, *, narrow: bool = False) -> list[Breach]:
        """What is still found after a change and the repair of its breach."""
        assert breach.repair is not None
        return self.after(f"{change}; {breach.repair}", narrow=narrow).breaches


@pytest.fixture
def place(connect: Connect, tmp_path: Path) -> Iterator[Place]:
    connection = connect(autocommit=False)
    connection.execute(SCHEMA.encode())
    yield Place(connection, tmp_path)
    connection.rollback()


TYPES = 'table app."Types" does not hold the rows that {}: '
CHANGES = {
    'insert into app."Types" (name, "On") values (\'evil\', true)': "not among them: (evil, true, NULL)",
    "delete from app.\"Types\" where name = 'no'": "missing: (no, true, 10.00)",
    'update app."Types" set "On" = null, cost = 2 where name = \'scan\'': (
        "changed: (scan): On is NULL, should be true, cost is 2.00, should be 1.50"
    ),
    "update app.\"Types\" set name = 'NULL' where name = 'no'": (
        "missing: (no, true, 10.00); not among them: ('NULL', true, 10.00)"
    ),
}


def test_each_change_of_rows_is_one_breach_and_is_mended(place: Place) -> None:
    """Also where the row is a job type too: `queues` says the same, and it is told once."""
    assert place.checked().breaches == []
    for change, said in CHANGES.items():
        for narrow in (False, True):
            found = place.after(change, narrow=narrow).breaches
            assert [one.message for one in found] == [TYPES.format("the contract declares") + said], change
            assert (found[0].name, found[0].field, str(found[0].object)) == (
                "lookup-rows",
                "rows",
                'table app."Types"',
            )
            assert place.mended(change, found[0]) == []


def test_what_is_no_difference(place: Place) -> None:
    for change in (
        'update app."Types" set made = now()',
        (
            'create temp table copy as select name, "On", cost from app."Types" order by name desc; '
            'delete from app."Types"; insert into app."Types" (name, "On", cost) select * from copy'
        ),
        "set local timezone = 'Asia/Tokyo'",
    ):
        assert place.after(change).breaches == [], change


def test_rows_without_a_key(place: Place) -> None:
    change = "delete from app.plain where a = ''; insert into app.plain values ('y''', '[]')"
    (found,) = place.after(change).breaches
    assert found.message.endswith("missing: ('', NULL); not among them: ('y''', '[]')")
    assert found.diff is not None
    assert found.diff.splitlines()[2:] == ["-('', NULL)", "+('y''', '[]')"]
    assert place.mended(change, found) == []
    (twice,) = place.after("insert into app.plain values ('x', '{\"k\": 1}')").breaches
    assert twice.repair == "-- 1 of 3 equal rows are too many: a = 'x' AND b::text = '{\"k\": 1}'"


def test_rows_that_the_migrations_leave(place: Place) -> None:
    place.contract(
        "version: 1\ncontract:\n  rows:\n    - {table: 'app.\"Types\"', columns: [name, 'On'], key: [name]}\n"
    )
    place.expected, place.expected_data = place.read()
    assert place.checked().breaches == []
    change = 'update app."Types" set "On" = false where name = \'scan\''
    (found,) = place.after(change).breaches
    said = TYPES.format("the migrations leave") + "changed: (scan): On is false, should be true"
    assert found.message == said
    assert place.mended(change, found) == []
    checked = place.after(change, narrow=True)
    assert checked.breaches == []
    assert 'rows of app."Types": there is no replay to compare with' in checked.not_checked


def test_a_table_or_a_column_that_is_missing(place: Place) -> None:
    (found,) = place.after("drop view app.seen; drop table app.plain").breaches
    assert (found.name, found.message) == (
        "object-missing",
        "table app.plain is missing; the contract has a list of rows there",
    )
    (found,) = place.after('alter table app."Types" rename "On" to is_on', narrow=True).breaches
    assert found.message == 'table app."Types" has no column On, of which the contract declares the rows'


def test_what_may_not_be_read_is_said(place: Place, database_name: str) -> None:
    role = f"{database_name}_looks"
    become = f"create role {role}; {{}}; set local role {role}"
    checked = place.after(become.format(f"grant usage on schema app to {role}"))
    assert checked.breaches == []
    denied = f"{role} may not read them"
    assert checked.could_not_check == [
        f'rows of app."Types": {denied}: GRANT SELECT (name, "On", cost) ON app."Types" TO {role};',
        f"rows of app.plain: {denied}: GRANT SELECT (a, b) ON app.plain TO {role};",
    ]
    grants = [line.partition("may not read them: ")[2] for line in place.after(become.format("")).could_not_check]
    assert grants[0].startswith(f"GRANT USAGE ON SCHEMA app TO {role}; GRANT SELECT")
    assert place.after(become.format("; ".join(grants).replace(";;", ";"))).could_not_check == []
    secured = f"{'; '.join(grants)}; alter table app.plain enable row level security"
    (hidden,) = place.after(become.format(secured.replace(";;", ";")), narrow=True).could_not_check
    assert hidden.startswith(f"rows of app.plain: row security may hide some from {role}: read as ")
    many = "insert into app.plain select n from generate_series(1, 10001) n"
    assert place.after(many).could_not_check == [
        "rows of app.plain: there are more than 10,000, so it is no lookup table"
    ]
    place.contract("version: 1\ncontract:\n  rows:\n    - {table: app.seen, columns: [a]}\n")
    assert place.checked().could_not_check == [
        "rows of app.seen: only the rows of tables are read, and it is none"
    ]


def test_roles(place: Place, database_name: str) -> None:
    app, other, worker = (f"{database_name}_{name}" for name in ("app", "other", "worker"))
    place.connection.execute(
        f"create role {app}; create role {other}; create role {worker} login in role {app}; "
        f"alter role {worker} set search_path = app,public; alter role {worker} set lock_timeout = '5s'".encode()
    )
    place.contract(f"""
version: 1
contract:
  roles:
    - name: {worker}
      attributes: [login, inherit]
      member_of: [{app}]
      settings: {{search_path: "app, public", Lock_Timeout: 5s}}
    - {{name: {app}, attributes: [inherit]}}
    - name: pg_monitor
""")
    place.expected, place.expected_data = place.read()
    clean = place.checked()
    assert clean.breaches == []
    assert clean.not_checked == ["role pg_monitor: the cluster was made with it, and such roles are not read"]
    changes = {
        f"alter role {worker} bypassrls nologin": (
            "login, bypass_rls",
            "is NOLOGIN, should be LOGIN and is BYPASSRLS, should be NOBYPASSRLS",
        ),
        f"grant {other} to {worker}": ("member_of", f"is a member of {other}, which is not declared"),
        f"revoke {app} from {worker}": ("member_of", f"is no member of {app}"),
        f"grant {app} to {worker} with admin option": (
            "member_of",
            f"is a member of {app} WITH ADMIN, which is not declared and is no member of {app}",
        ),
        f"alter role {worker} reset lock_timeout": (
            "settings",
            "has the settings search_path=app, public, should have Lock_Timeout=5s and search_path=app, public",
        ),
        f"alter role {worker} in database {database_name} set search_path = evil": (
            "database_settings",
            "has in this database the settings search_path=evil, should have nothing",
        ),
    }
    for change, (field, said) in changes.items():
        for narrow in (False, True):
            (found,) = place.after(change, narrow=narrow).breaches
            assert (found.name, found.field) == ("role-contract", field)
            assert found.message == f"role {worker} {said}", change
            assert place.mended(change, found, narrow=narrow) == [], found.repair
    (found,) = place.after(f"drop role {worker}").breaches
    assert found.message == f"role {worker} is missing"
    assert place.mended(f"drop role {worker}", found) == [], found.repair
    assert "password" not in (found.repair or "").lower().replace("-- set its password by hand", "")
    for harmless in (f"comment on role {worker} is 'x'", f"alter role {worker} password 'p' connection limit 3"):
        assert place.after(harmless).breaches == []
