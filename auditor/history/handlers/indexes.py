"""Indexes: what CREATE INDEX makes, and under which name.

https://www.postgresql.org/docs/current/sql-createindex.html
"""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.handlers import constraints
from auditor.history.handlers.references import depend_on_uses
from auditor.history.naming import choose_name, index_column_names, name_addition
from auditor.history.object import Object
from auditor.model import change as c


def create_index(fold: Folding, change: c.CreateIndex) -> None:
    """CREATE INDEX; on a partitioned table one for each partition too."""
    catalog = fold.catalog
    table = catalog.relation_or_external(change.table)
    schema = table.schema or ""
    if change.name is not None and (schema, change.name) in catalog.relations:
        existing = catalog.relations[schema, change.name]
        if change.if_not_exists or change.certainty != "certain":
            fold.emit("create", existing, no_op=True)
            return
        catalog.remove(existing)
    index = make_index(fold, table, change, change.name)
    if table.facts.get("partitioned") and not change.only:
        _index_partitions(fold, table, index)


def make_index(fold: Folding, table: Object, change: c.CreateIndex, name: str | None) -> Object:
    """Make one index on one table, with the name PostgreSQL would choose if there is none."""
    catalog = fold.catalog
    schema = table.schema or ""
    implied = name is None
    if name is None:
        elements = [*change.elements, *change.include]
        columns = index_column_names([element.column or element.expression_name for element in elements])
        addition = name_addition(columns)
        name = choose_name(table.name, addition, "idx", catalog.relation_name_taken(schema))
    index = Object("index", name, schema, temporary=table.temporary)
    index.facts.update(table=table, change=change)
    fold.create(index, implied=implied)
    catalog.depend(index, table, automatic=True)
    for column_name in index_columns(change):
        column = table.column(column_name)
        if column is not None:
            catalog.depend(index, column, automatic=True)
    depend_on_uses(fold, index, change.uses)
    return index


def index_columns(change: c.CreateIndex) -> list[str]:
    """Columns that an index's keys, INCLUDE list, expressions and predicate mention."""
    found: list[str] = []
    for element in (*change.elements, *change.include):
        found += [element.column] if element.column is not None else element.columns
    found += change.predicate_columns
    return found


def copy_index(fold: Folding, index: Object, table: Object) -> Object | None:
    """Make on `table` what `index` is on another table, constraint and all; names are chosen anew."""
    owner = index.facts.get("constraint")
    if isinstance(owner, Object):
        constraints.create_one(fold, table, constraints.named(owner.facts["written"], None))
        return None
    written = index.facts.get("change")
    if not isinstance(written, c.CreateIndex):
        return None
    with fold.implying():
        return make_index(fold, table, written, None)


def index_partition(fold: Folding, index: Object, partition: Object) -> None:
    """Let a partition have an index of its parent's (no key): an equal one that it has, or a new one."""
    written = index.facts.get("change")
    if not isinstance(written, c.CreateIndex) or isinstance(index.facts.get("constraint"), Object):
        return
    shape = _shape(index)
    for own, _ in partition.dependents:
        free = own.alive and own.kind == "index" and own.facts.get("parent_index") is None
        if free and own.facts.get("table") is partition and _shape(own) == shape:
            fold.catalog.depend(own, index, automatic=True)
            own.facts["parent_index"] = index
            return
    clone = make_index(fold, partition, written, None)
    fold.catalog.depend(clone, index, automatic=True)
    clone.facts["parent_index"] = index
    if partition.facts.get("partitioned"):
        _index_partitions(fold, partition, clone)


# Private


def _index_partitions(fold: Folding, table: Object, index: Object) -> None:
    with fold.implying():
        for partition in fold.heirs(table):
            if partition.facts.get("partition_of") is table:
                index_partition(fold, index, partition)


def _shape(index: Object) -> object:
    """What two indexes have in common that can serve each other's purpose (`CompareIndexInfo`)."""
    written = index.facts.get("change")
    if isinstance(written, c.CreateIndex):
        keys = tuple(element.column or element.text for element in written.elements)
        include = tuple(element.column for element in written.include)
        return written.unique, written.method, keys, include, written.predicate
    key = index.facts.get("constraint")
    written = key.facts.get("written") if isinstance(key, Object) else None
    if isinstance(written, c.Constraint) and written.type != "x":
        return True, "btree", written.columns, written.include, None
    return index
