"""CREATE, ALTER, DROP, RENAME, SET SCHEMA and COMMENT of whatever is not a table."""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.handlers import constraints, publications, statistics, tables
from auditor.history.handlers.references import depend_on_uses
from auditor.history.lookup import KINDS_WITH_METHOD, PUBLICATION_KINDS, find, find_or_external, made_up
from auditor.history.naming import clip
from auditor.history.object import (
    EXTENSION_TYPES,
    SCHEMA_QUALIFIED_KINDS,
    Object,
    TypeReference,
    child_key,
)
from auditor.model import change as c


def create(fold: Folding, change: c.Create) -> None:
    """CREATE of kinds that only have a name: schema, extension, role, publication, operator..."""
    catalog = fold.catalog
    if change.kind in PUBLICATION_KINDS:
        publications.create_member(fold, change)
        return
    existing = (
        None if change.unnamed else find(fold.catalog, change.kind, change.name, change.arguments, change.parent)
    )
    if existing is not None:
        optional = change.if_not_exists or change.certainty != "certain"
        if optional or not change.or_replace:
            fold.emit("create", existing, no_op=optional)
            return
        fold.emit("replace", existing)
        return
    if change.kind == statistics.KIND:
        table = catalog.relation(change.parent) if change.parent is not None else None
        statistics.create_statistics(fold, change, table)
        return
    schema = catalog.creation_schema(change.name) if change.kind in SCHEMA_QUALIFIED_KINDS else None
    item = Object(change.kind, change.name.name, schema)
    item.arguments = tuple(None if a is None else catalog.type(a) for a in change.arguments)
    if change.kind in KINDS_WITH_METHOD and change.parent is not None:
        item.facts["method"] = change.parent.name
    fold.create(item)
    depend_on_uses(fold, item, change.uses)
    if change.kind == "schema" and change.elements:
        fold.look_into(change.name.name)
    if change.kind == "extension":
        place = catalog.schemas.get(change.schema or catalog.creation_schema(change.name))
        if place is not None:
            catalog.depend(item, place)
        _extension_types(fold, item, change)


def create_view(fold: Folding, change: c.CreateView) -> None:
    """CREATE [OR REPLACE] VIEW, CREATE MATERIALIZED VIEW."""
    # A view of what is temporary is temporary.
    temporary = change.temporary or (
        change.kind == "view"
        and any(use.kind == "relation" and _is_temporary(fold, use.name) for use in change.uses)
    )
    schema = "pg_temp" if temporary else fold.catalog.creation_schema(change.name)
    existing = fold.catalog.relations.get((schema, change.name.name))
    names = [name for name in change.columns or () if name is not None]
    types, _ = tables.output_columns(fold.catalog, names, change.outputs)
    if existing is not None:
        if change.if_not_exists:
            fold.emit("create", existing, no_op=True)
            return
        if change.or_replace:
            fold.emit("replace", existing)
            fold.catalog.forget_dependencies(existing)
            _view_columns(fold, existing, types)
            depend_on_uses(fold, existing, change.uses)
            return
        fold.catalog.remove(existing)
    view = Object(change.kind, change.name.name, schema, temporary=temporary)
    fold.create(view)
    _view_columns(fold, view, types)
    depend_on_uses(fold, view, change.uses)


def create_sequence(fold: Folding, change: c.CreateSequence) -> None:
    """CREATE SEQUENCE."""
    schema = "pg_temp" if change.temporary else fold.catalog.creation_schema(change.name)
    existing = fold.catalog.relations.get((schema, change.name.name))
    if existing is not None and (change.if_not_exists or change.certainty != "certain"):
        fold.emit("create", existing, no_op=True)
        return
    sequence = Object("sequence", change.name.name, schema, temporary=change.temporary)
    fold.create(sequence)
    _own(fold, sequence, change.owned_by)


def alter_sequence(fold: Folding, change: c.AlterSequence) -> None:
    """ALTER SEQUENCE; OWNED BY decides with which column it goes."""
    found = fold.catalog.relation(change.name)
    if found is None and change.if_exists:
        missing = Object("sequence", change.name.name, fold.catalog.creation_schema(change.name))
        fold.emit("alter", missing, no_op=True)
        return
    found = found or fold.catalog.relation_or_external(change.name, "sequence")
    fold.emit("alter", found)
    if change.owned_by is not None or change.owned_by_none:
        _disown(found)
        _own(fold, found, change.owned_by)


