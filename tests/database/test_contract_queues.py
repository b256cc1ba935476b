"""Queues: four sets of job types held against one another, and who writes, on a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.contract.breach import Checked
from auditor.contract.check import check_contract
from auditor.contract.facts import Facts
from auditor.contract.lookups import read_data
from auditor.declaration.load import load
from auditor.history.fold import History
from auditor.model import Snapshot

Connect = Callable[..., psycopg.Connection[Any]]

SCHEMA = """
create table public.jobs (id bigint generated always as identity primary key, type text not null
    constraint jobs_type_check check (type in ('build', 'send')), status text default 'queued');
create function public.enqueue(kind integer) returns void language plpgsql as $$
declare job_type text := 'none';
begin
    job_type := case kind when 1 then 'build' else 'send' end;
    if job_type = 'none' then return; end if;
    insert into jobs (type) values (job_type);
end $$;
create function public.claim_build() returns bigint language sql as $$
    update public.jobs set status = 'running' where id = (
        select id from public.jobs where type = 'build' and status = 'queued' limit 1 for update skip locked)
    returning id $$;
create function public.claim_send(limits integer) returns setof bigint language plpgsql as $$
declare own constant text[] := array['send'];
begin
    return query update public.jobs set status = 'running' where id in (
        select id from public.jobs where type = any (own) limit limits for update skip locked) returning id;
end $$;
"""
CONTRACT = """
version: 1
classes: {core: [table public.jobs, function public.*]}
contract:
  queues:
    - table: public.jobs
      writers: [public.enqueue(integer)]
      job_types: {column: type, allowed: [build, send]}
      claims:
        - {function: public.claim_build(), job_types: [build]}
        - {function: public.claim_send(integer), job_types: [send]}
"""
NOTHING = History((), (), {}, {})


class Queue:
    """The queue as it should be, and what is found after a change."""

    def __init__(self, connection: psycopg.Connection[Any], root: Path) -> None:
        self.connection = connection
        (root / "classifications.yaml").write_text(CONTRACT)
        self.configuration = load(root / "classifications.yaml")
        self.expected = self.snapshot()

    def snapshot(self) -> Snapshot:
        with self.connection.transaction(force_rollback=True):
            set_printing(self.connection)
            return read_snapshot(self.connection)

    def after(self, change: str) -> Checked:
        """What the checks find after a change, which is undone."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(change.encode())
            live = self.snapshot()
            data = read_data(self.connection, self.configuration, live)
            return check_contract(Facts(self.configuration, NOTHING, live, self.expected, data=data))


@pytest.fixture
def queue(connect: Connect, tmp_path: Path) -> Iterator[Queue]:
    connection = connect(autocommit=False)
    connection.execute(SCHEMA.encode())
    yield Queue(connection, tmp_path)
    connection.rollback()


CHECK = "table constraint jobs_type_check on public.jobs"
DROP = "alter table jobs drop constraint jobs_type_check; "
NEW = "create function public.other() returns void language {} as $$ {} $$"
OTHER = "function public.other()"
ONLY = ", and no migration leaves it there; the declared writer is public.enqueue(integer)"

