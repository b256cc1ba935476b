"""`contract.rows`: a lookup table holds exactly the declared rows, or those that the migrations leave there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.catalog.kinds.table_column import TableColumn
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import Facts
from auditor.contract.table_rows import Row, TableRows, sort_key
from auditor.declaration.entries import RowsEntry
from auditor.model import Location, ObjectId, Provenance
from auditor.repair.create import literal
from auditor.sql.names import quote_identifier

FIELD = "rows"
"""Stands for the rows of a table in causes and findings."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What the rows of a table are not as they should be.

    Attributes:
        missing: rows that should be there.
        extra: rows that should not.
        changed: rows with the key of a row that should be there and other values: as it should be, as it is.
    """

    missing: tuple[Row, ...]
    extra: tuple[Row, ...]
    changed: tuple[tuple[Row, Row], ...]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.missing or self.extra or self.changed)


def check_rows(facts: Facts, checked: Checked) -> None:
    """Check the rows of every lookup table that the contract declares."""
    for entry in facts.configuration.contract.rows:
        table = facts.table(entry.table)
        if table is None:
            continue  # told by the check of tables
        live = facts.data.rows.get(str(entry.table)) if facts.data is not None else None
        if live is None:
            checked.not_checked.append(f"rows of {entry.table}: they were not read")
        elif live.why is not None:
            checked.could_not_check.append(f"rows of {entry.table}: {live.why}")
        elif live.lacking:
            _lacking(facts, checked, entry, table, live)
        else:
            checked.count("lookup row", len(live.rows))
            wanted = _wanted(facts, checked, entry, live)
            if wanted is None:
                continue
            found = differences(wanted, live.rows, _key(entry))
            if found:
                _breach(facts, checked, entry, table, live, found)


def differences(wanted: Iterable[Row], live: Iterable[Row], key: Sequence[int]) -> Differences:
    """The differences between two lists of rows, in no order; a row that stands there twice is two.

    Args:
        wanted: as they should be.
        live: as they are.
        key: positions of the values that tell a row from the others.
    """
    should, there = Counter(wanted), Counter(live)
    missing, extra = list((should - there).elements()), list((there - should).elements())
    lacking = Counter(_values(row, key) for row in missing)
    surplus = Counter(_values(row, key) for row in extra)
    same = {one for one, count in lacking.items() if count == 1 and surplus[one] == 1}
    by_key = {_values(row, key): row for row in extra}
    changed = [(row, by_key[of]) for row in missing if (of := _values(row, key)) in same]
    return Differences(
        tuple(sorted((row for row in missing if _values(row, key) not in same), key=sort_key)),
        tuple(sorted((row for row in extra if _values(row, key) not in same), key=sort_key)),
        tuple(sorted(changed, key=lambda pair: sort_key(pair[0]))),
    )


def declared_rows(rows: Iterable[Row], types: Iterable[str | None]) -> tuple[Row, ...]:
    """Rows as somebody wrote them down, as PostgreSQL prints them.

    Args:
        rows: the values.
        types: the type of each column.
    """
    of = tuple(types)
    return tuple(tuple(_as_printed(value, type_) for value, type_ in zip(row, of, strict=True)) for row in rows)


# Private

_SHOWN = 5
"""Rows of a kind in a message; the diff has all."""

_MAX_STATEMENTS = 500
_MAX_DIFF = 2_000
_MAX_VALUE = 60

_PLAIN = re.compile(r"[\w.:+/-]+(?: [\w.:+/-]+)*")
_NO_EQUALITY = frozenset({"json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle"})
"""Types of which `=` is not there, or does not mean the same."""

_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})
"""How a boolean may be written: https://www.postgresql.org/docs/current/datatype-boolean.html"""


def _key(entry: RowsEntry) -> list[int]:
    return [entry.columns.index(one) for one in entry.key or entry.columns]


def _values(row: Row, at: Sequence[int]) -> Row:
    return tuple(row[one] for one in at)


