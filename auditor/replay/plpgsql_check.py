"""What plpgsql_check says of the replayed functions, where the server offers the extension.

It plans every statement of a PL/pgSQL body against the replayed catalog, which no reading of a text can do.
https://github.com/okbob/plpgsql_check
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from auditor.model import ObjectId

EXTENSION = "plpgsql_check"


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        routine: the function.
        relation: of a trigger function, identity of the table that it was checked for.
        level: `error`, `warning`, `warning extra`, `warning performance`, `security`...
        sqlstate: five characters.
        message, detail, hint: as PostgreSQL writes them.
        line: within the body, from 1; 0 if not known.
    """

    routine: ObjectId
    relation: str | None
    level: str
    sqlstate: str
    message: str
    detail: str | None
    hint: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at.

    Attributes:
        messages: in order of the functions.
        functions: how many were checked.
        unchecked: functions that the extension itself could not check, each with the reason.
    """

    messages: tuple[Message, ...]
    functions: int
    unchecked: tuple[str, ...] = ()


def check_functions(connection: psycopg.Connection[Any]) -> Checked | None:
    """Check every PL/pgSQL function of a database; None if the server does not offer the extension.

    Trigger functions are checked once for each table that has a trigger which calls them.

    Args:
        connection: of a superuser, to a database of which nothing is kept: the extension is made in it.

    Raises:
        psycopg.Error: from the server.
    """
    offered = connection.execute(_OFFERED).fetchone()
    if offered is None:
        return None
    with connection.transaction(force_rollback=True):
        connection.execute("create schema auditor_plpgsql_check")
        connection.execute("create extension plpgsql_check with schema auditor_plpgsql_check")
        connection.execute("set local statement_timeout = '60s'")
        rows = connection.execute(_FUNCTIONS).fetchall()
        found: list[Message] = []
        unchecked: list[str] = []
        for kind, identity, function, relation, relation_name in rows:
            try:
                with connection.transaction():
                    told = connection.execute(_CHECK, (function, relation)).fetchall()
            except psycopg.Error as error:
                unchecked.append(f"{kind} {identity}: {_first_line(error)}")
                continue
            found += _messages(ObjectId(kind, identity), relation_name, told)
    return Checked(tuple(found), len(rows), tuple(unchecked))


# Private


def _messages(routine: ObjectId, relation: str | None, rows: Iterable[tuple[Any, ...]]) -> Iterator[Message]:
    for line, sqlstate, message, detail, hint, level in rows:
        yield Message(routine, relation, level or "", sqlstate or "", message or "", detail, hint, line or 0)


def _first_line(error: psycopg.Error) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


_OFFERED = "select 1 from pg_catalog.pg_available_extensions where name = 'plpgsql_check'"
_FUNCTIONS = """
select case p.prokind when 'p' then 'procedure' else 'function' end,
       (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity,
       p.oid,
       coalesce(t.tgrelid, 0)::oid,
       case when t.tgrelid is not null then (pg_identify_object('pg_class'::regclass, t.tgrelid, 0)).identity end
  from pg_catalog.pg_proc p
  join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  left join (select distinct tgfoid, tgrelid from pg_catalog.pg_trigger where not tgisinternal) t
    on t.tgfoid = p.oid
 where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'auditor_plpgsql_check')
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
   and (p.prorettype <> 'trigger'::regtype or t.tgrelid is not null)
   and p.prorettype <> 'event_trigger'::regtype
 order by 2, 5
"""
_CHECK = """
select lineno, sqlstate, message, detail, hint, level
  from auditor_plpgsql_check.plpgsql_check_function_tb(
           %s::oid::regprocedure, %s::oid::regclass,
           fatal_errors => false, other_warnings => false, extra_warnings => false, performance_warnings => false)
"""
