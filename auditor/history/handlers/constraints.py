"""Constraints: their names, the indexes that carry them, and what dropping a column takes along.

https://www.postgresql.org/docs/current/ddl-constraints.html
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.history.folding import Folding
from auditor.history.handlers.foreign_keys import (
    KEY_TYPES,
    all_keys_of,
    create_foreign_key,
    depend_on_columns,
    equal_foreign_keys,
)
from auditor.history.handlers.inheritance import (
    counterpart,
    gain_parent,
    goes_with_parent,
    lose_parent,
    mark_inherited,
)
from auditor.history.handlers.references import depend_on_uses
from auditor.history.naming import choose_name, index_column_names, name_addition
from auditor.history.object import Object
from auditor.model import change as c

_INDEX_LABEL = {"p": "pkey", "u": "key", "x": "excl"}


def create_all(fold: Folding, table: Object, written: Iterable[c.Constraint], *, only: bool = False) -> None:
    """Make the constraints of one statement in PostgreSQL's order: checks, NOT NULL, keys, foreign keys."""
    pending = list(written)
    for constraint in pending:
        if constraint.type == "c":
            create_one(fold, table, constraint, only=only)
    for constraint in pending:
        if constraint.type == "n" and constraint.columns:
            set_not_null(fold, table, constraint.columns[0], constraint, only=only)
    for constraint in pending:
        if constraint.type == "p":
            for column in constraint.columns:
                set_not_null(fold, table, column, None, only=only)
    for constraint in _keys_in_order(pending):
        create_one(fold, table, constraint, only=only)
    for constraint in pending:
        if constraint.type == "f":
            create_one(fold, table, constraint, only=only)


def create_one(fold: Folding, table: Object, constraint: c.Constraint, *, only: bool = False) -> Object:
    """Make one constraint, with its index if it is a key, and (unless `only`) the same on partitions and heirs."""
    existing = table.child("table constraint", constraint.name) if constraint.name else None
    if constraint.type == "c" and existing is not None and existing.facts.get("type") == "c":
        existing.facts["local"] = table.facts.get("partition_of") is None
        return existing
    if constraint.type in KEY_TYPES:
        made = _create_key(fold, table, constraint)
    elif constraint.type == "f":
        made = create_foreign_key(fold, table, constraint)
    else:
        made = _create_check(fold, table, constraint)
    heirs = () if only else fold.heirs(table)
    with fold.implying():
        for heir in heirs:
            if constraint.type == "c" and not constraint.no_inherit:
                inherit_check(fold, made, heir)
            elif constraint.type != "c" and heir.facts.get("partition_of") is table:
                key_of_partition(fold, made, heir)
    return made


def inherit_check(fold: Folding, check: Object, heir: Object, *, partition: bool = False) -> None:
    """Let a child have a CHECK of its parent's, under the same name."""
    theirs = counterpart(check, heir)
    if theirs is not None:
        gain_parent(theirs, partition=partition)
    elif not check.facts.get("no_inherit"):
        mark_inherited(create_one(fold, heir, named(check.facts["written"], check.name)))


def key_of_partition(fold: Folding, key: Object, partition: Object) -> None:
    """Let a partition have a key or foreign key of its parent's: an equal one that it has, or a new one."""
    if key.facts["type"] == "f":
        own = next(
            (
                one
                for (kind, _), one in partition.children.items()
                if kind == "constraint" and equal_foreign_keys(one, key)
            ),
            None,
        )
        taken = partition.child("table constraint", key.name) is not None
        copy = own or create_one(fold, partition, named(key.facts["written"], None if taken else key.name))
    else:
        own = next((one for one in all_keys_of(partition) if _equal_keys(one, key)), None)
        copy = own or create_one(fold, partition, named(key.facts["written"], None))
        theirs, index = copy.facts.get("index"), key.facts.get("index")
        if isinstance(theirs, Object) and isinstance(index, Object):
            theirs.facts["parent_index"] = index
    copy.facts["parent_key"] = key
    fold.catalog.depend(copy, key, automatic=True)


def drop_inheritable(fold: Folding, item: Object, *, cascade: bool, only: bool = False) -> None:
    """Drop a column, a CHECK or a NOT NULL constraint, and with it what children have from there alone."""
    table = item.parent
    heirs = fold.heirs(table) if table is not None else []
    typed = table is not None and table.kind == "composite type"
    pairs = [theirs for heir in heirs if (theirs := counterpart(item, heir)) is not None]
    if item.facts.get("type") == "n" and item.kind == "table constraint":
        item.facts["column"].facts["not_null"] = False
    fold.drop(item, cascade=cascade)
    with fold.implying():
        for theirs in pairs:
            if not theirs.alive:
                continue
            if typed or (goes_with_parent(theirs) and not only):
                drop_inheritable(fold, theirs, cascade=cascade)
            else:
                lose_parent(theirs, keep=only)


