"""What is written alike for objects of every kind: DROP, RENAME, SET SCHEMA, OWNER TO, COMMENT, DEPENDS ON."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.targets import KINDS, RELATION_KINDS, Target, target_of
from auditor.model.change import Alter, AlterTable, AnyChange, Comment, Drop, Name, Rename, SetSchema, Unknown
from auditor.sql.tree import Node, relation_name, role_name

_HANGING = frozenset({"trigger", "policy", "rule", "table constraint", "table column", "composite type column"})
_IN_SUBNAME = frozenset({"OBJECT_SCHEMA", "OBJECT_ROLE", "OBJECT_DATABASE", "OBJECT_TABLESPACE"})


def drop(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """DROP of a list of objects: one change each."""
    object_type = body["removeType"]
    for node in body.get("objects", ()):
        target = target_of(object_type, node)
        if target is None:
            yield _unknown("DROP", object_type)
            continue
        yield Drop(
            kind=target.kind,
            name=target.name,
            arguments=target.arguments,
            table=target.table,
            if_exists=body.get("missing_ok", False),
            # DROP TRIGGER IF EXISTS t ON x: a missing table is passed over too.
            missing_table_ok=target.table is not None and body.get("missing_ok", False),
            cascade=body.get("behavior") == "DROP_CASCADE",
            concurrently=body.get("concurrent", False),
        )


def rename(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """RENAME of anything."""
    object_type = body["renameType"]
    target = _renamed(object_type, body)
    if target is None:
        yield _unknown("RENAME", object_type)
        return
    yield Rename(
        kind=target.kind,
        name=target.name,
        to=body["newname"],
        arguments=target.arguments,
        table=target.table,
        if_exists=body.get("missing_ok", False),
    )


def set_schema(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """SET SCHEMA of anything."""
    target = _of_relation_or_object(body)
    if target is None:
        yield _unknown("SET SCHEMA", body["objectType"])
        return
    yield SetSchema(
        kind=target.kind,
        name=target.name,
        to=body["newschema"],
        arguments=target.arguments,
        table=target.table,
        if_exists=body.get("missing_ok", False),
    )


def set_owner(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """OWNER TO of what is no relation."""
    target = _of_relation_or_object(body)
    if target is None:
        yield _unknown("OWNER TO", body["objectType"])
        return
    yield Alter(
        kind=target.kind,
        name=target.name,
        what="owner",
        arguments=target.arguments,
        table=target.table,
        detail=role_name(body["newowner"]),
    )


def depends(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """[NO] DEPENDS ON EXTENSION."""
    target = _of_relation_or_object(body)
    if target is None:
        yield _unknown("DEPENDS ON EXTENSION", body["objectType"])
        return
    what = "no depends" if body.get("remove") else "depends"
    extension = body["extname"]["sval"]
    if target.kind in RELATION_KINDS.values() and target.kind != "composite type":
        yield AlterTable(table=target.name, what=what, kind=target.kind, detail=extension)
    else:
        yield Alter(
            kind=target.kind,
            name=target.name,
            what=what,
            arguments=target.arguments,
            table=target.table,
            detail=extension,
        )


def comment(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """COMMENT ON, SECURITY LABEL ON."""
    target = target_of(body["objtype"], body["object"])
    if target is None:
        yield _unknown("COMMENT", body["objtype"])
        return
    yield Comment(
        kind=target.kind,
        name=target.name,
        arguments=target.arguments,
        table=target.table,
        removed="comment" not in body and "label" not in body,
    )


# Private


def _renamed(object_type: str, body: Node) -> Target | None:
    kind = KINDS.get(object_type)
    if kind is None:
        return None
    if "relation" in body:
        relation = relation_name(body["relation"])
        if kind in _HANGING:
            return Target(kind, Name(body["subname"]), table=relation)
        return Target(kind, relation)
    if object_type in _IN_SUBNAME:
        return Target(kind, Name(body["subname"]))
    if kind == "domain constraint":
        domain = target_of("OBJECT_DOMAIN", body["object"])
        return Target(kind, Name(body["subname"]), table=domain.name) if domain is not None else None
    return target_of(object_type, body["object"]) if "object" in body else None


def _of_relation_or_object(body: Node) -> Target | None:
    object_type = body["objectType"]
    kind = KINDS.get(object_type)
    if "relation" in body and kind is not None:
        relation = relation_name(body["relation"])
        if kind == "trigger" and "object" in body:
            hanging = target_of(object_type, body["object"])
            return Target(kind, hanging.name, table=relation) if hanging is not None else None
        return Target(kind, relation)
    return target_of(object_type, body["object"]) if "object" in body else None


def _unknown(action: str, object_type: str) -> Unknown:
    kind = object_type.removeprefix("OBJECT_").replace("_", " ").lower()
    return Unknown(detail=f"{action} of a {kind} that could not be read", certainty="unknown")
