"""Public histories, patched by hand between migrations: does blame say of every patch what it is?

    python benchmarks/hot_patches_blame.py FOLDER...

As `hot_patches.py`, but the patches change what an object *is*: another body, another query, another default; or
they bring back a definition that a later migration had replaced. What the server itself prints of every object
after each migration is kept. Then `auditor forensics blame` is asked about each patched object, and must say:

- the version that should be live: the migration after which what the server printed last changed;
- the version that is: none for what no migration wrote, the older migration for what was brought back;
- the transaction: between the two migrations where the patch was made.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner
from hot_patches import _apply, _last_touched, _make_ledger

from auditor.cli import main as auditor
from auditor.history.fold import History, fold
from auditor.migrations.discovery import read_migrations
from auditor.migrations.read import read
from auditor.model import ObjectId
from auditor.replay.server import ThrowAwayServer, throw_away_server

POINTS = 16
PRINTED = """
with own as (
    select 'pg_proc'::regclass as class, p.oid, p.prosrc as text, pg_get_functiondef(p.oid) as whole
      from pg_proc p where p.prokind in ('f', 'p')
    union all
    select 'pg_class', c.oid, pg_get_viewdef(c.oid), pg_get_viewdef(c.oid) from pg_class c where c.relkind = 'v'
    union all
    select 'pg_class', c.oid, pg_get_indexdef(c.oid), pg_get_indexdef(c.oid)
      from pg_class c where c.relkind = 'i' and not exists (select from pg_constraint k where k.conindid = c.oid)
    union all
    select 'pg_trigger', t.oid, pg_get_triggerdef(t.oid) || t.tgenabled::text, pg_get_triggerdef(t.oid)
      from pg_trigger t where not t.tgisinternal
    union all
    select 'pg_constraint', k.oid, pg_get_constraintdef(k.oid), pg_get_constraintdef(k.oid)
      from pg_constraint k where k.contype in ('c', 'u', 'f', 'x') and k.conrelid <> 0 and k.conparentid = 0
    union all
    select 'pg_policy', p.oid, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polqual, p.polrelid)
      from pg_policy p
)
select o.type, o.identity, coalesce(own.text, ''), own.whole
  from own, pg_identify_object(own.class, own.oid, 0) o
 where o.identity !~ '^(.* on )?(pg_catalog|information_schema)\\.'
   and not exists (select from pg_depend d
                    where d.classid = own.class and d.objid = own.oid and d.deptype = 'e')
