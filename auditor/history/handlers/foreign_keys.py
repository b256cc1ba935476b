"""Foreign keys, and those that PostgreSQL makes beside them for partitions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.history.folding import Folding
from auditor.history.naming import choose_name, make_object_name, name_addition
from auditor.history.object import Object
from auditor.model import change as c


def equal_foreign_keys(own: Object, key: Object) -> bool:
    """Whether a partition's own foreign key can serve as that of its parent (`tryAttachPartitionForeignKey`)."""
    alike = ("type", "columns", "target", "target_columns")
    return (
        own.facts.get("parent_key") is None
        and own.facts.get("of_partition") is None
        and all(own.facts.get(name) == key.facts.get(name) for name in alike)
        and own.facts["written"].deferrable == key.facts["written"].deferrable
        and _actions(own) == _actions(key)
    )


def _actions(key: Object) -> list[tuple[str, ...]]:
    words = key.facts["written"].definition.upper()
    return sorted(_ACTION.findall(words))


def create_foreign_key(fold: Folding, table: Object, constraint: c.Constraint) -> Object:
    """A foreign key, with those that its partitions get."""
    catalog = fold.catalog
    name = constraint.name
    implied = name is None
    if name is None:
        taken = catalog.constraint_name_taken(table.schema or "")
        name = choose_name(table.name, name_addition(constraint.columns), "fkey", taken)
    made = Object("table constraint", name, parent=table, temporary=table.temporary)
    made.facts.update(type="f", columns=constraint.columns, written=constraint)
    fold.create(made, implied=implied)
    depend_on_columns(fold, made, table, constraint.columns)
    if constraint.references is not None:
        target = catalog.relation_or_external(constraint.references)
        catalog.depend(made, target)
        wanted = constraint.references_columns
        for key in keys_of(target):
            if (wanted and set(key.facts["columns"]) == set(wanted)) or (not wanted and key.facts["type"] == "p"):
                catalog.depend(made, key)
                wanted = wanted or key.facts["columns"]
                break
        for column_name in wanted:
            column = target.column(column_name)
            if column is not None:
                catalog.depend(made, column)
        made.facts.update(target=target, target_columns=tuple(wanted))
        if table.facts.get("partition_of") is None or not fold.implied:
            reference_partitions(fold, made, target)
    return made


def depend_on_columns(fold: Folding, made: Object, table: Object, columns: Iterable[str]) -> None:
    """Make a constraint go with its columns."""
    for name in columns:
        column = table.column(name)
        if column is not None:
            fold.catalog.depend(made, column, automatic=True)


def reference_partitions(fold: Folding, key: Object, target: Object, base: str | None = None) -> None:
    """A foreign key to a partitioned table has one row more for each of its partitions.

    They are named after the columns (`t_a_fkey1`), from PostgreSQL 18 on after the first (`t_a_fkey_1`), which is
    `base`, or else `key` itself.
    """
    base = base or key.name
    with fold.implying():
        for partition in fold.heirs(target):
            if partition.facts.get("partition_of") is target:
                more = reference_partition(fold, key, partition, base)
                reference_partitions(fold, more, partition, base)


def reference_partition(fold: Folding, key: Object, partition: Object, base: str) -> Object:
    """Make the row that a foreign key has for one partition of the table it refers to."""
    table = key.parent
    assert table is not None  # noqa: S101 - for the type checker: a constraint hangs on its table
    taken = fold.catalog.constraint_name_taken(table.schema or "")
    if fold.catalog.pg_major < 18:
        name = choose_name(table.name, name_addition(key.facts["columns"]), "fkey", taken)
    else:
        attempt = 1
        while taken(name := make_object_name(base, None, str(attempt))):
            attempt += 1
    more = Object("table constraint", name, parent=table, temporary=table.temporary)
    more.facts.update(type="f", columns=key.facts["columns"], written=key.facts["written"], of_partition=partition)
    fold.create(more, implied=True)
    fold.catalog.depend(more, key, automatic=True)
    fold.catalog.depend(more, partition)
    return more


KEY_TYPES = frozenset({"p", "u", "x"})
"""Of `pg_constraint.contype`: those that an index keeps."""


_ACTION = re.compile(r"\bON\s+(DELETE|UPDATE)\s+(CASCADE|RESTRICT|SET\s+NULL|SET\s+DEFAULT)")


def keys_of(table: Object) -> list[Object]:
    """Primary and unique constraints of a table."""
    return [item for item in all_keys_of(table) if item.facts.get("type") in {"p", "u"}]


def all_keys_of(table: Object) -> list[Object]:
    """Constraints of a table that an index keeps."""
    keys = [item for (key, _), item in table.children.items() if key == "constraint"]
    return [item for item in keys if item.facts.get("type") in KEY_TYPES]