SAME = [
    "select 1",
    DROP + "alter table jobs add check (type = 'send' or 'build' = type)",
    DROP + "alter table jobs add constraint c check (type::varchar in ('send', 'build')) not valid",
    DROP + "create domain kind as text check (value in ('build', 'send')); alter table jobs alter type type kind",
    DROP + "create type kind as enum ('build', 'send'); alter table jobs alter type type kind using type::kind",
    DROP + "alter table jobs add check (type in ('build', 'send', 'stop')), add check (type <> 'stop')",
    DROP + "create table kinds (name text primary key); insert into kinds values ('build'), ('send'); "
    "alter table jobs add foreign key (type) references kinds (name)",
    "create view running as select id, type from jobs where status = 'running'",
    NEW.format("sql", "update public.jobs set status = 'done'"),
    NEW.format("sql", "select public.enqueue(1)"),
    NEW.format("plpgsql", "begin execute 'select 1'; end"),
]
CHANGES: dict[str, tuple[str, list[str]]] = {
    "the whitelist is wider": (
        DROP + "alter table jobs add constraint jobs_type_check check (type in ('build', 'send', 'stop'))",
        [f"public.jobs lets in build, send and stop as type: stop not declared ({CHECK})"],
    ),
    "the whitelist refuses what is enqueued": (
        DROP + "alter table jobs add constraint jobs_type_check check (type in ('build'))",
        [f"public.jobs lets in build as type: send declared but not let in ({CHECK})"],
    ),
    "a row too many in the lookup table": (
        DROP + "create table kinds (name text primary key); insert into kinds values ('build'), "
        "('send'), ('stop'); alter table jobs add constraint k foreign key (type) references kinds (name)",
        [
            (
                "public.jobs lets in build, send and stop as type: stop not declared "
                "(table constraint k on public.jobs)"
            )
        ],
    ),
    "nothing limits the type": (
        DROP,
        [f"nothing limits public.jobs.type to the declared job types: {CHECK} is missing"],
    ),
    "a type that the database refuses is enqueued": (
        (
            "create or replace function public.enqueue(kind integer) returns void language sql as "
            "$$ insert into public.jobs (type) values ('build'), ('stop') $$"
        ),
        [f"function public.enqueue(integer) enqueues stop, which {CHECK} refuses"],
    ),
    "a claim takes more": (
        (
            "create or replace function public.claim_build() returns bigint language sql as "
            "$$ update public.jobs set status = 'running' where type in ('build', 'send') returning id $$"
        ),
        ["function public.claim_build() claims send, which is not its to claim"],
    ),
    "a claim takes another": (
        (
            "create or replace function public.claim_build() returns bigint language plpgsql as "
            "$$ declare own text := 'send'; begin update public.jobs set status = 'r' where own = type; "
            "return 1; end $$"
        ),
        ["function public.claim_build() claims send, which is not its to claim and does not claim build"],
    ),
    "the writer does not write": (
        "create or replace function public.enqueue(kind integer) returns void language sql as 'select'",
        ["function public.enqueue(integer) is the declared writer of public.jobs, but does not insert into it"],
    ),
    "another writer": (
        NEW.format("sql", "insert into public.jobs (type) values ('build')"),
        [f"{OTHER} inserts into public.jobs{ONLY}"],
    ),
    "another writer in a WITH query": (
        NEW.format("sql", "with n as (insert into public.jobs (type) select 'send' returning id) select from n"),
        [f"{OTHER} inserts into public.jobs{ONLY}"],
    ),
    "another writer by MERGE": (
        NEW.format(
            "plpgsql",
            "begin merge into public.jobs j using (select 1::bigint as id) s on j.id = s.id "
            "when not matched then insert (type) values ('send'); end",
        ),
        [f"{OTHER} inserts into public.jobs{ONLY}"],
    ),
    "another writer through a view": (
        "create view v as select type, status from jobs; "
        "create view w as select * from v where status = 'queued'; "
        + NEW.format("sql", "insert into public.w (type) values ('send')"),
        [f"{OTHER} inserts into public.jobs, by way of public.w{ONLY}"],
    ),
    "another writer by COPY": (
        NEW.format("plpgsql", "begin copy public.jobs (type) from '/nowhere'; end"),
        [f"{OTHER} inserts into public.jobs{ONLY}"],
    ),
    "another writer by a constant text": (
        NEW.format("plpgsql", "begin execute 'insert into public.jobs (type) values (''send'')'; end"),
        [f"{OTHER} inserts into public.jobs{ONLY}"],
    ),
    "perhaps another writer": (
        NEW.format("plpgsql", "declare t text := 'jobs'; begin execute 'insert into ' || current_user || t; end"),
        [f"{OTHER} may insert into public.jobs, by SQL put together at run time{ONLY}"],
    ),
    "a trigger function that writes": (
        (
            "create table notes (id int); create function on_note() returns trigger language plpgsql as "
            "$$ begin insert into jobs (type) values ('send'); return new; end $$; "
            "create trigger t after insert on notes for each row execute function on_note()"
        ),
        [f"function public.on_note() inserts into public.jobs{ONLY}"],
    ),
    "a rule that writes": (
        (
            "create table notes (id int); "
            "create rule r as on insert to notes do also insert into jobs (type) values ('send')"
        ),
        ["rule r on public.notes inserts into public.jobs; the declared writer is public.enqueue(integer)"],
    ),
    "another writer of a type that is refused": (
        NEW.format("sql", "insert into public.jobs (type) values ('stop')"),
        [f"{OTHER} inserts into public.jobs{ONLY}"],
    ),
}


@pytest.mark.parametrize("change", SAME)
def test_spelled_otherwise_it_is_the_same(queue: Queue, change: str) -> None:
    assert [one.message for one in queue.after(change).breaches] == []


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_is_one_breach(queue: Queue, change: str) -> None:
    sql, messages = CHANGES[change]

    assert [one.message for one in queue.after(sql).breaches] == messages


def test_what_cannot_be_read_is_said(queue: Queue) -> None:
    changed = (
        "create or replace function public.enqueue(kind integer) returns void language sql as "
        "$$ insert into public.jobs (type) values (kind::text) $$; "
        "create or replace function public.claim_build() returns bigint language sql as "
        "$$ update public.jobs set status = 'running' where status = 'queued' returning id $$"
    )
    checked = queue.after(changed)

    assert checked.breaches == []
    assert set(checked.not_checked) >= {
        "all that function public.enqueue(integer) enqueues: the type is not always a constant of its body",
        "what function public.claim_build() claims: its body compares type of public.jobs with no constant",
    }


def test_a_lookup_table_that_may_not_be_read_is_said(queue: Queue, database_name: str) -> None:
    role = f"{database_name}_looks"
    checked = queue.after(
        DROP + "create table kinds (name text primary key); insert into kinds values ('build'), ('send'); "
        f"alter table jobs add foreign key (type) references kinds (name); create role {role}; set role {role}"
    )

    assert checked.breaches == []
    assert "job types of public.jobs: they are rows of public.kinds, which were not read" in checked.not_checked
