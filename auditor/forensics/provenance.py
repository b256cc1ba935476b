"""Which migration's transaction last wrote a live object, or between which two it was written by none.

Most tools write their ledger row in the transaction of the migration, so that row and the catalog rows of the
objects share an `xmin`. The ledger's rows cut the cluster's transactions into spans: what was written within a
span, by no ledger row's transaction, was written out of band, after one migration and before the next.

That holds only where catalog and ledger were written side by side. A dump that was restored, `pg_upgrade`, and
rows that were copied into the ledger break it, and nothing in the catalog says so. So the ledger is trusted from
the first row on that fits an object its migration wrote (`Spans.trusted`); before that, nothing is claimed.

Some tools write the ledger row in a transaction of its own, and some migrations run outside a transaction: then an
object of a migration lies in the span that its ledger row ends (`own`).

A row written below a savepoint, or below an EXCEPTION clause, has the id of the subtransaction, which is higher
than that of its transaction. Both have one commit time: where the server keeps those, they tell.
https://www.postgresql.org/docs/current/subxacts.html
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from auditor.forensics.ledger_rows import LedgerRow, LedgerRows
from auditor.forensics.transactions import Clock, Written
from auditor.history.fold import History
from auditor.model import ROW_ACTIONS, Migration, ObjectId

Relation = Literal["own", "migration", "between", "unknown"]
"""`migration`: the transaction of a ledger row wrote it. `own`: the migration's statements outside that one.
`between`: neither; after one ledger row and before the next. `unknown`: it cannot be told; the reason says why.
"""

RELATIONS = ("table", "index", "sequence", "materialized view", "foreign table")
"""Kinds whose rows TRUNCATE, VACUUM FULL, CLUSTER and REINDEX write too, and what is hung on a table."""


@dataclass(frozen=True, slots=True)
class Group:
    """Ledger rows that one transaction wrote.

    Attributes:
        xid: its full id.
        migrations: their ids, in the order of the history.
        at: the earliest and latest time that the tool noted, or None.
    """

    xid: int
    migrations: tuple[str, ...]
    at: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the newest row of an object comes from.

    Attributes:
        xid: `xmin` of the row; None if the object has none.
        catalog: where the row stands.
        relation: see :data:`Relation`.
        migration: of `own` and `migration`.
        after, before: the ledger rows around it: the last before, the first after.
        since, until: times of these two: of the tool, or of the commit where the server keeps them.
        committed_at: when the row's transaction was committed, or None if the server does not say.
        reason: what more there is to say; for `unknown` why.
    """

    xid: int | None
    catalog: str | None
    relation: Relation
    migration: str | None = None
    after: str | None = None
    before: str | None = None
    since: str | None = None
    until: str | None = None
    committed_at: str | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As `transaction` of `auditor forensics blame --format json`."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Spans:
    """The spans of transactions between ledger rows, and what the history says should lie in them.

    Attributes:
        groups: by transaction.
        ledger: what was read.
        clock: of the cluster.
        history: the migrations.
        written: every object of the database.
        commits: commit times by full transaction id; None if the server keeps none.
        trusted: number of the first group that can be trusted, or None; with `doubt`, why.
    """

    groups: tuple[Group, ...]
    ledger: LedgerRows
    clock: Clock
    history: History
    written: Mapping[ObjectId, Written]
    commits: Mapping[int, str] | None
    trusted: int | None
    doubt: str
    touchers: Mapping[ObjectId, tuple[str, ...]]
    shared: frozenset[int]

    def origin(self, item: ObjectId, *, as_history: bool | None = None) -> Origin:
        """Where an object's newest row comes from.

        Args:
            item: the object.
            as_history: whether its live definition is the one of the history; None if that is not known.
        """
        written = self.written.get(item)
        if written is None:
            return Origin(None, None, "unknown", reason="it has no row of its own in the catalog")
        found = self._placed(item, written, as_history)
        committed = self.commits.get(written.full) if self.commits is not None and written.full else None
        return replace(found, xid=written.xid, catalog=written.catalog, committed_at=committed)

    # Private

    def _placed(self, item: ObjectId, written: Written, as_history: bool | None) -> Origin:
        if written.full is None:
            return _unknown(self.clock.why_unknown(written.xid))
        if not self.groups or self.trusted is None:
            return _unknown(self.doubt)
        number = bisect_left([group.xid for group in self.groups], written.full)
        touchers = self.touchers.get(item, ())
        if number < len(self.groups) and self.groups[number].xid == written.full:
            return self._of(self.groups[number], touchers, "migration", self._several(number))
        if number <= self.trusted and (number < self.trusted or self._begins_late()):
            return self._too_old(number)
        around = self._around(number)
        if number == 0 and self._is_ledger(item):
            return replace(around, relation="own", reason="the ledger itself: the migration tool makes it")
        if number and (below := self._below_savepoint(number - 1, written.full, touchers, as_history)) is not None:
            return replace(below, after=around.after, before=around.before, since=around.since, until=around.until)
        if number < len(self.groups) and number not in self.shared_numbers(touchers):
            own = [one for one in self.groups[number].migrations if one in touchers]
            if own:
                return replace(around, relation="own", migration=own[-1], reason=_OWN)
        maintained = item.kind in RELATIONS and as_history
        return replace(around, relation="between", reason=_MAINTAINED if maintained else None)

    def shared_numbers(self, touchers: Sequence[str]) -> frozenset[int]:
        """Groups whose transaction also wrote objects: what else their migrations wrote shares it.

        Those of a migration that runs outside a transaction, and touches the object, are not among them.
        """
        apart = {one.id for one in self.history.migrations if not one.transactional} & set(touchers)
        return frozenset(n for n in self.shared if not apart & set(self.groups[n].migrations))

    def _is_ledger(self, item: ObjectId) -> bool:
        """Whether an object is a ledger, or a part of one."""
        return any(
            item.identity == table
            or item.identity.startswith(f"{table}.")
            or item.identity.endswith(f" on {table}")
            for table in self.ledger.tables
        )

    def _begins_late(self) -> bool:
        """Whether what lies before the first trusted ledger row is not known to lie before every migration."""
        return self.ledger.last_only or self.trusted != 0

    def _too_old(self, number: int) -> Origin:
        if self.ledger.last_only:
            last = self.groups[-1].migrations[-1]
            why = f"the ledger keeps its last row only: the object was written before the transaction of {last}"
            return replace(_unknown(why), before=last, until=_first(self._time(len(self.groups) - 1)))
        return replace(_unknown(self.doubt), before=self.groups[number].migrations[0])

    def _of(self, group: Group, touchers: Sequence[str], relation: Relation, reason: str | None) -> Origin:
        own = [one for one in group.migrations if one in touchers]
        return Origin(
            None,
            None,
            relation,
            migration=own[-1] if own else group.migrations[-1],
            since=group.at[0] if group.at else None,
            until=group.at[1] if group.at else None,
            reason=reason,
        )

    def _several(self, number: int) -> str | None:
        group = self.groups[number]
        if self.ledger.last_only:
            return (
                f"the transaction that brought the database to {group.migrations[-1]}; it may have run others too"
            )
        if len(group.migrations) > 1:
            return f"one transaction ran {group.migrations[0]} to {group.migrations[-1]}"
        return None

    def _around(self, number: int) -> Origin:
        after = self.groups[number - 1] if number else None
        before = self.groups[number] if number < len(self.groups) else None
        return Origin(
            None,
            None,
            "between",
            after=after.migrations[-1] if after else None,
            before=before.migrations[0] if before else None,
            since=_last(self._time(number - 1)) if after else None,
            until=_first(self._time(number)) if before else None,
        )

    def _time(self, number: int) -> tuple[str, str] | None:
        """When a ledger row was written: by the server's commit times, or as the tool says."""
        group = self.groups[number]
        at = self.commits.get(group.xid) if self.commits is not None else None
        return (at, at) if at is not None else group.at

    def _below_savepoint(
        self, number: int, full: int, touchers: Sequence[str], as_history: bool | None
    ) -> Origin | None:
        """Written in a subtransaction of the ledger row's transaction, or perhaps so."""
        group = self.groups[number]
        if self.commits is not None:
            at = self.commits.get(group.xid)
            if at is None or self.commits.get(full) != at:
                return None
            return self._of(group, touchers, "migration", "in a subtransaction: one commit time for both")
        own = [one for one in group.migrations if one in touchers]
        if not own or as_history is False or not _opens_subtransactions(self.history, own[-1]):
            return None
        if as_history:
            return replace(self._of(group, own, "own", _SUBTRANSACTION), migration=own[-1])
        return _unknown(f"either a subtransaction of {own[-1]}, or by hand after it")