def create_type(fold: Folding, change: c.CreateType) -> None:
    """CREATE TYPE, CREATE DOMAIN."""
    catalog = fold.catalog
    schema = catalog.creation_schema(change.name)
    existing = catalog.types.get((schema, change.name.name)) or catalog.relations.get((schema, change.name.name))
    if existing is not None and not existing.external and not existing.facts.get("shell"):
        fold.emit("create", existing, no_op=change.certainty != "certain")
        return
    if existing is not None and existing.facts.get("shell"):
        fold.emit("replace", existing)
        existing.facts["shell"] = False
        return
    if change.form == "composite":
        composite = fold.create(Object("composite type", change.name.name, schema))
        row_type = fold.create(Object("type", change.name.name, schema), implied=True)
        composite.facts["row_type"] = row_type
        row_type.facts["composite"] = composite
        catalog.depend(row_type, composite, automatic=True)
        catalog.depend(composite, row_type, automatic=True)
        for column in change.columns:
            tables.make_column(fold, composite, column)
        return
    item = fold.create(Object("type", change.name.name, schema))
    item.facts.update(form=change.form, labels=change.labels, shell=change.form == "shell")
    if change.base is not None:
        base = catalog.type(change.base)
        if base.object is not None:
            catalog.depend(item, base.object)
    for constraint in change.constraints:
        constraints.add_domain_constraint(fold, item, constraint)
    depend_on_uses(fold, item, change.uses)
    if change.form == "range":
        _multirange(fold, item, change)


def alter(fold: Folding, change: c.Alter) -> None:
    """ALTER of anything that stays what and where it is."""
    found = find(fold.catalog, change.kind, change.name, change.arguments, change.table)
    if found is None and change.kind == "publication" and not change.if_exists:
        found = publications.publication(fold, change.name)
    if found is None:
        absent = made_up(fold.catalog, change.kind, change.name, change.arguments, change.table)
        fold.emit("alter", absent, no_op=change.if_exists, detail=change.what)
        return
    if found.kind == "composite type" and change.kind == "type":
        found = found.facts.get("row_type", found)
    if change.kind == "type" and change.what in {"set not null", "drop not null"}:
        constraints.set_domain_not_null(fold, found, there=change.what == "set not null")
    if change.what == "rename value" and len(change.labels) == 2:
        old, new = change.labels
        found.facts["labels"] = tuple(new if one == old else one for one in found.facts.get("labels", ()))
    fold.emit("alter", found, detail=change.what)
    found.facts["altered"] = {*found.facts.get("altered", ()), change.what}
    if change.kind == "publication":
        publications.alter_members(fold, found, change)
    depend_on_uses(fold, found, change.uses)


def drop(fold: Folding, change: c.Drop) -> None:
    """DROP, with what goes along."""
    found = find(fold.catalog, change.kind, change.name, change.arguments, change.table)
    if found is None:
        item = found or made_up(fold.catalog, change.kind, change.name, change.arguments, change.table)
        optional = change.if_exists or change.missing_table_ok or change.certainty != "certain"
        fold.emit("drop", item, no_op=optional and not item.external)
        return
    if found.kind == "composite type" and change.kind == "type":
        found = found.facts.get("row_type", found)
    partitioned = found if found.kind == "table" else found.table
    if partitioned is not None and found.kind in {"table", "table constraint", "index", "trigger"}:
        fold.heirs(partitioned)
    if found.kind == "table constraint" and found.facts.get("type") in {"c", "n"}:
        constraints.drop_inheritable(fold, found, cascade=change.cascade, only=change.only)
    else:
        fold.drop(found, cascade=change.cascade)


def rename(fold: Folding, change: c.Rename) -> None:
    """RENAME, and the names that change with it."""
    found = find(fold.catalog, change.kind, change.name, change.arguments, change.table)
    if found is None:
        item = made_up(fold.catalog, change.kind, change.name, change.arguments, change.table)
        old = item.id
        item.name = change.to
        fold.emit("rename", old, to=item.identity, no_op=change.if_exists)
        if not change.if_exists:
            fold.catalog.add(item)
        return
    with fold.renaming(found):
        _move(fold, found, name=change.to)
    partner = found.facts.get("index") if found.kind == "table constraint" else found.facts.get("constraint")
    if partner is None:
        partner = found.facts.get("row_type") or found.facts.get("composite")
    if isinstance(partner, Object) and partner.alive and partner.name != change.to:
        with fold.implying(), fold.renaming(partner):
            fold.catalog.move(partner, name=change.to)
    if found.parent is not None:
        with fold.implying():
            _rename_in_heirs(fold, found, found.parent, change)


def set_schema(fold: Folding, change: c.SetSchema) -> None:
    """SET SCHEMA; a table takes its indexes and owned sequences along."""
    found = find(fold.catalog, change.kind, change.name, change.arguments, change.table)
    if found is None:
        item = made_up(fold.catalog, change.kind, change.name, change.arguments, change.table)
        old = item.id
        item.schema = change.to
        fold.emit("rename", old, to=item.identity, no_op=change.if_exists)
        if not change.if_exists:
            fold.catalog.add(item)
        return
    if found.kind == "extension":
        fold.emit("alter", found, detail="set schema")
        for member, automatic in found.dependents:
            if automatic and member.alive and member.external:
                with fold.implying(), fold.renaming(member):
                    fold.catalog.move(member, schema=change.to)
        return
    along = [item for item, _ in found.dependents if item.alive and item.kind == "index"]
    along += [s for column in found.columns for s, _ in column.dependents if s.alive and s.kind == "sequence"]
    along += [p for p in (found.facts.get("row_type"), found.facts.get("composite")) if isinstance(p, Object)]
    with fold.renaming(found):
        fold.catalog.move(found, schema=change.to)
    with fold.implying():
        for item in along:
            if item.schema != change.to:
                with fold.renaming(item):
                    fold.catalog.move(item, schema=change.to)