def set_not_null(
    fold: Folding,
    table: Object,
    column_name: str,
    written: c.Constraint | None,
    *,
    parent: Object | None = None,
    only: bool = False,
) -> None:
    """Mark a column NOT NULL; from PostgreSQL 18 on that is a constraint with a name of its own.

    Args:
        fold: the fold in progress.
        table: the column's.
        column_name: the column.
        written: the constraint as written, or None.
        parent: from which table it is inherited, if it is.
        only: children stay as they are.
    """
    column = table.column(column_name)
    if column is None:
        return
    if column.facts.get("not_null"):
        theirs = column.facts.get("not_null_constraint")
        if isinstance(theirs, Object) and parent is not None:
            gain_parent(theirs)
        elif isinstance(theirs, Object):
            theirs.facts["local"] = True
        return
    column.facts["not_null"] = True
    if fold.catalog.pg_major < 18 or table.kind not in {"table", "foreign table"}:
        return
    catalog = fold.catalog
    name = written.name if written is not None else None
    implied = name is None
    if name is None or (parent is not None and table.child("table constraint", name) is not None):
        taken = catalog.constraint_name_taken(table.schema or "")
        name = choose_name(table.name, column_name, "not_null", taken)
    made = Object("table constraint", name, parent=table, temporary=table.temporary)
    made.facts.update(type="n", columns=(column_name,), column=column)
    if parent is not None:
        mark_inherited(made)
    fold.create(made, implied=implied)
    catalog.depend(made, column, automatic=True)
    column.facts["not_null_constraint"] = made
    if only or (written is not None and written.no_inherit):
        made.facts["no_inherit"] = True
        return
    with fold.implying():
        for heir in fold.heirs(table):
            set_not_null(fold, heir, column_name, c.Constraint("n", name, (column_name,)), parent=table)


def drop_not_null(fold: Folding, table: Object, column_name: str, *, only: bool = False) -> None:
    """Take NOT NULL from a column, and from PostgreSQL 18 on its constraint."""
    column = table.column(column_name)
    if column is None or not column.facts.get("not_null"):
        return
    column.facts["not_null"] = False
    made = column.facts.pop("not_null_constraint", None)
    if isinstance(made, Object) and made.alive:
        with fold.implying():
            drop_inheritable(fold, made, cascade=False, only=only)
        return
    for heir in () if only else fold.heirs(table):
        with fold.implying():
            drop_not_null(fold, heir, column_name)


def add_domain_constraint(fold: Folding, domain: Object, constraint: c.Constraint) -> Object | None:
    """A domain's CHECK (and from PostgreSQL 17 on its NOT NULL) is a constraint with a name."""
    if constraint.type == "n" and fold.catalog.pg_major < 17:
        return None
    label = "not_null" if constraint.type == "n" else "check"
    name = constraint.name
    implied = name is None
    if name is None:
        name = choose_name(domain.name, None, label, fold.catalog.constraint_name_taken(domain.schema or ""))
    made = Object("domain constraint", name, parent=domain)
    made.facts.update(type=constraint.type, columns=())
    fold.create(made, implied=implied)
    depend_on_uses(fold, made, constraint.uses)
    return made


def set_domain_not_null(fold: Folding, domain: Object, *, there: bool) -> None:
    """ALTER DOMAIN SET and DROP NOT NULL: from PostgreSQL 17 on a constraint comes and goes."""
    existing = next((one for one in domain.children.values() if one.facts.get("type") == "n"), None)
    with fold.implying():
        if there and existing is None:
            add_domain_constraint(fold, domain, c.Constraint("n"))
        elif not there and existing is not None:
            fold.drop(existing)


def copy_constraints(fold: Folding, source: Object, table: Object, *, checks: bool) -> None:
    """What LIKE copies: NOT NULL always (with its name on 18), checks if asked."""
    for (key, _), item in list(source.children.items()):
        if key == "constraint" and checks and item.facts.get("type") == "c":
            written = item.facts["written"]
            if table.child("table constraint", item.name) is None:
                with fold.implying():
                    create_one(fold, table, named(written, item.name))
    for column in source.columns:
        if column.facts.get("not_null"):
            theirs = column.facts.get("not_null_constraint")
            kept = theirs.name if isinstance(theirs, Object) else None
            with fold.implying():
                set_not_null(fold, table, column.name, c.Constraint("n", kept, (column.name,)))


def inherit_constraints(fold: Folding, parent: Object, table: Object) -> None:
    """What a new child of inheritance takes from its parent: checks and NOT NULL, with their names."""
    partition = table.facts.get("partition_of") is parent
    with fold.implying():
        for (key, _), item in list(parent.children.items()):
            if key == "constraint" and item.facts.get("type") == "c":
                inherit_check(fold, item, table, partition=partition)
        for column in parent.columns:
            theirs = column.facts.get("not_null_constraint")
            kept = theirs.name if isinstance(theirs, Object) else None
            own_affair = isinstance(theirs, Object) and theirs.facts.get("no_inherit")
            if column.facts.get("not_null") and not own_affair:
                set_not_null(fold, table, column.name, c.Constraint("n", kept, (column.name,)), parent=parent)