def spans(
    ledger: LedgerRows,
    clock: Clock,
    history: History,
    written: Mapping[ObjectId, Written],
    commits: Mapping[int, str] | None,
) -> Spans:
    """Put ledger, catalog and history side by side.

    Args:
        ledger: its rows, read in one transaction with the others.
        clock: of the cluster.
        history: the migrations.
        written: who wrote each object.
        commits: commit times, or None.
    """
    groups = _groups(ledger.rows, [one.id for one in history.migrations])
    touchers = _touchers(history)
    shared, trusted, doubt = _trust(groups, ledger, touchers, written)
    return Spans(groups, ledger, clock, history, written, commits, trusted, doubt, touchers, shared)


# Private

_OWN = "by the migration's own statements: its ledger row was written in a transaction of its own"
_SUBTRANSACTION = (
    "below a savepoint or an EXCEPTION clause, whose rows have ids of their own; it is as the history says"
)
_MAINTAINED = (
    "it is as the history says: TRUNCATE, VACUUM FULL, CLUSTER, REINDEX, and what is hung on a table, write its "
    "row too"
)
_SUBTRANSACTIONS = re.compile(r"\b(exception\s+when|savepoint)\b", re.IGNORECASE)
_NEAR = 100  # transactions between a migration and its ledger row, where no row before it bounds them
_FITS, _NOTHING, _MISSES, _BREAK = "fits", "nothing to tell by", "misses", "break"


