"""Partitions: what one takes from the table it is a partition of.

https://www.postgresql.org/docs/current/ddl-partitioning.html
"""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.handlers import constraints, foreign_keys, indexes, inheritance
from auditor.history.object import Object


def clone_to_partition(fold: Folding, parent: Object, table: Object) -> None:
    """What a new partition takes from its parent: checks, NOT NULL, keys, foreign keys, indexes, row triggers."""
    constraints.inherit_constraints(fold, parent, table)
    _clone(fold, parent, table)


def attach(fold: Folding, parent: Object, table: Object) -> None:
    """What a table takes that becomes a partition; checks and NOT NULL it must have already."""
    adopt(parent, table, partition=True)
    _clone(fold, parent, table)


def attach_index(fold: Folding, parent: Object, index: Object) -> None:
    """ALTER INDEX ... ATTACH PARTITION: the index (and its constraint) goes with the parent's."""
    if index.facts.get("parent_index") is parent:
        return
    fold.catalog.depend(index, parent, automatic=True)
    index.facts["parent_index"] = parent
    key, own = parent.facts.get("constraint"), index.facts.get("constraint")
    if isinstance(key, Object) and isinstance(own, Object):
        fold.catalog.depend(own, key, automatic=True)
        own.facts["parent_key"] = key


def adopt(parent: Object, table: Object, *, partition: bool) -> None:
    """What a table has in common with its new parent is inherited from now on, too."""
    for _, own in inheritance.shared(parent, table):
        inheritance.gain_parent(own, partition=partition)


def disown(parent: Object, table: Object) -> None:
    """NO INHERIT, DETACH: what the table had in common with its former parent stays."""
    for _, own in inheritance.shared(parent, table):
        inheritance.lose_parent(own)


def release(fold: Folding, parent: Object, table: Object) -> None:
    """DETACH: keys and indexes of the former partition are its own from now on; cloned row triggers go."""
    for (key, name), item in list(parent.children.items()):
        clone = table.children.get((key, name))
        if key == "trigger" and clone is not None and clone.facts.get("cloned"):
            fold.drop(clone, implied=True)
        item.dependents = [(one, auto) for one, auto in item.dependents if one.parent is not table]
    for own in table.children.values():
        own.facts.pop("parent_key", None)
    for item, _ in parent.dependents:
        if item.kind == "index":
            item.dependents = [(o, auto) for o, auto in item.dependents if o.facts.get("table") is not table]
    for item, _ in table.dependents:
        if item.kind == "index":
            item.facts.pop("parent_index", None)
    for item, _ in list(table.dependents):
        if item.alive and item.facts.get("of_partition") is table:
            fold.drop(item, implied=True)


# Private


def _clone(fold: Folding, parent: Object, table: Object) -> None:
    with fold.implying():
        for (key, name), item in list(parent.children.items()):
            if key == "constraint" and item.facts.get("type") in {"p", "u", "x"}:
                constraints.key_of_partition(fold, item, table)
            elif key == "trigger" and item.facts.get("for_each_row", True):
                clone = Object("trigger", name, parent=table)
                clone.facts.update(item.facts, cloned=True)
                if table.child("trigger", name) is None:
                    fold.create(clone)
                    fold.catalog.depend(clone, item, automatic=True)
        for item, _ in list(parent.dependents):
            if item.alive and item.kind == "index" and item.facts.get("table") is parent:
                indexes.index_partition(fold, item, table)
        for item in list(parent.children.values()):
            if item.facts.get("type") == "f" and item.facts.get("of_partition") is None:
                constraints.key_of_partition(fold, item, table)
        for item, _ in list(parent.dependents):
            foreign = item.alive and item.kind == "table constraint" and item.facts.get("type") == "f"
            # Of a foreign key that partitions have too only the first counts.
            if foreign and item.facts.get("parent_key") is None:
                more = foreign_keys.reference_partition(fold, item, table, item.name)
                foreign_keys.reference_partitions(fold, more, table, item.name)
