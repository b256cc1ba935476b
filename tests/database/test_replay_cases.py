"""Small histories as odd as real ones: PostgreSQL records nothing that the reading does not say, nor the reverse.

A case is one file; `-- next migration` divides it, `-- superuser` at its top lets a superuser run it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.audits.parts.replaying import committed
from auditor.history.fold import History, fold
from auditor.migrations.read import read_migration
from auditor.migrations.statements import split_statements
from auditor.model import Migration
from auditor.replay.agreement import agree
from auditor.replay.definers import last_definers
from auditor.replay.runner import discard, replay
from auditor.replay.server import ThrowAwayServer

CASES = Path(__file__).parent.parent / "cases" / "replay"


def split(text: str) -> list[Migration]:
    return [
        Migration(str(number), f"{number}.sql", "sql", tuple(split_statements(part, f"{number}.sql")))
        for number, part in enumerate(text.split("-- next migration\n"), start=1)
    ]


def reading(migrations: list[Migration], server: ThrowAwayServer) -> History:
    return fold(map(read_migration, migrations), pg_major=server.installation.major)


@pytest.mark.parametrize("case", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_nothing_missed_and_nothing_wrong(case: Path, server: ThrowAwayServer) -> None:
    text = case.read_text()
    migrations = split(text)
    replayed = replay(migrations, server, as_owner=not text.startswith("-- superuser"))
    history = reading(migrations, server)
    agreement = agree(history, replayed)
    discard(replayed, server)
    assert replayed.error is None
    assert agreement.of("missed", "wrong") == []
    assert agreement.end is not None
    definers = last_definers(history, replayed)
    assert definers.differing == ()


DEFINERS = """
create table t (a int, b text, constraint positive check (b <> ''));
alter table t add constraint later check (b <> 'x') not valid;
create index by_a on t (a);
create index by_b on t (b);
create function f() returns int language sql as 'select 1';
create function g() returns trigger language plpgsql as 'begin return new; end';
create trigger tg before insert on t for each row execute function g();
create policy p on t using (b > '');
create view v as select b from t;
-- next migration
create or replace function f() returns int language sql as 'select 1';
alter trigger tg on t rename to tg2;
alter table t rename to t2;
-- next migration
alter table t2 alter column a type bigint using a::bigint;
-- next migration
alter policy p on t2 using (b > 'a');
create or replace view v as select b, 1 as one from t2;
alter table t2 validate constraint later;
alter view v rename to v2;
alter index by_b rename to by_b2;
-- next migration
alter function f() owner to current_user;
alter function g() set search_path = '';
comment on view v2 is 'x';
grant select on v2 to public;
alter policy p on t2 rename to p2;
alter table t2 disable trigger tg2;
-- next migration
do $$ begin if (select count(*) from t2) > 9 then drop function f(); end if; end $$;
create index if not exists by_b2 on t2 (a);
"""


def test_last_definers(server: ThrowAwayServer) -> None:
    """An index is rebuilt by ALTER COLUMN TYPE, and not defined by that; nor by a rename."""
    migrations = split(DEFINERS)
    replayed = replay(migrations, server)
    found = last_definers(reading(migrations, server), replayed)
    discard(replayed, server)
    assert replayed.error is None
    assert found.differing == ()
    last = {str(one.object): one.recorded for one in found.objects if "not_null" not in one.object.identity}
    assert last == {
        "function public.f()": "2",
        "function public.g()": "5",
        "index public.by_a": "1",
        "index public.by_b2": "1",
        "policy p2 on public.t2": "4",
        "table constraint later on public.t2": "4",
        "table constraint positive on public.t2": "1",
        "trigger tg2 on public.t2": "1",
        "view public.v2": "4",
    }


def test_a_definition_that_no_text_tells(server: ThrowAwayServer) -> None:
    migrations = split(
        """
create table t (a text);
create function f() returns int language sql as 'select 1';
create function run() returns trigger language plpgsql as 'begin execute new.a; return new; end';
create trigger run before insert on t for each row execute function run();
-- next migration
insert into t values ('create or replace function f() returns int language sql as $$ select 2 $$');
"""
    )
    replayed = replay(migrations, server)
    found = last_definers(reading(migrations, server), replayed)
    discard(replayed, server)
    assert [(str(one.object), one.read, one.recorded) for one in found.differing] == [
        ("function public.f()", "1", "2")
    ]
    assert found.as_json()["counts"] == {"agreed": 2, "in-unknown": 0, "differing": 1}


def test_keeping_going(server: ThrowAwayServer) -> None:
    """What a failed migration had committed counts; what comes after it is compared."""
    migrations = split(
        """create table a (x int);
-- next migration
create table b (x int);
create table c (x nothing_of_the_kind);
-- next migration
create table d (x int primary key);
commit;
create table e (x int);
begin;
create table f (x int);
insert into d values (1), (1);
-- next migration
alter table a rename to a2;
create table b (y int);
alter table e add column z int;
"""
    )
    stopped = replay(migrations, server)
    discard(stopped, server)
    assert (len(stopped.steps), stopped.not_replayed) == (2, ("3", "4"))
    replayed = replay(migrations, server, keep_going=True)
    discard(replayed, server)
    assert [step.error is not None for step in replayed.steps] == [False, True, True, False]
    assert replayed.not_replayed == ()
    reads = [committed(read_migration(m), step) for m, step in zip(migrations, replayed.steps, strict=True)]
    agreement = agree(fold(reads, pg_major=server.installation.major), replayed)
    assert agreement.of("missed", "wrong", "in-unknown") == []
    assert [each.judged for each in agreement.migrations] == [True, False, False, True]
    assert agreement.end is not None
    assert {str(v.object) for v in agreement.end if v.object.kind == "table"} == {
        f"table public.{name}" for name in ("a2", "b", "d", "e")
    }