def _wanted(facts: Facts, checked: Checked, entry: RowsEntry, live: TableRows) -> tuple[Row, ...] | None:
    """The rows that should be there; None, and said, where that is not known."""
    if not isinstance(entry.equal, str):
        return declared_rows(entry.equal, live.types)
    where = "the replay" if facts.replayed else "the other side"
    if facts.expected_data is None:
        why = "there is no replay to compare with" if facts.replayed else "a saved snapshot holds no rows"
        checked.not_checked.append(f"rows of {entry.table}: {why}")
        return None
    made = facts.expected_data.rows.get(str(entry.table))
    if made is None:
        checked.not_checked.append(f"rows of {entry.table}: {where} has no such table")
    elif made.why is not None:
        checked.could_not_check.append(f"rows of {entry.table} in {where}: {made.why}")
    elif made.lacking:
        checked.not_checked.append(f"rows of {entry.table}: {where} has no column {listed(made.lacking)}")
    else:
        return made.rows
    return None


def _as_printed(value: str | None, type_: str | None) -> str | None:
    """A declared value as a cast to text prints it; only a boolean is often written otherwise."""
    if value is None or type_ != "boolean":
        return value
    lower = value.lower()
    return "true" if lower in _TRUE else "false" if lower in _FALSE else value


def _lacking(facts: Facts, checked: Checked, entry: RowsEntry, table: ObjectId, live: TableRows) -> None:
    columns = [
        ObjectId(f"{table.kind} column", f"{table.identity}.{quote_identifier(one)}") for one in live.lacking
    ]
    one = len(columns) == 1
    checked.breaches.append(
        facts.breach(
            "lookup-rows",
            f"{table} has no column {listed(live.lacking)}, of which the contract declares the rows",
            entry=entry,
            item=columns[0] if one else table,
            field=None if one else FIELD,
            expected=f"column {listed(live.lacking)}",
            actual="missing",
            repair=facts.repair(columns[0]) if one else None,
            causes=[facts.cause(column) for column in columns],
        )
    )


def _breach(
    facts: Facts, checked: Checked, entry: RowsEntry, table: ObjectId, live: TableRows, found: Differences
) -> None:
    declared = not isinstance(entry.equal, str)
    as_said = "the contract declares" if declared else "the migrations leave" if facts.replayed else "it should"
    said = [
        *_said("missing", found.missing),
        *_said("not among them", found.extra),
        *_changes_said(entry, found),
    ]
    more: dict[str, Any] = {"location": entry.location}
    written = None if declared else _last_written(facts, table)
    if written is not None:
        more = {"location": written[1], "provenance": Provenance(defined_in=written[0])}
    checked.breaches.append(
        facts.breach(
            "lookup-rows",
            f"{table} does not hold the rows that {as_said}: {'; '.join(said)}",
            entry=entry,
            item=table,
            field=FIELD,
            expected=_side([*found.missing, *(row for row, _ in found.changed)]),
            actual=_side([*found.extra, *(row for _, row in found.changed)]),
            diff=_diff(found, entry),
            repair=_repair(facts, entry, table, live, found),
            causes=[Cause(table, FIELD)],
            **more,
        )
    )


def _last_written(facts: Facts, table: ObjectId) -> tuple[str, Location] | None:
    """The migration that last wrote rows of the table by itself, and where."""
    for effect in reversed(facts.history.effects):
        if effect.action == "write" and effect.object == table and effect.inside in (None, "do"):
            return effect.migration, effect.location
    return None