def comment(fold: Folding, change: c.Comment) -> None:
    """COMMENT ON, SECURITY LABEL ON."""
    found = find_or_external(fold.catalog, change.kind, change.name, change.arguments, change.table)
    fold.emit("comment", found, detail="removed" if change.removed else None)


# Private


def _move(fold: Folding, item: Object, *, name: str) -> None:
    if item.kind == "schema":
        members = fold.catalog.in_schema(item.name)
        fold.catalog.move(item, name=name)
        for member in members:
            fold.catalog.move(member, schema=name)
        return
    fold.catalog.move(item, name=name)


def _rename_in_heirs(fold: Folding, item: Object, table: Object, change: c.Rename) -> None:
    """Columns, inherited constraints and cloned triggers have one name, down to the last child."""
    inherited = item.kind.endswith(" column") or item.facts.get("type") in {"c", "n"} or item.kind == "trigger"
    if not inherited or item.facts.get("no_inherit"):
        return
    for heir in fold.heirs(table):
        theirs = heir.children.get((child_key(item.kind), change.name.name))
        if theirs is None or (item.kind == "trigger" and not theirs.facts.get("cloned")):
            continue
        with fold.renaming(theirs):
            fold.catalog.move(theirs, name=change.to)
        _rename_in_heirs(fold, theirs, heir, change)


def _is_temporary(fold: Folding, name: c.Name) -> bool:
    found = fold.catalog.relation(name)
    return found is not None and found.temporary


def _view_columns(fold: Folding, view: Object, types: dict[str, TypeReference | None]) -> None:
    """CREATE OR REPLACE VIEW only ever adds columns, behind those that are there."""
    for name, reference in types.items():
        if view.column(name) is None:
            column = Object(f"{view.kind} column", name, parent=view, temporary=view.temporary)
            column.facts["type"] = reference
            fold.create(column, implied=True)


def _own(fold: Folding, sequence: Object, owned_by: tuple[c.Name, str] | None) -> None:
    if owned_by is None:
        return
    table = fold.catalog.relation(owned_by[0])
    column = table.column(owned_by[1]) if table is not None else None
    if table is not None and column is not None:
        tables.own_sequence(fold, table, column, sequence, None)


def _disown(sequence: Object) -> None:
    owner = sequence.facts.pop("table", None)
    if isinstance(owner, Object):
        owner.facts.pop("sequence", None)
        owner.dependents = [(one, auto) for one, auto in owner.dependents if one is not sequence]


def _extension_types(fold: Folding, extension: Object, change: c.Create) -> None:
    catalog = fold.catalog
    schema = change.schema or catalog.creation_schema(change.name)
    for name in EXTENSION_TYPES.get(change.name.name, ()):
        item = Object("type", name, schema, external=True)
        item.facts["of_extension"] = True
        catalog.add(item)
        catalog.depend(item, extension, automatic=True)


def _multirange(fold: Folding, item: Object, change: c.CreateType) -> None:
    """A range type brings a multirange type (`makeMultirangeTypeName`) and the constructors of both."""
    catalog = fold.catalog
    if change.multirange is not None:
        name = change.multirange
    elif "range" in item.name:
        name = c.Name(clip(item.name.replace("range", "multirange", 1)), item.schema)
    else:
        name = c.Name(f"{clip(item.name, 63 - len('_multirange'))}_multirange", item.schema)
    multirange = Object("type", name.name, name.schema or item.schema)
    fold.create(multirange, implied=change.multirange is None)
    catalog.depend(multirange, item, automatic=True)
    if change.base is None:
        return
    subtype, text = catalog.type(change.base), catalog.type(c.TypeName("text", "pg_catalog"))
    of_range, of_ranges = TypeReference("", item), TypeReference("", item, array=True)
    for owner, arguments in (
        (item, (subtype, subtype)),
        (item, (subtype, subtype, text)),
        (multirange, ()),
        (multirange, (of_range,)),
        (multirange, (of_ranges,)),
    ):
        constructor = Object("function", owner.name, owner.schema, arguments=arguments)
        fold.create(constructor, implied=True)
        catalog.depend(constructor, item, automatic=True)
        if subtype.object is not None:
            catalog.depend(constructor, subtype.object)
