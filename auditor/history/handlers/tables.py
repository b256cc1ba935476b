"""Tables and their columns: what CREATE TABLE and ADD COLUMN make.

The order in which names are chosen is that of `transformCreateStmt` and `DefineRelation`: sequences, the table,
checks, NOT NULL constraints, keys (the primary one first), foreign keys.
https://www.postgresql.org/docs/current/sql-createtable.html
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.history.catalog import Catalog
from auditor.history.folding import Folding
from auditor.history.handlers import constraints, indexes, partitions, statistics
from auditor.history.handlers.inheritance import gain_parent, mark_inherited
from auditor.history.handlers.references import depend_on_uses
from auditor.history.naming import choose_name
from auditor.history.object import Object, TypeReference
from auditor.model import change as c

_SERIAL = {
    "serial": "int4",
    "serial4": "int4",
    "bigserial": "int8",
    "serial8": "int8",
    "smallserial": "int2",
    "serial2": "int2",
}


def create_table(fold: Folding, change: c.CreateTable) -> None:
    """CREATE TABLE in all its forms."""
    catalog = fold.catalog
    schema = "pg_temp" if change.temporary else catalog.creation_schema(change.name)
    existing = catalog.relations.get((schema, change.name.name))
    if existing is not None:
        optional = change.if_not_exists or change.certainty != "certain"
        if optional and not fold.in_doubt(change.kind, change.name.name):
            fold.emit("create", existing, no_op=True)
            return
        catalog.remove(existing)
    # A new table hides others of its name from what comes after, but not from what it is made of.
    parents = [catalog.relation_or_external(name) for name in change.inherits]
    if change.partition_of is not None:
        parents = [catalog.relation_or_external(change.partition_of)]
    likes = [(like, catalog.relation_or_external(like.source)) for like in change.like]
    outputs = output_columns(catalog, [column.name for column in change.columns], change.outputs)
    table = Object(change.kind, change.name.name, schema, temporary=change.temporary)
    table.facts["partitioned"] = change.partitioned
    fold.create(table)
    if existing is not None:
        _perhaps_as_before(table, existing)
    if not change.as_query:
        depend_on_uses(fold, table, change.uses)
    if change.of_type is not None:
        _columns_of_type(fold, table, change.of_type)
    for parent in parents:
        _inherit_columns(fold, table, parent, partition=change.partition_of is not None)
    pending: list[c.Constraint] = []
    if change.as_query:
        _columns_of_query(fold, table, change, outputs)
    for column in () if change.as_query else change.columns:
        if change.partition_of is not None or change.of_type is not None:
            pending += [_of_column(constraint, column.name) for constraint in column.constraints]
            continue
        pending += make_column(fold, table, column)
    pending += change.constraints
    copied_indexes: list[Object] = []
    for like, source in likes:
        copied_indexes += _copy_like(fold, table, like, source)
    for column_name in change.partition_columns:
        key_column = table.column(column_name)
        if key_column is not None:
            # Cannot be dropped, but goes with its type; the table then goes too.
            catalog.depend(table, key_column, automatic=True)
    constraints.create_all(fold, table, pending)
    for index in copied_indexes:
        indexes.copy_index(fold, index, table)
    if change.partition_of is not None:
        partitions.clone_to_partition(fold, parents[0], table)
    else:
        for parent in parents:
            constraints.inherit_constraints(fold, parent, table)


def add_column(fold: Folding, change: c.AddColumn) -> None:
    """ALTER TABLE ... ADD COLUMN, down to the inheritance children."""
    table = fold.catalog.relation(change.table)
    if table is None:
        if change.if_exists:
            missing = Object(change.kind, change.table.name, fold.catalog.creation_schema(change.table))
            fold.emit("alter", missing, no_op=True, detail="add column")
            return
        table = fold.catalog.relation_or_external(change.table, change.kind)
    existing = table.column(change.column.name)
    if existing is not None and (change.if_not_exists or change.certainty != "certain"):
        fold.emit("create", existing, no_op=True)
        return
    pending = make_column(fold, table, change.column)
    if not change.only:
        _add_to_heirs(fold, table, change.column)
    constraints.create_all(fold, table, pending)


def _perhaps_as_before(table: Object, former: Object) -> None:
    """The table may have been made before, under a condition: what hangs on it then hangs on this one."""
    for key, child in former.children.items():
        child.parent = table
        table.children.setdefault(key, child)
    for one, automatic in former.dependents:
        if one.facts.get("table") is former:
            one.facts["table"] = table
        table.dependents.append((one, automatic))


def make_column(fold: Folding, table: Object, column: c.Column) -> list[c.Constraint]:
    """Make one column and its sequence.

    Returns:
        The constraints written behind it, its NOT NULL among them, for `constraints.create_all`.
    """
    catalog = fold.catalog
    inherited = table.column(column.name)
    made = inherited or Object(f"{table.kind} column", column.name, parent=table, temporary=table.temporary)
    serial = _SERIAL.get(column.type.name) if column.type and column.type.schema is None else None
    sequence = None
    if serial is not None or column.identity is not None:
        sequence = make_sequence(fold, table, column)
    reference: TypeReference | None = None
    if column.type is not None:
        written = c.TypeName(serial, "pg_catalog", column.type.array) if serial else column.type
        reference = catalog.type(written)
    made.facts["type"] = reference
    if inherited is None:
        fold.create(made)
    else:
        made.facts["local"] = True
    if reference is not None and reference.object is not None:
        catalog.depend(made, reference.object)
    if sequence is not None:
        own_sequence(fold, table, made, sequence, column.identity)
        if serial is not None:
            default = catalog.add(Object("default value", "", parent=made, temporary=made.temporary))
            catalog.depend(default, sequence)
    if column.generated is not None:
        depend_on_uses(fold, made, column.uses, own_table=table, automatic=False)
    elif serial is None:
        set_default(fold, made, column.default, column.uses)
    not_null = [one for one in column.constraints if one.type == "n"]
    others = [_of_column(one, column.name) for one in column.constraints if one.type != "n"]
    if not_null:
        return [*others, _of_column(not_null[0], column.name)]
    if column.not_null or serial is not None or column.identity is not None:
        return [*others, c.Constraint("n", columns=(column.name,), column_constraint=True)]
    return others


def set_default(fold: Folding, column: Object, default: str | None, uses: tuple[c.Reference, ...]) -> None:
    """Give a column a default that depends on what its expression uses; None takes it away."""
    former = column.child("default value", "")
    if former is not None:
        fold.catalog.remove(former)
    if default is not None:
        made = fold.catalog.add(Object("default value", "", parent=column, temporary=column.temporary))
        depend_on_uses(fold, made, uses)


def set_default_like(fold: Folding, column: Object, source: Object) -> None:
    """Give a column the default of another, with what that depends on."""
    default = source.child("default value", "")
    if default is not None and default.alive:
        made = fold.catalog.add(Object("default value", "", parent=column, temporary=column.temporary))
        for on in default.depends_on:
            fold.catalog.depend(made, on)


def make_sequence(fold: Folding, table: Object, column: c.Column) -> Object:
    """Make the sequence of a serial or identity column, under the name PostgreSQL chooses."""
    catalog = fold.catalog
    schema = table.schema or ""
    named = column.sequence_name
    if named is not None:
        sequence = Object("sequence", named.name, named.schema or schema, temporary=table.temporary)
    else:
        name = choose_name(table.name, column.name, "seq", catalog.relation_name_taken(schema))
        sequence = Object("sequence", name, schema, temporary=table.temporary)
    return fold.create(sequence, implied=named is None)


def own_sequence(fold: Folding, table: Object, column: Object, sequence: Object, identity: str | None) -> None:
    """Let a column own a sequence, which then goes with it."""
    sequence.facts["table"] = column
    fold.parents[sequence.id] = table.id
    fold.catalog.depend(sequence, column, automatic=True)
    column.facts.update(sequence=sequence, identity=identity)


def output_columns(
    catalog: Catalog, names: Iterable[str], outputs: Iterable[c.Output] | None
) -> tuple[dict[str, TypeReference | None], bool]:
    """The columns that a query gives, with their types where these are known.

    Args:
        catalog: where the relations are looked up whose columns a `*` stands for.
        names: those that the text names.
        outputs: what the query gives, where a `*` hides names; `names` then are other names of the first of it.

    Returns:
        The columns, and whether there may be others, because no migration describes a relation.
    """
    written = list(names)
    hidden = not written and outputs is None
    given: list[tuple[str, TypeReference | None]] = []
    for output in outputs or ():
        if output.name is not None:
            given.append((output.name, None))
            continue
        source = catalog.relation(output.relation) if output.relation is not None else None
        hidden = hidden or source is None or not source.columns
        given += [(column.name, column.facts.get("type")) for column in source.columns] if source else []
    types = dict(zip(written, (reference for _, reference in given), strict=False))
    types |= dict.fromkeys(written[len(given) :])
    for name, reference in given[len(written) :]:
        types.setdefault(name, reference)
    return types, hidden


def follow_type(fold: Folding, table: Object, name: c.Name) -> Object | None:
    """Let a table be of a composite type, and go with it."""
    of_type = fold.catalog.type_object(name)
    if of_type is None:
        return None
    composite = of_type.facts.get("composite")
    of_type = composite if isinstance(composite, Object) else of_type
    fold.catalog.depend(table, of_type)
    of_type.facts.setdefault("heirs", []).append(table)
    table.facts["of_type"] = of_type
    return of_type


# Private


def _add_to_heirs(fold: Folding, table: Object, column: c.Column) -> None:
    with fold.implying():
        for heir in fold.heirs(table):
            theirs = heir.column(column.name)
            if theirs is not None:
                gain_parent(theirs)
            else:
                written = column.type
                if written is not None and written.schema is None and written.name in _SERIAL:
                    written = c.TypeName(_SERIAL[written.name], "pg_catalog")
                bare = {"type": written, "constraints": (), "identity": None, "not_null": False}
                make_column(fold, heir, msgspec.structs.replace(column, **bare))
                adopted = heir.column(column.name)
                if adopted is not None and table.kind != "composite type":
                    mark_inherited(adopted)
                _add_to_heirs(fold, heir, column)


def _of_column(constraint: c.Constraint, column: str) -> c.Constraint:
    if constraint.type == "c" or constraint.columns:
        return constraint
    return msgspec.structs.replace(constraint, columns=(column,))


def _columns_of_query(
    fold: Folding, table: Object, change: c.CreateTable, outputs: tuple[dict[str, TypeReference | None], bool]
) -> None:
    types, hidden = outputs
    if hidden and not table.temporary:
        fold.unknown(f"{table.identity}: no migration says which columns its query gives", table.id)
    for name, reference in types.items():
        column = Object("table column", name, parent=table, temporary=table.temporary)
        column.facts["type"] = reference
        fold.create(column, implied=not change.columns)


def _inherit_columns(fold: Folding, table: Object, parent: Object, *, partition: bool) -> None:
    fold.catalog.depend(table, parent, automatic=partition)
    parent.facts.setdefault("heirs", []).append(table)
    table.facts["partition_of" if partition else "inherits"] = parent
    for column in parent.columns:
        theirs = table.column(column.name)
        if theirs is not None:
            gain_parent(theirs)
        else:
            copy = _copy_column(fold, table, column)
            mark_inherited(copy)
            set_default_like(fold, copy, column)


def _columns_of_type(fold: Folding, table: Object, name: c.Name) -> None:
    of_type = follow_type(fold, table, name)
    if of_type is None:
        return
    for column in of_type.columns:
        _copy_column(fold, table, column)


def _copy_column(fold: Folding, table: Object, column: Object) -> Object:
    """Make a column of the name and type of another table's."""
    copy = Object(f"{table.kind} column", column.name, parent=table, temporary=table.temporary)
    reference = column.facts.get("type")
    copy.facts["type"] = reference
    fold.create(copy, implied=True)
    if isinstance(reference, TypeReference) and reference.object is not None:
        fold.catalog.depend(copy, reference.object)
    return copy


def _copy_like(fold: Folding, table: Object, like: c.Like, source: Object) -> list[Object]:
    """Copy columns, and as asked checks and identities, of another table; return the indexes to copy."""
    everything = "all" in like.including
    if source.external and not source.columns:
        fold.unknown(f"LIKE {source.identity}: no migration says which columns it has", table.id)
    for column in source.columns:
        copy = _copy_column(fold, table, column)
        if everything or "defaults" in like.including:
            set_default_like(fold, copy, column)
        if column.facts.get("identity") and (everything or "identity" in like.including):
            written = c.Column(column.name, None, identity=column.facts["identity"])
            sequence = make_sequence(fold, table, written)
            own_sequence(fold, table, copy, sequence, column.facts["identity"])
    constraints.copy_constraints(fold, source, table, checks=everything or "constraints" in like.including)
    if everything or "statistics" in like.including:
        statistics.copy_statistics(fold, source, table)
    if everything or "indexes" in like.including:
        return [
            item
            for item, _ in source.dependents
            if item.alive and item.kind == "index" and item.facts.get("table") is source
        ]
    return []