def _said(what: str, rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
        yield f"{what}: {', '.join(_row(row) for row in rows[:_SHOWN])}{more}"


def _changes_said(entry: RowsEntry, found: Differences) -> Iterator[str]:
    for wanted, live in found.changed[:_SHOWN]:
        parts = [
            f"{column} is {_shown(is_)}, should be {_shown(should)}"
            for column, should, is_ in zip(entry.columns, wanted, live, strict=True)
            if should != is_
        ]
        yield f"changed: {_row(_values(wanted, _key(entry)))}: {', '.join(parts)}"
    if len(found.changed) > _SHOWN:
        yield f"{len(found.changed) - _SHOWN} more are changed"


def _side(rows: Sequence[Row]) -> str:
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return (", ".join(_row(row) for row in rows[:_SHOWN]) or "no other row") + more


def _row(row: Row) -> str:
    return f"({', '.join(_shown(value) for value in row)})"


def _shown(value: str | None) -> str:
    """A value in one line: as it stands if it is plain, else as a literal."""
    if value is None:
        return "NULL"
    text = value if len(value) <= _MAX_VALUE else f"{value[:_MAX_VALUE]}..."
    if _PLAIN.fullmatch(text) and text != "NULL":
        return text
    return "'" + "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text.replace("'", "''")) + "'"


def _diff(found: Differences, entry: RowsEntry) -> str:
    """All rows that differ, those that should be there with `-`, in the order of their keys."""
    at = _key(entry)
    lines = [(sort_key(_values(row, at)), 0, f"-{_row(row)}") for row in found.missing]
    lines += [(sort_key(_values(row, at)), 1, f"+{_row(row)}") for row in found.extra]
    for wanted, live in found.changed:
        lines.append((sort_key(_values(wanted, at)), 0, f"-{_row(wanted)}"))
        lines.append((sort_key(_values(wanted, at)), 1, f"+{_row(live)}"))
    texts = [text for _, _, text in sorted(lines)]
    if len(texts) > _MAX_DIFF:
        texts[_MAX_DIFF:] = [f" and {len(texts) - _MAX_DIFF} lines more"]
    return "\n".join(["--- expected", "+++ live", *texts]) + "\n"


def _repair(facts: Facts, entry: RowsEntry, table: ObjectId, live: TableRows, found: Differences) -> str:
    """DELETE, UPDATE and INSERT that make the rows what they should be."""
    name, types = table.identity, dict(zip(entry.columns, live.types, strict=True))
    columns = {column: _column(facts, table, column) for column in entry.columns}
    key = [entry.columns[at] for at in _key(entry)]
    there = Counter(_values(row, _key(entry)) for row in live.rows)
    statements: list[str] = []
    for row, count in Counter(found.extra).items():
        whole = _where(entry.columns, row, types)
        if count < Counter(live.rows)[row]:
            statements.append(f"-- {count} of {Counter(live.rows)[row]} equal rows are too many: {whole}")
        else:
            statements.append(f"DELETE FROM {name} WHERE {whole};")  # noqa: S608 - shown, never run
    for wanted, is_ in found.changed:
        sets = [
            f"{quote_identifier(column)} = {_sql(should)}"
            for column, should, now in zip(entry.columns, wanted, is_, strict=True)
            if should != now
        ]
        of = _values(is_, _key(entry))
        where = _where(key, of, types) if there[of] == 1 else _where(entry.columns, is_, types)
        statements.append(f"UPDATE {name} SET {', '.join(sets)} WHERE {where};")  # noqa: S608
    given = [
        at
        for at, column in enumerate(entry.columns)
        if (item := columns[column]) is None or item.generated is None
    ]
    always = any(item is not None and item.identity_generation == "always" for item in columns.values())
    names = ", ".join(quote_identifier(entry.columns[at]) for at in given)
    for row in found.missing:
        values = ", ".join(_sql(row[at]) for at in given)
        overriding = " OVERRIDING SYSTEM VALUE" if always else ""
        statements.append(f"INSERT INTO {name} ({names}){overriding} VALUES ({values});")  # noqa: S608
    if len(statements) > _MAX_STATEMENTS:
        statements[_MAX_STATEMENTS:] = [f"-- and {len(statements) - _MAX_STATEMENTS} statements more"]
    return "\n".join(statements)


def _column(facts: Facts, table: ObjectId, column: str) -> TableColumn | None:
    item = facts.live.objects.get(ObjectId("table column", f"{table.identity}.{quote_identifier(column)}"))
    return item if isinstance(item, TableColumn) else None


def _where(columns: Sequence[str], row: Row, types: dict[Any, str | None]) -> str:
    parts = []
    for column, value in zip(columns, row, strict=True):
        name = quote_identifier(column)
        if value is None:
            parts.append(f"{name} IS NULL")
        else:
            cast = "::text" if types.get(column) in _NO_EQUALITY else ""
            parts.append(f"{name}{cast} = {literal(value)}")
    return " AND ".join(parts)


def _sql(value: str | None) -> str:
    return "NULL" if value is None else literal(value)