def _unknown(reason: str) -> Origin:
    return Origin(None, None, "unknown", reason=reason)


def _first(times: tuple[str, str] | None) -> str | None:
    return times[0] if times else None


def _last(times: tuple[str, str] | None) -> str | None:
    return times[1] if times else None


def _groups(rows: Iterable[LedgerRow], order: Sequence[str]) -> tuple[Group, ...]:
    """Rows by the transaction that wrote them; those that cannot be dated say nothing."""
    place = {migration: number for number, migration in enumerate(order)}
    by_xid: dict[int, list[LedgerRow]] = {}
    for row in rows:
        if row.xid is not None:
            by_xid.setdefault(row.xid, []).append(row)
    groups = []
    for xid, found in sorted(by_xid.items()):
        found.sort(key=lambda row: (place.get(row.migration, -1), row.migration))
        times = sorted(row.at for row in found if row.at is not None)
        at = (times[0], times[-1]) if times else None
        groups.append(Group(xid, tuple(row.migration for row in found), at))
    return tuple(groups)


def _touchers(history: History) -> dict[ObjectId, tuple[str, ...]]:
    """The migrations that wrote an object's rows, in order: a table's are written for what hangs on it too."""
    found: dict[ObjectId, dict[str, None]] = {}
    names: dict[ObjectId, ObjectId] = {}
    for effect in history.effects:
        item = effect.object
        if item is None or effect.action in ROW_ACTIONS or effect.inside not in (None, "do") or effect.no_op:
            continue
        if effect.action == "rename" and effect.to is not None:
            names[item] = ObjectId(item.kind, effect.to)
            found.setdefault(names[item], {}).update(found.get(item, {}))
            found[names[item]][effect.migration] = None
        for one in (item, *history.ancestors(item)):
            found.setdefault(one, {})[effect.migration] = None
    order = {migration.id: number for number, migration in enumerate(history.migrations)}
    return {item: tuple(sorted(ids, key=lambda one: order.get(one, -1))) for item, ids in found.items()}


def _trust(
    groups: Sequence[Group],
    ledger: LedgerRows,
    touchers: Mapping[ObjectId, tuple[str, ...]],
    written: Mapping[ObjectId, Written],
) -> tuple[frozenset[int], int | None, str]:
    """Groups that share their transaction with objects; the first group to trust, or None; and why not all."""
    if not groups:
        return frozenset(), None, "; ".join(ledger.unread) or "the ledger has no rows that can be dated"
    known = [one.full for item, one in written.items() if item in touchers and one.full is not None]
    shared = frozenset(number for number, group in enumerate(groups) if group.xid in set(known))
    votes = [_vote(number, groups, ledger, touchers, written, shared) for number in range(len(groups))]
    if _FITS not in votes:
        return shared, None, _doubt(votes, groups)
    trusted = votes.index(_FITS)
    # A row may have no object left that fits because all were changed by hand; but older ones must be there.
    while trusted and votes[trusted - 1] != _BREAK and min(known) < groups[trusted - 1].xid:
        trusted -= 1
    return shared, trusted, _doubt(votes[:trusted], groups) if trusted else ""


def _vote(
    number: int,
    groups: Sequence[Group],
    ledger: LedgerRows,
    touchers: Mapping[ObjectId, tuple[str, ...]],
    written: Mapping[ObjectId, Written],
    shared: Collection[int],
) -> str:
    """Whether a ledger row fits the objects that its migration wrote last."""
    if number in shared:
        return _FITS
    group = groups[number]
    own = [
        full
        for item, ids in touchers.items()
        if ids and ids[-1] in group.migrations and item in written and (full := written[item].full) is not None
    ]
    if len(group.migrations) > 1:  # rows that were copied, or a run whose objects are all gone
        return _BREAK if own else _NOTHING
    near = group.xid - _NEAR
    if ledger.last_only:
        return _FITS if any(near < full < group.xid for full in own) else _BREAK
    if number == 0:
        return _FITS if own and all(near < full < group.xid for full in own) else _BREAK
    start = groups[number - 1].xid
    if any(start < full < group.xid for full in own):
        return _FITS
    return _MISSES if own else _NOTHING


def _doubt(votes: Sequence[str], groups: Sequence[Group]) -> str:
    if _BREAK in votes or _MISSES in votes:
        return (
            "the ledger's rows were not written beside the objects that they stand for: the database was restored "
            "or upgraded, or rows were put into the ledger afterwards"
        )
    names = ", ".join(one.migrations[-1] for one in groups[:3])
    return f"no object is left by which the ledger's rows ({names}) could be placed"


def _opens_subtransactions(history: History, migration: str) -> bool:
    found: Migration | None = next((one for one in history.migrations if one.id == migration), None)
    return found is not None and any(_SUBTRANSACTIONS.search(one.text) for one in found.statements)
