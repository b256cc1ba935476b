"""Constraints: their names, the indexes that carry them, and what dropping a column takes along.

https://www.postgresql.org/docs/current/ddl-constraints.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from auditor.history.catalog import Object
from auditor.history.naming import choose_name, index_column_names, name_addition
from auditor.history.references import depend_on_uses
from auditor.model import change as c

if TYPE_CHECKING:
    from auditor.history.fold import Folding

_KEYS = frozenset({"p", "u", "x"})
_INDEX_LABEL = {"p": "pkey", "u": "key", "x": "excl"}


def create_all(fold: Folding, table: Object, written: Iterable[c.Constraint]) -> None:
    """Make the constraints of one statement in PostgreSQL's order: checks, NOT NULL, keys, foreign keys."""
    pending = list(written)
    for constraint in pending:
        if constraint.type == "c":
            create_one(fold, table, constraint)
    for constraint in pending:
        if constraint.type == "n" and constraint.columns:
            set_not_null(fold, table, constraint.columns[0], constraint)
    for constraint in pending:
        if constraint.type == "p":
            for column in constraint.columns:
                set_not_null(fold, table, column, None)
    for constraint in _keys_in_order(pending):
        create_one(fold, table, constraint)
    for constraint in pending:
        if constraint.type == "f":
            create_one(fold, table, constraint)


def create_one(fold: Folding, table: Object, constraint: c.Constraint) -> Object | None:
    """Make one constraint, with its index if it is a key, and the same on partitions and heirs."""
    if constraint.type in _KEYS:
        made = _create_key(fold, table, constraint)
    elif constraint.type == "f":
        made = _create_foreign_key(fold, table, constraint)
    else:
        made = _create_check(fold, table, constraint)
    heirs = fold.heirs(table)
    with fold.implying():
        for heir in heirs:
            if constraint.type == "c" and not constraint.no_inherit:
                if heir.child("table constraint", made.name) is None:
                    copy = create_one(fold, heir, named(constraint, made.name))
                    if copy is not None:
                        fold.catalog.depend(copy, made, automatic=True)
            elif constraint.type != "c" and heir.facts.get("partition_of") is table:
                copy = create_one(fold, heir, named(constraint, made.name if constraint.type == "f" else None))
                if copy is not None:
                    fold.catalog.depend(copy, made, automatic=True)
    return made


def set_not_null(fold: Folding, table: Object, column_name: str, written: c.Constraint | None) -> None:
    """Mark a column NOT NULL; from PostgreSQL 18 on that is a constraint with a name of its own."""
    column = table.column(column_name)
    if column is None or column.facts.get("not_null"):
        if column is not None and written is not None and written.name:
            _rename_not_null(fold, column, written.name)
        return
    column.facts["not_null"] = True
    if fold.catalog.pg_major < 18 or table.kind not in {"table", "foreign table"}:
        return
    catalog = fold.catalog
    name = written.name if written is not None else None
    implied = name is None
    if name is None:
        taken = catalog.constraint_name_taken(table.schema or "")
        name = choose_name(table.name, column_name, "not_null", taken)
    made = Object("table constraint", name, parent=table, temporary=table.temporary)
    made.facts.update(type="n", columns=(column_name,))
    fold.create(made, implied=implied)
    catalog.depend(made, column, automatic=True)
    column.facts["not_null_constraint"] = made
    if written is not None and written.no_inherit:
        return
    with fold.implying():
        for heir in fold.heirs(table):
            set_not_null(fold, heir, column_name, c.Constraint("n", name, (column_name,)))


def drop_not_null(fold: Folding, table: Object, column_name: str) -> None:
    """Take NOT NULL from a column, and from PostgreSQL 18 on its constraint."""
    column = table.column(column_name)
    if column is None:
        return
    column.facts["not_null"] = False
    made = column.facts.pop("not_null_constraint", None)
    if isinstance(made, Object) and made.alive:
        fold.drop(made, implied=True)
    for heir in fold.heirs(table):
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


