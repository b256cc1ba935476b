"""ALTER TABLE and its kin: what changes in a relation that stays.

https://www.postgresql.org/docs/current/sql-altertable.html
"""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.handlers import constraints, partitions, tables
from auditor.history.object import Object, TypeReference
from auditor.model import Action, ObjectId
from auditor.model import change as c


def alter_table(fold: Folding, change: c.AlterTable) -> None:
    """Options, owner, row-level security...: the relation itself changes."""
    relation = fold.catalog.relation(change.table)
    if relation is None and change.if_exists:
        missing = Object(change.kind, change.table.name, fold.catalog.creation_schema(change.table))
        fold.emit("alter", missing, no_op=True, detail=change.what)
        return
    relation = relation or fold.catalog.relation_or_external(change.table, change.kind)
    if change.what in {"of", "not of"}:
        _of_type(fold, relation, change)
    if change.what == "set logged" or change.what == "set unlogged":
        relation.facts["unlogged"] = change.what == "set unlogged"
    fold.emit("alter", relation, detail=change.what)


def drop_column(fold: Folding, change: c.DropColumn) -> None:
    """DROP COLUMN takes indexes, constraints, the default and the owned sequence of the column along."""
    table = fold.catalog.relation(change.table)
    column = table.column(change.column) if table is not None else None
    optional = change.if_exists or change.missing_table_ok or change.certainty != "certain"
    if optional and (table is None or (column is None and not table.external)):
        fold.emit("drop", _missing_column(fold, change.table, change.column, change.kind), no_op=True)
        return
    if table is None:
        table = fold.catalog.relation_or_external(change.table, change.kind)
    if column is None:
        column = Object(f"{table.kind} column", change.column, parent=table, external=True)
    constraints.drop_inheritable(fold, column, cascade=change.cascade, only=change.only)


def alter_column(fold: Folding, change: c.AlterColumn) -> None:
    """ALTER COLUMN: type, default, NOT NULL, identity, storage..."""
    table = fold.catalog.relation(change.table)
    if table is None and change.missing_table_ok:
        fold.emit("alter", _missing_column(fold, change.table, change.column, change.kind), no_op=True)
        return
    table = table or fold.catalog.relation_or_external(change.table, change.kind)
    column = table.column(change.column)
    if column is None:
        kind = f"{table.kind} column"
        if table.kind == "index":
            fold.emit("alter", table, detail=change.what)
            return
        column = Object(kind, change.column, parent=table, external=True)
        if table.external:
            fold.catalog.add(column)
    fold.emit("alter", column, detail=change.what)
    what = change.what
    if what == "type":
        _change_type(fold, column, change)
    elif what == "set default":
        tables.set_default(fold, column, change.default, change.uses)
    elif what == "drop default" or what == "drop expression":
        tables.set_default(fold, column, None, ())
    elif what == "set not null":
        constraints.set_not_null(fold, table, change.column, None, only=change.only)
    elif what == "drop not null":
        constraints.drop_not_null(fold, table, change.column, only=change.only)
    elif what == "add identity":
        written = c.Column(change.column, None, identity=change.identity or "d")
        sequence = tables.make_sequence(fold, table, written)
        tables.own_sequence(fold, table, column, sequence, change.identity or "d")
    elif what == "drop identity" and column.facts.get("identity"):
        sequence = column.facts.pop("sequence", None)
        column.facts["identity"] = None
        if isinstance(sequence, Object) and sequence.alive:
            fold.drop(sequence, implied=True)
    if what in {"type", "set default", "drop default"} and not change.only:
        _alter_heirs(fold, table, change)


def add_constraint(fold: Folding, change: c.AddConstraint) -> None:
    """ADD CONSTRAINT, to a table or a domain."""
    constraint = change.constraint
    if change.kind in {"domain", "type"}:
        domain = fold.catalog.type_object(change.table)
        if domain is None:
            domain = Object("type", change.table.name, fold.catalog.creation_schema(change.table), external=True)
            fold.catalog.add(domain)
        constraints.add_domain_constraint(fold, domain, constraint)
        return
    table = fold.catalog.relation(change.table)
    if table is None and change.missing_table_ok:
        missing = Object("table", change.table.name, fold.catalog.creation_schema(change.table))
        fold.emit("alter", missing, no_op=True, detail="add constraint")
        return
    table = table or fold.catalog.relation_or_external(change.table)
    existing = table.child("table constraint", constraint.name) if constraint.name else None
    if existing is not None and change.certainty != "certain":
        fold.emit("create", existing, no_op=True)
        return
    constraints.create_all(fold, table, [constraint], only=change.only)


def alter_constraint(fold: Folding, change: c.AlterConstraint) -> None:
    """VALIDATE CONSTRAINT, ALTER CONSTRAINT."""
    table = fold.catalog.relation(change.table) or fold.catalog.type_object(change.table)
    if table is None:
        table = fold.catalog.relation_or_external(change.table)
    kind = "domain constraint" if table.kind == "type" else "table constraint"
    found = table.child(kind, change.constraint)
    fold.emit("alter", found or Object(kind, change.constraint, parent=table), detail=change.what)


