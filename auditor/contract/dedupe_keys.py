"""`contract.dedupe_keys`: some index or constraint really keeps the columns unique.

What counts is what ON CONFLICT and a second writer meet: a valid and ready index over exactly these columns
or expressions, with this predicate and this rule for NULLs, checked at once. What it is called does not matter
unless the entry says so. https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import Facts
from auditor.declaration.entries import DedupeKeyEntry
from auditor.migrations.effects import plain_changes_of
from auditor.model import ObjectId, Snapshot
from auditor.model.change import CreateIndex
from auditor.sql.names import quote_identifier
from auditor.sql.predicates import canonical, conditions, same_predicate

NOT_UNIQUE = "is not unique"
OTHER_COLUMNS = "has other columns"


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """An index or constraint, as far as a dedupe key asks.

    Attributes:
        item: the index or constraint.
        keys: its columns and expressions, in the canonical form of expressions.
        spelled: the same as PostgreSQL prints them.
        flaws: why it does not keep rows unique, whatever its columns: `is not unique`, `is not valid`...
    """

    item: ObjectId
    keys: frozenset[object]
    spelled: tuple[str, ...]
    predicate: str | None
    nulls_not_distinct: bool
    flaws: tuple[str, ...]

    def __str__(self) -> str:
        """`index public.i: unique (a, b) where ...`."""
        words = [f"{self.item}:", "unique" if NOT_UNIQUE not in self.flaws else "not unique"]
        words.append(f"({', '.join(self.spelled)})")
        words += [f"where {self.predicate}"] if self.predicate else []
        words += ["nulls not distinct"] if self.nulls_not_distinct else []
        flaws = [flaw for flaw in self.flaws if flaw != NOT_UNIQUE]
        return " ".join(words) + (f"; {', '.join(flaws)}" if flaws else "")


def check_dedupe_keys(facts: Facts, checked: Checked) -> None:
    """Check every dedupe key that the contract names."""
    for entry in facts.configuration.contract.dedupe_keys:
        table = facts.table(entry.table)
        if table is None:
            continue  # told by the check of tables
        checked.count("dedupe key")
        live = uniquenesses(facts, facts.live, entry.table)
        keeping = [one for one in live if not differences(entry, one)]
        expected = [one for one in uniquenesses(facts, facts.expected, entry.table) if not differences(entry, one)]
        if keeping:
            # Its name is free: neither the missing nor the new name is drift.
            if not any(one.item in {e.item for e in expected} for one in keeping):
                checked.kept |= {Cause(one.item) for one in (*keeping, *expected)}
            continue
        _breach(facts, checked, entry, table, live, expected)
    _check_others(facts, checked)


def uniquenesses(facts: Facts, snapshot: Snapshot | None, table: str) -> list[Uniqueness]:
    """Every index and unique constraint of a table."""
    found: list[Uniqueness] = []
    for item in facts.hanging_on(snapshot, table, {"index", "table constraint"}):
        if isinstance(item, Index):
            found.append(
                Uniqueness(
                    item.id,
                    _keys(item),
                    tuple(item.keys),
                    item.predicate,
                    item.nulls_not_distinct,
                    (
                        *(() if item.unique else (NOT_UNIQUE,)),
                        *(() if item.valid else ("is not valid",)),
                        *(() if item.ready else ("is not ready",)),
                    ),
                )
            )
        elif isinstance(item, TableConstraint) and item.type in {"p", "u"}:
            found.append(
                Uniqueness(
                    item.id,
                    frozenset(_canonical(column) for column in item.columns),
                    tuple(item.columns),
                    None,
                    item.nulls_not_distinct,
                    (
                        *(("is deferrable",) if item.deferrable else ()),
                        *(("is not valid",) if item.index_valid is False else ()),
                        *(("is WITHOUT OVERLAPS",) if item.temporal else ()),
                    ),
                )
            )
    return found


def differences(entry: DedupeKeyEntry, one: Uniqueness) -> list[str]:
    """What keeps an index from being the declared dedupe key, the worst first; nothing: it is one."""
    said = list(one.flaws)
    wanted = frozenset(_canonical(column) for column in entry.columns)
    if one.keys != wanted:
        said.append(OTHER_COLUMNS)
    if not same_predicate(entry.where, one.predicate):
        other = "has another predicate" if entry.where is not None else "has a predicate"
        said.append(other if one.predicate else "has no predicate")
    if one.nulls_not_distinct != (entry.nulls == "not distinct"):
        said.append("has the other rule for NULLs")
    if entry.name is not None and not _named(entry.name, one.item):
        said.append("has another name")
    return said


# Private


def _breach(
    facts: Facts,
    checked: Checked,
    entry: DedupeKeyEntry,
    table: ObjectId,
    live: list[Uniqueness],
    expected: list[Uniqueness],
) -> None:
    close = [one for one in live if OTHER_COLUMNS not in differences(entry, one)]
    close.sort(key=lambda one: (len(differences(entry, one)), one.item))
    # The index that the migrations made for it is the one to speak of, else the one that nearly does it.
    there = {one.item: one for one in close}
    right = next((one for one in expected if one.item in there), expected[0] if expected else None)
    near = there.get(right.item) if right is not None else None
    near = near or (close[0] if close else None)
    item = right.item if right is not None else near.item if near is not None else _from_history(facts, entry)
    if near is not None:
        why = f"{near.item} {listed(differences(entry, near))}"
    elif item is not None and item not in facts.live:
        why = f"{item} {facts.missing(item)}"
    else:
        unique = [str(one) for one in live if NOT_UNIQUE not in one.flaws]
        why = f"there is {'; '.join(unique)}" if unique else "no unique index is there"
    wanted = declared(entry)
    fields = _changed_fields(facts, item) if item is not None else []
    repair = facts.repair(item, fields) if item is not None and right is not None else None
    named = {one.item for one in (*expected, *close)} | ({item} if item is not None else set())
    causes = frozenset([facts.cause(one) for one in named] or [Cause(table, f"unique {wanted}")])
    checked.unkept.append((entry, causes))
    checked.breaches.append(
        facts.breach(
            "dedupe-key",
            f"nothing keeps {entry.table} {wanted}: {why}",
            entry=entry,
            item=item if item is not None else table,
            field=", ".join(fields) or None,
            expected=wanted,
            actual=str(near) if near is not None else "missing",
            repair=repair or f"CREATE UNIQUE INDEX ON {entry.table} {_definition(entry)};",
            causes=causes,
        )
    )


def _check_others(facts: Facts, checked: Checked) -> None:
    """Unique indexes beside the declared keys that nobody made: they refuse rows that the keys let in."""
    entries: dict[str, list[DedupeKeyEntry]] = {}
    for entry in facts.configuration.contract.dedupe_keys:
        entries.setdefault(str(entry.table), []).append(entry)
    for table, keys in entries.items():
        for one in uniquenesses(facts, facts.live, table):
            enforced = NOT_UNIQUE not in one.flaws and "is not ready" not in one.flaws
            if not enforced or facts.should_be(one.item) or any(_refuses_no_more(one, key) for key in keys):
                continue
            checked.breaches.append(
                facts.breach(
                    "dedupe-key",
                    f"{one} refuses rows that the declared keys of {table} let in; no migration leaves it there",
                    entry=keys[0],
                    item=one.item,
                    expected="; ".join(declared(key) for key in keys),
                    actual=str(one),
                    repair=facts.repair_of_extra(one.item),
                    causes=[Cause(one.item)],
                )
            )


def _refuses_no_more(one: Uniqueness, entry: DedupeKeyEntry) -> bool:
    """Whether a unique index refuses only what the key refuses too: as many keys or more, as few rows or fewer."""
    wanted = conditions(entry.where) if entry.where is not None else frozenset()
    there = conditions(one.predicate) if one.predicate is not None else frozenset()
    if wanted is None or there is None:
        return True  # cannot be told; that it is there is drift all the same
    return (
        one.keys >= _wanted(entry)
        and there >= wanted
        and one.nulls_not_distinct <= (entry.nulls == "not distinct")
    )


def _changed_fields(facts: Facts, item: ObjectId) -> list[str]:
    expected, live = facts.expected_object(item), facts.live.objects.get(item)
    if expected is None or live is None:
        return []
    return [name for name, value in expected.values().items() if value != getattr(live, name)]


def _from_history(facts: Facts, entry: DedupeKeyEntry) -> ObjectId | None:
    """The index that the history made for the key, where there is no replay."""
    if facts.expected is not None:
        return None
    for item, life in facts.history.lives.items():
        if item.kind != "index" or not life.exists or life.last_definition is None:
            continue
        parent = life.parent or facts.history.parents.get(item)
        if parent is None or parent.identity != entry.table:
            continue
        for change in plain_changes_of(life.last_definition.text):
            if isinstance(change, CreateIndex) and change.unique and _columns_of(change) == _wanted(entry):
                return item
    return None


def declared(entry: DedupeKeyEntry) -> str:
    """The key as a sentence has it: `unique on (a, b) where ...`."""
    words = [f"unique on ({', '.join(entry.columns)})"]
    words += [f"where {entry.where}"] if entry.where else []
    words += ["nulls not distinct"] if entry.nulls == "not distinct" else []
    return " ".join(words)


def _definition(entry: DedupeKeyEntry) -> str:
    columns = ", ".join(column if column.isidentifier() else f"({column})" for column in entry.columns)
    nulls = " NULLS NOT DISTINCT" if entry.nulls == "not distinct" else ""
    return f"({columns}){nulls}" + (f" WHERE {entry.where}" if entry.where else "")


def _named(name: str, item: ObjectId) -> bool:
    own = item.identity.partition(" on ")[0]
    return name in {own, own.rpartition(".")[2]}


def _canonical(expression: str) -> object:
    return canonical(expression) or expression


def _wanted(entry: DedupeKeyEntry) -> frozenset[object]:
    return frozenset(_canonical(column) for column in entry.columns)


def _keys(index: Index) -> frozenset[object]:
    """The keys without order, collation and operator class, which uniqueness does not depend on.

    PostgreSQL's grammar takes the list apart: `name COLLATE "C" text_pattern_ops DESC` is the column `name`.
    """
    text = f"CREATE INDEX ON t USING {index.method} ({', '.join(index.keys)})"
    for change in plain_changes_of(text):
        if isinstance(change, CreateIndex) and len(change.elements) == len(index.keys):
            return _columns_of(change)
    return frozenset(index.keys)


def _columns_of(change: CreateIndex) -> frozenset[object]:
    return frozenset(
        _canonical(quote_identifier(one.column) if one.column is not None else one.text or "")
        for one in change.elements
    )