def copy_constraints(fold: Folding, source: Object, table: Object, *, checks: bool) -> None:
    """What LIKE copies: NOT NULL always (with its name on 18), checks if asked."""
    for (key, _), item in list(source.children.items()):
        if key == "constraint" and checks and item.facts.get("type") == "c":
            written = item.facts["written"]
            with fold.implying():
                create_one(fold, table, named(written, item.name))
    for column in source.columns:
        if column.facts.get("not_null"):
            theirs = column.facts.get("not_null_constraint")
            kept = theirs.name if isinstance(theirs, Object) else None
            with fold.implying():
                set_not_null(fold, table, column.name, c.Constraint("n", kept, (column.name,)))


def inherit_constraints(fold: Folding, parent: Object, table: Object) -> None:
    """What a child of inheritance takes from its parent: checks and NOT NULL, with their names."""
    with fold.implying():
        for (key, name), item in list(parent.children.items()):
            if key != "constraint" or item.facts.get("type") != "c" or item.facts["written"].no_inherit:
                continue
            if table.child("table constraint", name) is None:
                copy = create_one(fold, table, named(item.facts["written"], name))
                if copy is not None:
                    fold.catalog.depend(copy, item, automatic=True)
        for column in parent.columns:
            if column.facts.get("not_null"):
                theirs = column.facts.get("not_null_constraint")
                kept = theirs.name if isinstance(theirs, Object) else None
                set_not_null(fold, table, column.name, c.Constraint("n", kept, (column.name,)))


def keys_of(table: Object) -> list[Object]:
    """Primary and unique constraints of a table."""
    keys = [item for (key, _), item in table.children.items() if key == "constraint"]
    return [item for item in keys if item.facts.get("type") in {"p", "u"}]


def named(constraint: c.Constraint, name: str | None) -> c.Constraint:
    """The same constraint under another name (None: PostgreSQL will choose)."""
    return msgspec.structs.replace(constraint, name=name)


# Private


def _keys_in_order(pending: list[c.Constraint]) -> list[c.Constraint]:
    keys = [one for one in pending if one.type == "p"] + [one for one in pending if one.type in {"u", "x"}]
    kept: list[c.Constraint] = []
    for key in keys:
        same = next(
            (
                i
                for i, other in enumerate(kept)
                if other.columns == key.columns
                and key.type == "u"
                and other.type in {"p", "u"}
                and other.deferrable == key.deferrable
                and not key.using_index
                and not key.expressions
            ),
            None,
        )
        if same is None:
            kept.append(key)
        elif kept[same].name is None and key.name is not None:
            kept[same] = named(kept[same], key.name)
    return kept


def _create_check(fold: Folding, table: Object, constraint: c.Constraint) -> Object:
    catalog = fold.catalog
    name = constraint.name
    implied = name is None
    if name is None:
        only = constraint.columns[0] if len(constraint.columns) == 1 else None
        taken = catalog.constraint_name_taken(table.schema or "")
        name = choose_name(table.name, only, "check", taken)
    made = Object("table constraint", name, parent=table, temporary=table.temporary)
    made.facts.update(type="c", columns=constraint.columns, written=constraint)
    fold.create(made, implied=implied)
    _depend_on_columns(fold, made, table, constraint.columns)
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
    _depend_on_columns(fold, made, table, [*columns, *constraint.include, *mentioned])
    depend_on_uses(fold, made, constraint.uses, own_table=table)
    return made


def _create_foreign_key(fold: Folding, table: Object, constraint: c.Constraint) -> Object:
    catalog = fold.catalog
    name = constraint.name
    implied = name is None
    if name is None:
        taken = catalog.constraint_name_taken(table.schema or "")
        name = choose_name(table.name, name_addition(constraint.columns), "fkey", taken)
    made = Object("table constraint", name, parent=table, temporary=table.temporary)
    made.facts.update(type="f", columns=constraint.columns, written=constraint)
    fold.create(made, implied=implied)
    _depend_on_columns(fold, made, table, constraint.columns)
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
    return made


def _depend_on_columns(fold: Folding, made: Object, table: Object, columns: Iterable[str]) -> None:
    for name in columns:
        column = table.column(name)
        if column is not None:
            fold.catalog.depend(made, column, automatic=True)


def _rename_not_null(fold: Folding, column: Object, name: str) -> None:
    made = column.facts.get("not_null_constraint")
    if isinstance(made, Object) and made.name != name and not fold.implied:
        with fold.renaming(made):
            fold.catalog.move(made, name=name)