"""


@dataclass
class Record:
    """What the server prints of each object, migration by migration."""

    versions: dict[ObjectId, list[tuple[str, str]]] = field(default_factory=dict)
    whole: dict[ObjectId, str] = field(default_factory=dict)

    def note(self, connection: psycopg.Connection[Any], migration: str, patched: dict[ObjectId, Any]) -> None:
        """After a migration; what was patched stays as it was before."""
        rows = connection.execute(PRINTED.encode()).fetchall()
        self.whole = {ObjectId(kind, identity): whole for kind, identity, _, whole in rows}
        for kind, identity, text, _ in rows:
            item = ObjectId(kind, identity)
            known = self.versions.setdefault(item, [])
            if item not in patched and (not known or known[-1][1] != text):
                known.append((migration, text))


@dataclass(frozen=True)
class Patch:
    """A change by hand.

    Attributes:
        what: its kind, for the table.
        after, before: the migrations around it; `before` is None at the end.
        xid: of its transaction.
        text: what the server prints since.
    """

    what: str
    after: str
    before: str | None
    xid: int
    text: str


def main() -> None:
    """Every history that is named."""
    with throw_away_server() as server:
        for root in [Path(name).resolve() for name in sys.argv[1:]]:
            print(json.dumps({"history": root.name} | _patched(server, root), ensure_ascii=False), flush=True)


def _patched(server: ThrowAwayServer, root: Path) -> dict[str, Any]:
    found = read_migrations(root)
    if len(found.histories) != 1:
        return {"skipped": "no history, or several"}
    layout = found.histories[0].format
    ledger = layout.ledger
    if ledger is None or ledger.last_only or layout.name == "alembic":
        return {"layout": layout.name, "skipped": "no ledger with a row for each migration"}
    history = fold(read(found), pg_major=server.installation.major)
    last = _last_touched(history)
    order = [one.id for one in history.migrations]
    points = set(order[:: max(len(order) // POINTS, 1)]) | {order[-1]}
    database = server.conninfo(server.create_database())
    patches: dict[ObjectId, Patch] = {}
    record = Record()
    with psycopg.connect(database, autocommit=True) as connection:
        _make_ledger(connection, ledger)
        for number, migration in enumerate(history.migrations):
            try:
                _apply(connection, migration, ledger)
            except psycopg.Error as error:
                why = str(error).splitlines()[0]
                return {"layout": layout.name, "skipped": f"{migration.id} does not run as it stands: {why}"}
            record.note(connection, migration.id, patches)
            if migration.id in points:
                done = frozenset(order[: number + 1])
                place = (migration.id, order[number + 1] if number + 1 < len(order) else None)
                for _ in range(2):
                    _patch(connection, history, last, done, patches, record, place)
    start = time.perf_counter()
    os.chdir(root)
    said = {item: _asked(item, patch, record, order, database) for item, patch in patches.items()}
    not_told = [item for item, why in said.items() if why.startswith("transaction unknown ")]
    wrong = {
        f"{patches[item].what}: {item}": why
        for item, why in said.items()
        if why not in ("right", "rewritten") and item not in not_told
    }
    return {
        "layout": layout.name,
        "migrations": len(order),
        "patches": dict(sorted(Counter(one.what for one in patches.values()).items())),
        "right": sum(1 for one in said.values() if one == "right"),
        "version right, transaction not told": len(not_told),
        "rewritten by a later migration": sum(1 for one in said.values() if one == "rewritten"),
        "wrong": wrong,
        "seconds": round(time.perf_counter() - start, 1),
    }


def _asked(item: ObjectId, patch: Patch, record: Record, order: list[str], database: str) -> str:
    """`right`, or what blame says otherwise."""
    args = ["forensics", "blame", str(item), "--db", database, "--format", "json"]
    result = CliRunner().invoke(auditor, args)
    if result.exit_code:
        return f"exit code {result.exit_code}: {result.stderr.strip()}"
    told = json.loads(result.stdout)
    if "objects" in told:
        return f"{len(told['objects'])} objects of that name"
    live = told["live"]
    if live["transaction"]["xid"] != patch.xid:
        return "rewritten"
    problems = []
    versions = record.versions[item]
    if live["newest"] is None or order.index(live["newest"]) < order.index(versions[-1][0]):
        problems.append(f"newest is {live['newest']}, not {versions[-1][0]}")
    if item.kind in ("function", "procedure"):
        bodies = {one["migration"]: one["sha256"] for one in told["definitions"]}
        if bodies.get(live["newest"]) != _sha256(versions[-1][1]):
            problems.append(f"the body of {live['newest']} is not what ran before the patch")
    matching = [migration for migration, text in versions if text == patch.text]
    if patch.what == "function attribute":
        if [one["field"] for one in live["differs"]] != ["cost"] or live["matches"] != live["newest"]:
            problems.append(f"matches {live['matches']}, differs in {live['differs']}")
    elif not matching:
        if live["matches"] is not None:
            problems.append(f"matches {live['matches']}, but no migration wrote it")
    elif live["matches"] is None or live["matches"] == live["newest"]:
        problems.append(f"matches {live['matches']}, not {matching[-1]} ({live['unknown']})")
    elif _text_after(versions, live["matches"], order) != patch.text:
        problems.append(f"matches {live['matches']}, not {matching[-1]}")
    one = live["transaction"]
    place = (one["after"], one["before"])
    if one["relation"] != "between" or place != (patch.after, patch.before):
        problems.append(f"transaction {one['relation']} {place}, not between {(patch.after, patch.before)}")
    return "; ".join(problems) or "right"


def _text_after(versions: list[tuple[str, str]], migration: str, order: list[str]) -> str | None:
    """What the server printed after a migration."""
    at = order.index(migration)
    return next((text for one, text in reversed(versions) if order.index(one) <= at), None)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _patch(
    connection: psycopg.Connection[Any],
    history: History,
    last: dict[ObjectId, str],
    done: frozenset[str],
    patches: dict[ObjectId, Patch],
    record: Record,
    place: tuple[str, str | None],
) -> None:
    """One change by hand of an object that no later migration touches, of a sort that there were fewest of."""
    counts = Counter(one.what for one in patches.values())
    for what in sorted(_WAYS, key=lambda one: counts[one]):
        kinds, way = _WAYS[what]
        for item in sorted(record.whole, reverse=True):
            life = history.lives.get(item)
            touched = last.get(item)
            if item.kind not in kinds or item in patches or life is None or touched not in done:
                continue
            statement = way(item, record)
            if statement is None:
                continue
            before = record.versions[item][-1][1]
            try:
                with connection.transaction():
                    connection.execute(statement.encode())
                    (xid,) = connection.execute("select pg_current_xact_id()::xid::text::bigint").fetchone() or (
                        0,
                    )
                    now = {
                        ObjectId(kind, identity): (text, whole)
                        for kind, identity, text, whole in connection.execute(PRINTED.encode())
                    }
                    same = item not in now or (now[item][0] == before and now[item][1] == record.whole[item])
                    wanted = what.endswith("older")
                    if same or (wanted and now[item][0] not in [text for _, text in record.versions[item]]):
                        raise psycopg.Rollback
            except psycopg.Error:
                continue
            else:
                if not same and not (wanted and now[item][0] not in [text for _, text in record.versions[item]]):
                    patches[item] = Patch(what, *place, xid, now[item][0])
                    return


# Each gives the statement, or None


def _older(item: ObjectId, record: Record) -> str | None:
    """The newest text that is not the present one."""
    texts = [text for _, text in record.versions[item]]
    return next((text for text in reversed(texts) if text != texts[-1]), None)


def _attribute(item: ObjectId, _record: Record) -> str:
    return f"alter {item.kind} {item.identity} cost 123"


def _body(item: ObjectId, record: Record) -> str | None:
    body = record.versions[item][-1][1]
    whole = record.whole[item]
    return whole.replace(body, body + "\n-- by hand\n", 1) if body and body in whole else None


def _older_body(item: ObjectId, record: Record) -> str | None:
    older, body, whole = _older(item, record), record.versions[item][-1][1], record.whole[item]
    return whole.replace(body, older, 1) if older and body and body in whole else None


def _query(item: ObjectId, record: Record) -> str:
    query = record.whole[item].rstrip().removesuffix(";")
    return f"create or replace view {item.identity} as select * from ({query}) by_hand where 1 = 1"  # noqa: S608


def _older_query(item: ObjectId, record: Record) -> str | None:
    older = _older(item, record)
    return f"create or replace view {item.identity} as {older}" if older else None


def _index(item: ObjectId, record: Record) -> str | None:
    older = _older(item, record)
    return f"drop index {item.identity}; {older}" if older else None


def _trigger(item: ObjectId, _record: Record) -> str:
    name, _, table = item.identity.partition(" on ")
    return f"alter table {table} disable trigger {name}"


def _older_trigger(item: ObjectId, record: Record) -> str | None:
    older, now = _older(item, record), record.whole[item]
    # Another function may be dropped by a later migration, which would then fail.
    called = [text.partition(" EXECUTE FUNCTION ")[2].removesuffix("O") for text in (older or "", now)]
    return f"drop trigger {item.identity}; {older[:-1]}" if older and called[0] == called[1] else None


def _constraint(item: ObjectId, record: Record) -> str | None:
    name, _, table = item.identity.partition(" on ")
    text = record.whole[item]
    if not text.startswith("CHECK ("):
        return None
    return f"alter table {table} drop constraint {name}, add constraint {name} check (true or {text[6:]})"


def _older_constraint(item: ObjectId, record: Record) -> str | None:
    name, _, table = item.identity.partition(" on ")
    older = _older(item, record)
    return f"alter table {table} drop constraint {name}, add constraint {name} {older}" if older else None


def _policy(item: ObjectId, _record: Record) -> str:
    return f"alter policy {item.identity} using (true)"


def _older_policy(item: ObjectId, record: Record) -> str | None:
    older = _older(item, record)
    return f"alter policy {item.identity} using ({older})" if older else None


_ROUTINES = ("function", "procedure")
_WAYS = {
    "function older": (_ROUTINES, _older_body),
    "view older": (("view",), _older_query),
    "index older": (("index",), _index),
    "trigger older": (("trigger",), _older_trigger),
    "constraint older": (("table constraint",), _older_constraint),
    "policy older": (("policy",), _older_policy),
    "function body": (_ROUTINES, _body),
    "function attribute": (("function",), _attribute),
    "view query": (("view",), _query),
    "trigger disabled": (("trigger",), _trigger),
    "check": (("table constraint",), _constraint),
    "policy": (("policy",), _policy),
}
"""What is patched -> kinds, and the statement that does it. The first ones bring back what was replaced."""


if __name__ == "__main__":
    main()
