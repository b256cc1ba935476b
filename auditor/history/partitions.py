"""Partitions: what one takes from the table it is a partition of.

https://www.postgresql.org/docs/current/ddl-partitioning.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.history import constraints, indexes
from auditor.history.catalog import Object

if TYPE_CHECKING:
    from auditor.history.fold import Folding


def clone_to_partition(fold: Folding, parent: Object, table: Object) -> None:
    """What a partition takes from its parent: checks, NOT NULL, keys, foreign keys, indexes, row triggers."""
    constraints.inherit_constraints(fold, parent, table)
    adopt(parent, table)
    with fold.implying():
        for (key, name), item in list(parent.children.items()):
            if key == "constraint" and item.facts.get("type") in {"p", "u", "x", "f"}:
                if _has_equal_key(table, item):
                    continue
                chosen = name if item.facts["type"] == "f" else None
                copy = constraints.create_one(fold, table, constraints.named(item.facts["written"], chosen))
                if copy is not None:
                    fold.catalog.depend(copy, item, automatic=True)
            elif key == "trigger" and item.facts.get("for_each_row", True):
                clone = Object("trigger", name, parent=table)
                clone.facts.update(item.facts, cloned=True)
                if table.child("trigger", name) is None:
                    fold.create(clone)
                    fold.catalog.depend(clone, item, automatic=True)
        for item, _ in list(parent.dependents):
            if item.alive and item.kind == "index" and item.facts.get("table") is parent:
                made = indexes.copy_index(fold, item, table)
                if made is not None:
                    fold.catalog.depend(made, item, automatic=True)


def adopt(parent: Object, table: Object) -> None:
    """What a table has under a name of its parent's is inherited from now on, and goes when that goes."""
    for column in parent.columns:
        own = table.column(column.name)
        if own is not None:
            own.facts["inherited"] = True


def release(fold: Folding, parent: Object, table: Object) -> None:
    """DETACH: what the former partition has is its own from now on; cloned row triggers go."""
    for (key, name), item in list(parent.children.items()):
        clone = table.children.get((key, name))
        if key == "trigger" and clone is not None and clone.facts.get("cloned"):
            fold.drop(clone, implied=True)
        item.dependents = [(one, auto) for one, auto in item.dependents if one.parent is not table]
    for item, _ in parent.dependents:
        if item.kind == "index":
            item.dependents = [(o, auto) for o, auto in item.dependents if o.facts.get("table") is not table]


# Private


def _has_equal_key(table: Object, item: Object) -> bool:
    return item.facts["type"] in {"p", "u", "x"} and any(
        other.facts.get("type") == item.facts["type"] and other.facts.get("columns") == item.facts["columns"]
        for other in constraints.keys_of(table)
    )
