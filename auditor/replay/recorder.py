"""What each migration did to the catalog, exactly, as PostgreSQL tells it.

Two sources, because neither is enough:

- event triggers (`recorder_install.sql`) append to a log which commands were about which objects and which objects
  were dropped. They are silent about columns and constraints, renames of what hangs on the renamed object,
  grants, and everything shared between databases;
- after each migration the catalog itself (`recorder_changes.sql`, `recorder_shared.sql`): the rows whose `xmin` is
  newer than the transaction id noted before, each described so that what is written without meaning (statistics,
  "has triggers" flags, storage) is no change.

The recorder keeps in memory what there is, by (classid, objid, objsubid), which tells a rename from a drop and a
create. Where PostgreSQL drops without telling event triggers (an identity's sequence, triggers of a detached
partition, an index that is rebuilt), what hangs on a written relation is looked up again.

https://www.postgresql.org/docs/current/functions-event-triggers.html
https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, LiteralString

from auditor.model import ObjectId
from auditor.replay.recorder_rows import Key, LogEntry, Row, Sources, differing, likeness
from auditor.replay.recording import RecordedAction, RecordedEffect, Recording

if TYPE_CHECKING:
    import psycopg


class Recorder:
    """Watches one database through a connection of the superuser.

    Args:
        connection: in autocommit mode, with `search_path = pg_catalog`; used by the recorder alone.
        owner: the role that runs the migrations; it is not an object of theirs.
        superuser: the migrations may change what initdb made: look there too.
    """

    def __init__(self, connection: psycopg.Connection[Any], owner: str, *, superuser: bool = False) -> None:
        from psycopg import RawCursor

        self._connection = connection
        self._cursor: psycopg.RawCursor[Any] = RawCursor(connection)
        self._owner = owner
        self._lowest_oid = 0 if superuser else _FIRST_USER_OID
        self._state: dict[Key, Row] = {}
        self._keys: dict[ObjectId, Key] = {}
        self._shared_keys: set[Key] = set()
        self._children: defaultdict[Key, set[Key]] = defaultdict(set)
        self._log_id = 0
        self._xid = "3"
        self._shared_stamp = ""

    def install(self) -> None:
        """Put the event triggers in place and read what is there already."""
        # Few rows of many catalogs are looked up by key: nested loops over indexes, planned once.
        self._connection.execute(_SESSION)
        self._connection.execute(_sql("recorder_install.sql"), prepare=False)
        for key, row in self._complete().items():
            self._keep(key, row)
        self.begin()

    def begin(self) -> None:
        """Note that a migration begins here; what happened since the last one is left out of its record."""
        self.record()

    def record(self, statements: Sequence[str] = ()) -> Recording:
        """What happened since the last call.

        Args:
            statements: the migration's statements as they were sent, to tell which of them did what.
        """
        stamp = self._shared_stamp
        age, log = self._read_log()
        if any(entry.tag == "ALTER EXTENSION" for entry in log):
            now = self._complete()
            gone = self._state.keys() - now.keys()
            # What joined an extension is no object of the migrations any more, but it was not dropped.
            for key in self._identities(gone):
                gone.discard(key)
                self._forget(key)
        else:
            now = self._rows(age, log[0].id - 1 if log else self._log_id, self._lowest_oid)
            gone = self._dropped(log)
            if stamp != self._shared_stamp:
                shared = self._shared()
                gone |= self._shared_keys - shared.keys()
                now |= shared
            gone -= now.keys()
        unsaid = self._look_again(now, gone, log)
        gone |= unsaid
        rebuilt = self._rebuilt(now, unsaid, log)
        effects = [*self._compare(now, gone, rebuilt, Sources(log, statements))]
        transient = self._transient(log, now)
        before = frozenset(self._state)
        for key in gone:
            self._forget(key)
        for key, row in now.items():
            self._keep(key, row)
        again = {e.key for e in log if not e.dropped and e.tag.startswith("CREATE") and e.key in before}
        defined = sorted(self._state[key].id for key in again if key is not None and key in self._state)
        effects.sort(key=lambda effect: (effect.object, effect.action))
        return Recording(tuple(effects), transient, tuple(defined))

    def objects(self) -> dict[ObjectId, ObjectId | None]:
        """Every object there is, with what it hangs on; those of extensions and most of initdb's are left out."""
        return {row.id: self._parent(row) for key, row in self._state.items() if _is_theirs(key)}

    def verify(self) -> list[str]:
        """Where the recorder and the catalog as a whole disagree: nothing, unless the recorder is wrong."""
        there = self._complete()
        known = {key: row for key, row in self._state.items() if _is_theirs(key)}
        lines = [f"{known[key].id} is not there" for key in known.keys() - there.keys()]
        lines += [f"{there[key].id} was not noticed" for key in there.keys() - known.keys()]
        for key in known.keys() & there.keys():
            if known[key].id != there[key].id:
                lines.append(f"{known[key].id} is now {there[key].id}")
            elif known[key] != there[key]:
                lines.append(f"{known[key].id} was changed")
        return sorted(lines)

    def remove(self) -> None:
        """Take the event triggers and what they use out of the database.

        The event triggers of a migration must not run its functions as superuser, so they are disabled meanwhile
        (commands on event triggers fire none).
        https://www.postgresql.org/docs/current/event-trigger-matrix.html
        """
        from psycopg import sql

        theirs = self._connection.execute(_THEIR_EVENT_TRIGGERS).fetchall()
        change = sql.SQL("alter event trigger {} {}")
        with self._connection.transaction():
            for name, _ in theirs:
                self._connection.execute(change.format(sql.Identifier(name), sql.SQL("disable")))
            self._connection.execute(_REMOVE)
            for name, state in theirs:
                self._connection.execute(change.format(sql.Identifier(name), sql.SQL(_ENABLE[state])))

    # Private half: reading

    def _read_log(self) -> tuple[int, list[LogEntry]]:
        """Age of the transaction id noted last, and what was logged since; the next transaction id is noted."""
        mark = self._cursor.execute(_MARK, (self._xid,), prepare=True).fetchone()
        assert mark is not None  # noqa: S101 - for the type checker: one row always comes
        log = [LogEntry(*row) for row in self._cursor.execute(_LOG, (self._log_id,), prepare=True)]
        age, self._xid, self._shared_stamp = mark
        self._log_id = log[-1].id if log else self._log_id
        return age, log

    def _complete(self) -> dict[Key, Row]:
        return self._rows(_ANY_AGE, self._log_id, _FIRST_USER_OID) | self._shared()

    def _rows(self, age: int, log_id: int, lowest_oid: int) -> dict[Key, Row]:
        return self._read("recorder_changes.sql", (age, log_id, lowest_oid))

    def _shared(self) -> dict[Key, Row]:
        return self._read("recorder_shared.sql", (self._owner,))

    def _read(self, query: str, parameters: tuple[Any, ...]) -> dict[Key, Row]:
        found = {}
        for classid, objid, objsubid, parent_class, parent, *fields in self._cursor.execute(
            _sql(query), parameters, prepare=True
        ):
            hangs_on = (parent_class, parent, 0) if parent_class and parent else None
            row = Row(hangs_on, *fields)
            if not _TEMPORARY.match(row.identity):
                found[classid, objid, objsubid] = row
        return found

    # Private: what there is

    def _keep(self, key: Key, row: Row) -> None:
        self._forget(key)
        self._state[key] = row
        self._keys[row.id] = key
        if key[0] in _SHARED_CLASSES:
            self._shared_keys.add(key)
        if row.parent is not None:
            self._children[row.parent].add(key)

    def _forget(self, key: Key) -> None:
        row = self._state.pop(key, None)
        if row is None:
            return
        if self._keys.get(row.id) == key:
            del self._keys[row.id]
        self._shared_keys.discard(key)
        if row.parent is not None:
            self._children[row.parent].discard(key)

    def _parent(self, row: Row, now: Mapping[Key, Row] | None = None) -> ObjectId | None:
        if row.parent is None:
            return None
        found = (now or {}).get(row.parent) or self._state.get(row.parent)
        return None if found is None else found.id

    def _line(self, key: Key, row: Row, now: Mapping[Key, Row]) -> Iterator[Key]:
        """An object, what it hangs on, what that hangs on..."""
        yield key
        current: Row | None = row
        while current is not None and current.parent is not None:
            yield current.parent
            current = now.get(current.parent) or self._state.get(current.parent)

    # Private: what changed

    def _dropped(self, log: Iterable[LogEntry]) -> set[Key]:
        """What the log says was dropped; columns go with their table without being mentioned."""
        gone: set[Key] = set()
        for entry in log:
            if entry.dropped and entry.key is not None:
                gone.add(entry.key)
                gone |= {key for key in self._children.get(entry.key, ()) if key[:2] == entry.key[:2]}
        return gone & self._state.keys()

    def _look_again(self, now: dict[Key, Row], gone: set[Key], log: Iterable[LogEntry]) -> set[Key]:
        """Look up objects that may be gone or be called differently though no row of theirs was written.

        Adds to `now` those called differently and returns those that are gone.
        """
        doubtful: set[Key] = set()
        # PostgreSQL's internal deletions: on relations that a command was about.
        relations = {key[:2] for key in now if key[0] == _PG_CLASS}
        relations |= {entry.key[:2] for entry in log if entry.key is not None and entry.key[0] == _PG_CLASS}
        for classid, objid in relations:
            doubtful |= {key for key in self._children.get((classid, objid, 0), ()) if key[2] == 0}
        for key, row in now.items():
            former = self._state.get(key)
            if former is None:
                # Its identity was another object's: rebuilt under the same name.
                if row.id in self._keys:
                    doubtful.add(self._keys[row.id])
            elif former.identity != row.identity:
                doubtful |= {other for other, each in self._state.items() if former.identity in each.identity}
        doubtful -= now.keys()
        doubtful -= gone
        found = self._identities(doubtful)
        for key, (kind, identity) in found.items():
            if self._state[key].identity != identity:
                now[key] = replace(self._state[key], kind=kind, identity=identity)
        return doubtful - found.keys()

    def _identities(self, keys: Iterable[Key]) -> dict[Key, tuple[str, str]]:
        """Kind and identity of those objects that are there."""
        columns = tuple(list(column) for column in zip(*keys, strict=True))
        if not columns:
            return {}
        rows = self._cursor.execute(_IDENTIFY, columns, prepare=True)
        return {
            (classid, objid, objsubid): (kind, identity)
            for classid, objid, objsubid, kind, identity in rows
            if identity is not None
        }

    def _rebuilt(self, now: Mapping[Key, Row], unsaid: set[Key], log: Iterable[LogEntry]) -> dict[Key, Key]:
        """New objects in which PostgreSQL itself rebuilt former ones: the index of a column whose type changed.

        It tells event triggers neither of the drop nor of the creation. The new one has the former's identity, or
        if a rename came after, it is the one most alike on the same table.
        """
        made = {entry.key for entry in log if not entry.dropped and entry.tag.startswith("CREATE")}
        new = {key: row for key, row in now.items() if key not in self._state and key not in made}
        by_id = {row.id: key for key, row in new.items()}
        rebuilt: dict[Key, Key] = {}
        left: list[Key] = []
        for key in sorted(unsaid):
            same = by_id.get(self._state[key].id)
            if same is not None:
                rebuilt[same] = key
            else:
                left.append(key)
        for key in left:
            former = self._state[key]
            alike = [
                (likeness(former, row), other)
                for other, row in new.items()
                if other not in rebuilt and other[0] == key[0] and row.parent == former.parent
            ]
            if alike:
                rebuilt[max(alike)[1]] = key
        return rebuilt

    def _compare(
        self, now: Mapping[Key, Row], gone: set[Key], rebuilt: Mapping[Key, Key], sources: Sources
    ) -> Iterator[RecordedEffect]:
        vanished = {self._state[key].id: key for key in gone}
        for key, row in now.items():
            former = self._state.get(key)
            parent = self._parent(row, now)

            def effect(
                action: RecordedAction,
                item: ObjectId,
                *,
                to: str | None = None,
                details: tuple[str, ...] = (),
                key: Key = key,
                row: Row = row,
                parent: ObjectId | None = parent,
            ) -> RecordedEffect:
                statements = sources.statements(self._line(key, row, now), rights=action == "grant")
                return RecordedEffect(action, item, to, key in sources.named, parent, details, statements)

            if former is None and not _is_theirs(key):
                yield effect("grant" if row.acl is not None else "alter", row.id)
                continue
            if former is None and key in rebuilt:
                former = self._state[rebuilt[key]]
                del vanished[former.id]
                if former.id == row.id:
                    yield effect("rebuild", row.id, details=differing(former, row))
            elif former is None:
                if row.id in vanished:
                    other = self._state[vanished.pop(row.id)]
                    yield effect("recreate", row.id, details=differing(other, row))
                else:
                    yield effect("create", row.id)
                # A new object has no privileges but the default ones, and no comment.
                former = Row(row.parent, row.kind, row.identity, row.enabled and "O", None, None, row.definition)
            elif former.identity == row.identity and former.definition != row.definition:
                yield effect("alter", row.id, details=differing(former, row))
            if former.identity != row.identity:
                yield effect("rename", former.id, to=row.identity)
                if former.definition != row.definition:
                    yield effect("alter", former.id, details=differing(former, row))
            if former.enabled != row.enabled:
                yield effect("disable" if row.enabled == "D" else "enable", former.id)
            if former.acl != row.acl:
                yield effect("grant", former.id)
            if former.comment != row.comment:
                yield effect("comment", former.id)
        for item, key in vanished.items():
            row = self._state[key]
            statements = sources.statements(self._line(key, row, now))
            named = key in sources.named
            yield RecordedEffect("drop", item, named=named, parent=self._parent(row), statements=statements)

    def _transient(self, log: Sequence[LogEntry], now: Mapping[Key, Row]) -> tuple[ObjectId, ...]:
        """Objects of the log's drops that were not there before the migration."""
        # The script of an extension may drop what an older version of it had made.
        scripts = {entry.statement for entry in log if not entry.dropped and entry.tag.endswith(" EXTENSION")}
        dropped = [e for e in log if e.dropped and e.key is not None and e.statement not in scripts]
        with_extension = {entry.statement for entry in dropped if entry.type == "extension"}
        relations = {entry.identity for entry in dropped if entry.key and entry.key[0] == _PG_CLASS}
        found: dict[ObjectId, None] = {}
        for entry in dropped:
            if entry.key in self._state or entry.key in now or entry.type == "default value":
                continue
            if entry.statement in with_extension and not entry.original:
                continue
            identity = entry.identity or ""
            row_type = entry.type == "type" and identity.removesuffix("[]") in relations
            if row_type or identity.endswith("[]") or _INTERNAL & set(identity.replace(" on ", ".").split(".")):
                continue
            if not identity.startswith(("pg_temp", "RI_ConstraintTrigger", '"RI_ConstraintTrigger')):
                found[ObjectId(entry.type or "", identity)] = None
        return tuple(found)