def named(constraint: c.Constraint, name: str | None) -> c.Constraint:
    """The same constraint under another name (None: PostgreSQL will choose)."""
    return msgspec.structs.replace(constraint, name=name)


# Private


def _equal_keys(own: Object, key: Object) -> bool:
    """Whether a partition's own key can serve as that of its parent (`CompareIndexInfo`)."""
    one, other = own.facts["written"], key.facts["written"]
    return (
        own.facts["type"] == key.facts["type"]
        and own.facts.get("parent_key") is None
        and own.facts["columns"] == key.facts["columns"]
        and one.include == other.include
        and one.elements == other.elements
    )


def _keys_in_order(pending: list[c.Constraint]) -> list[c.Constraint]:
    keys = [one for one in pending if one.type == "p"] + [one for one in pending if one.type in {"u", "x"}]
    kept: list[c.Constraint] = []
    for key in keys:
        same = next(
            (i for i, other in enumerate(kept) if not key.using_index and _same_index(other, key)),
            None,
        )
        if same is None:
            kept.append(key)
        elif kept[same].name is None and key.name is not None:
            kept[same] = named(kept[same], key.name)
    return kept


def _same_index(one: c.Constraint, other: c.Constraint) -> bool:
    """Whether the second of two keys of one CREATE TABLE is left out (`transformIndexConstraints`)."""
    if other.type == "x":
        one, other = (msgspec.structs.replace(x, name=None, definition=_unnamed(x)) for x in (one, other))
        return one == other
    return (
        one.type in {"p", "u"}
        and one.columns == other.columns
        and one.include == other.include
        and one.deferrable == other.deferrable
    )


def _unnamed(constraint: c.Constraint) -> str:
    return constraint.definition.partition("(")[2]


def _create_check(fold: Folding, table: Object, constraint: c.Constraint) -> Object:
    catalog = fold.catalog
    name = constraint.name
    implied = name is None
    if name is None:
        only = constraint.columns[0] if len(constraint.columns) == 1 else None
        taken = catalog.constraint_name_taken(table.schema or "")
        name = choose_name(table.name, only, "check", taken)
    made = Object("table constraint", name, parent=table, temporary=table.temporary)
    made.facts.update(type="c", columns=constraint.columns, written=constraint, no_inherit=constraint.no_inherit)
    fold.create(made, implied=implied)
    depend_on_columns(fold, made, table, constraint.columns)
    depend_on_uses(fold, made, constraint.uses, own_table=table)
    return made


def _create_key(fold: Folding, table: Object, constraint: c.Constraint) -> Object:
    catalog = fold.catalog
    schema = table.schema or ""
    name = constraint.name
    implied = name is None
    adopted = catalog.relations.get((schema, constraint.using_index)) if constraint.using_index else None
    if name is None and constraint.using_index:
        name = constraint.using_index
    if name is None:
        taken = catalog.constraint_name_taken(schema, relations=True)
        if constraint.type == "p":
            name = choose_name(table.name, None, "pkey", taken)
        else:
            names: list[str | None] = [*constraint.columns]
            if constraint.elements:
                names = [element.column or element.expression_name for element in constraint.elements]
            names += constraint.include
            addition = name_addition(index_column_names(names))
            name = choose_name(table.name, addition, _INDEX_LABEL[constraint.type], taken)
    made = Object("table constraint", name, parent=table, temporary=table.temporary)
    made.facts.update(type=constraint.type, columns=constraint.columns, written=constraint)
    if adopted is not None and adopted.name != name:
        with fold.renaming(adopted):
            catalog.move(adopted, name=name)
    fold.create(made, implied=implied)
    columns = constraint.columns
    if adopted is None:
        index = Object("index", name, schema, temporary=table.temporary)
        index.facts.update(table=table, constraint=made)
        fold.create(index, implied=True)
        catalog.depend(index, table, automatic=True)
    else:
        index = adopted
        written = adopted.facts.get("change")
        if isinstance(written, c.CreateIndex):
            columns = tuple(element.column for element in written.elements if element.column is not None)
            made.facts["columns"] = columns
            if constraint.type == "p":
                for column in columns:
                    set_not_null(fold, table, column, None)
    index.facts["constraint"] = made
    made.facts["index"] = index
    catalog.depend(index, made, automatic=True)
    mentioned = [name for element in constraint.elements for name in element.columns]
    depend_on_columns(fold, made, table, [*columns, *constraint.include, *mentioned])
    depend_on_uses(fold, made, constraint.uses, own_table=table)
    return made