def inherit(fold: Folding, change: c.Inherit) -> None:
    """ATTACH and DETACH PARTITION, INHERIT, NO INHERIT."""
    catalog = fold.catalog
    kind = "index" if change.what == "attach index" else "table"
    parent = catalog.relation_or_external(change.parent, kind)
    child = catalog.relation_or_external(change.child, kind)
    heirs = parent.facts.setdefault("heirs", [])
    fold.emit("alter", child, detail=change.what)
    if change.what == "attach index":
        partitions.attach_index(fold, parent, child)
    elif change.what == "attach":
        fold.emit("alter", parent, detail=change.what)
        heirs.append(child)
        child.facts["partition_of"] = parent
        catalog.depend(child, parent, automatic=True)
        partitions.attach(fold, parent, child)
    elif change.what == "inherit":
        heirs.append(child)
        child.facts["inherits"] = parent
        catalog.depend(child, parent)
        partitions.adopt(parent, child, partition=False)
    else:
        if child in heirs:
            heirs.remove(child)
        parent.dependents = [(one, auto) for one, auto in parent.dependents if one is not child]
        partitions.disown(parent, child)
        if change.what == "detach":
            fold.emit("alter", parent, detail=change.what)
            child.facts.pop("partition_of", None)
            partitions.release(fold, parent, child)


def set_trigger_state(fold: Folding, change: c.SetTriggerState) -> None:
    """ENABLE and DISABLE of one trigger or rule, or of all triggers of a table.

    ALL includes the internal triggers of foreign keys, of either side, and of deferrable keys; USER does not.
    Those of a foreign key that partitions have from their parent follow the parent's.
    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER
    """
    action: Action = "disable" if change.state == "D" else "enable"
    if change.kind == "event trigger":
        name = change.trigger or change.table.name
        found = fold.catalog.other("event trigger", c.Name(name))
        fold.emit(action, found or Object("event trigger", name))
        return
    table = fold.catalog.relation(change.table)
    if table is None and change.missing_table_ok:
        missing = Object("table", change.table.name, fold.catalog.creation_schema(change.table))
        fold.emit(action, missing, no_op=True)
        return
    table = table or fold.catalog.relation_or_external(change.table)
    if change.trigger is None:
        for (key, _), item in list(table.children.items()):
            if key == "trigger":
                item.facts["state"] = change.state
                fold.emit(action, item, implied=True, detail=change.state)
        if not change.user_only:
            for checked in _checked_by_triggers(fold, table, only=change.only):
                side = (
                    " referenced" if checked.facts.get("target") is table and checked.parent is not table else ""
                )
                fold.emit(action, checked, implied=True, detail=f"{change.state}{side}")
        return
    found = table.child(change.kind, change.trigger)
    if found is None:
        found = Object(change.kind, change.trigger, parent=table, external=True)
    found.facts["state"] = change.state
    fold.emit(action, found, detail=change.state)


# Private


def _checked_by_triggers(fold: Folding, table: Object, *, only: bool) -> list[Object]:
    """What triggers of a table check: its foreign keys, those that point to it, its deferrable keys."""
    # What a foreign key has for each partition of the table it points to is checked over there.
    own = [
        item
        for (kind, _), item in table.children.items()
        if kind == "constraint" and "of_partition" not in item.facts
    ]
    checked = [one for one in own if one.facts.get("type") == "f" or _deferrable(one)]
    foreign = [one for one in checked if one.facts.get("type") == "f"]
    if foreign and not only:
        for heir in fold.heirs(table):
            followers = [one for one in _checked_by_triggers(fold, heir, only=False) if one.parent is heir]
            checked += [one for one in followers if one.facts.get("parent_key") in foreign]
    # The key of a partition has triggers of its own on its own side only.
    others = [one for one, _ in table.dependents if one.alive and one.facts.get("target") is table]
    return [*checked, *(one for one in others if one not in checked and "parent_key" not in one.facts)]


def _deferrable(key: Object) -> bool:
    written = key.facts.get("written")
    return key.facts.get("type") in ("p", "u", "x") and isinstance(written, c.Constraint) and written.deferrable


def _of_type(fold: Folding, table: Object, change: c.AlterTable) -> None:
    """OF and NOT OF: the table follows its composite type, or no longer."""
    former = table.facts.pop("of_type", None)
    if isinstance(former, Object):
        fold.catalog.release(table, former)
        former.facts["heirs"] = [one for one in former.facts.get("heirs", ()) if one is not table]
    if change.what == "of" and change.of_type is not None:
        tables.follow_type(fold, table, change.of_type)


def _change_type(fold: Folding, column: Object, change: c.AlterColumn) -> None:
    if change.type is not None:
        reference = fold.catalog.type(change.type)
        former = column.facts.get("type")
        if isinstance(former, TypeReference) and former.object is not None:
            fold.catalog.release(column, former.object)
        column.facts["type"] = reference
        if reference.object is not None:
            fold.catalog.depend(column, reference.object)
    rebuilt: dict[int, Object] = {}
    for item, _ in column.dependents:
        if item.alive and item.kind in {"index", "table constraint"} and item.facts.get("type") != "n":
            rebuilt[id(item)] = item
            index = item.facts.get("index")
            if isinstance(index, Object) and index.alive:
                rebuilt[id(index)] = index
    for item in rebuilt.values():
        fold.emit("alter", item, implied=True, detail="rebuilt")


def _alter_heirs(fold: Folding, table: Object, change: c.AlterColumn) -> None:
    with fold.implying():
        for heir in fold.heirs(table):
            column = heir.column(change.column)
            if column is None:
                continue
            fold.emit("alter", column, detail=change.what)
            if change.what == "type":
                _change_type(fold, column, change)
            elif change.what == "set default":
                tables.set_default(fold, column, change.default, change.uses)
            else:
                tables.set_default(fold, column, None, ())
            _alter_heirs(fold, heir, change)


def _missing_column(fold: Folding, table: c.Name, column: str, kind: str) -> ObjectId:
    missing = Object(kind, table.name, fold.catalog.creation_schema(table))
    return Object(f"{kind} column", column, parent=missing).id