# Private

# Oids of catalogs are the same in every version (`pg_class.h` and its like).
_PG_CLASS = 1259
_PG_NAMESPACE = 2615
_PG_EXTENSION = 3079
# pg_authid, pg_database, pg_event_trigger, pg_default_acl, pg_subscription: what recorder_shared.sql reads.
_SHARED_CLASSES = frozenset({1260, 1262, 3466, 826, 6100})
_FIRST_USER_OID = 16384  # FirstNormalObjectId
_ANY_AGE = 2**31 - 1  # age() of a frozen row
_TEMPORARY = re.compile(r"(?:.* on )?pg_temp_\d+\.", re.DOTALL)
_INTERNAL = frozenset({"_RETURN", '"_RETURN"', "pg_toast"})

_SESSION = b"""
set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off; set jit = off;
set plan_cache_mode = force_generic_plan; set client_min_messages = warning
"""
# The last column differs if, and only if, any row of the catalogs of recorder_shared.sql was written or deleted.
_MARK = b"""
select age($1::text::xid), pg_snapshot_xmax(pg_current_snapshot())::xid::text,
       (select string_agg(format('%s %s', s.rows, s.written), ',')
          from (select count(*), sum(xmin::text::bigint) from pg_authid
                union all select count(*), sum(xmin::text::bigint) from pg_auth_members
                union all select count(*), sum(xmin::text::bigint) from pg_database
                union all select count(*), sum(xmin::text::bigint) from pg_db_role_setting
                union all select count(*), sum(xmin::text::bigint) from pg_shdescription
                union all select count(*), sum(xmin::text::bigint) from pg_description
                           where classoid in ('pg_event_trigger'::regclass, 'pg_subscription'::regclass)
                union all select count(*), sum(xmin::text::bigint) from pg_event_trigger
                union all select count(*), sum(xmin::text::bigint) from pg_default_acl
                union all select count(*), sum(xmin::text::bigint) from pg_subscription) s (rows, written))
"""
_LOG = b"""
select id, dropped, tag, classid, objid, objsubid, type, identity, original, statement
  from pg_catalog.auditor_recorder_log where id > $1 order by id
"""
_IDENTIFY = b"""
select k.classid, k.objid, k.objsubid, i.type, i.identity
  from unnest($1::oid[], $2::oid[], $3::integer[]) k (classid, objid, objsubid)
 cross join lateral pg_identify_object(k.classid, k.objid, k.objsubid) i
"""
_THEIR_EVENT_TRIGGERS = b"""
select evtname, evtenabled::text from pg_event_trigger
 where evtname not in ('auditor_recorder_command', 'auditor_recorder_drop') and evtenabled <> 'D'
"""
_ENABLE: dict[str, LiteralString] = {"O": "enable", "R": "enable replica", "A": "enable always"}
_REMOVE = rb"""
drop event trigger auditor_recorder_command, auditor_recorder_drop;
do $$
declare
    ours record;
begin
    for ours in
        select 'table' as kind, oid::regclass::text as name from pg_class
         where relnamespace = 'pg_catalog'::regnamespace and relname like 'auditor\_recorder\_%' and relkind = 'r'
        union all
        select 'function', oid::regprocedure::text from pg_proc
         where pronamespace = 'pg_catalog'::regnamespace and proname like 'auditor\_recorder\_%'
    loop
        execute format('drop %s %s cascade', ours.kind, ours.name);
    end loop;
end $$
"""


@cache
def _sql(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()


def _is_theirs(key: Key) -> bool:
    """Whether an object was made after initdb; schemas and extensions are of interest in any case."""
    return key[1] >= _FIRST_USER_OID or key[0] in {_PG_NAMESPACE, _PG_EXTENSION} or key[0] in _SHARED_CLASSES
