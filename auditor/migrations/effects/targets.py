"""Which object a DROP, COMMENT, RENAME, OWNER TO, SET SCHEMA... points at, whatever its kind.

The shapes are those that gram.y gives each kind's name: a list of strings, a type, a name with arguments.
Kinds are named as `pg_identify_object()` names them (`ObjectTypeMap`, objectaddress.c).
"""

from __future__ import annotations

from typing import NamedTuple

from auditor.model.change import Name, TypeName
from auditor.sql.tree import Node, items, name_of, name_of_nodes, role_name, strings, type_name

KINDS: dict[str, str] = {
    "OBJECT_ACCESS_METHOD": "access method",
    "OBJECT_AGGREGATE": "aggregate",
    "OBJECT_ATTRIBUTE": "composite type column",
    "OBJECT_CAST": "cast",
    "OBJECT_COLLATION": "collation",
    "OBJECT_COLUMN": "table column",
    "OBJECT_CONVERSION": "conversion",
    "OBJECT_DATABASE": "database",
    "OBJECT_DEFACL": "default acl",
    "OBJECT_DEFAULT": "default value",
    "OBJECT_DOMAIN": "type",
    "OBJECT_DOMCONSTRAINT": "domain constraint",
    "OBJECT_EVENT_TRIGGER": "event trigger",
    "OBJECT_EXTENSION": "extension",
    "OBJECT_FDW": "foreign-data wrapper",
    "OBJECT_FOREIGN_SERVER": "server",
    "OBJECT_FOREIGN_TABLE": "foreign table",
    "OBJECT_FUNCTION": "function",
    "OBJECT_INDEX": "index",
    "OBJECT_LANGUAGE": "language",
    "OBJECT_LARGEOBJECT": "large object",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_OPCLASS": "operator class",
    "OBJECT_OPERATOR": "operator",
    "OBJECT_OPFAMILY": "operator family",
    "OBJECT_PARAMETER_ACL": "parameter ACL",
    "OBJECT_POLICY": "policy",
    "OBJECT_PROCEDURE": "procedure",
    "OBJECT_PUBLICATION": "publication",
    "OBJECT_PUBLICATION_NAMESPACE": "publication namespace",
    "OBJECT_PUBLICATION_REL": "publication relation",
    "OBJECT_ROLE": "role",
    "OBJECT_ROUTINE": "routine",
    "OBJECT_RULE": "rule",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_STATISTIC_EXT": "statistics object",
    "OBJECT_SUBSCRIPTION": "subscription",
    "OBJECT_TABCONSTRAINT": "table constraint",
    "OBJECT_TABLE": "table",
    "OBJECT_TABLESPACE": "tablespace",
    "OBJECT_TRANSFORM": "transform",
    "OBJECT_TRIGGER": "trigger",
    "OBJECT_TSCONFIGURATION": "text search configuration",
    "OBJECT_TSDICTIONARY": "text search dictionary",
    "OBJECT_TSPARSER": "text search parser",
    "OBJECT_TSTEMPLATE": "text search template",
    "OBJECT_TYPE": "type",
    "OBJECT_USER_MAPPING": "user mapping",
    "OBJECT_VIEW": "view",
}
"""libpg_query's ObjectType to the kind of `pg_identify_object()`; AMOP and AMPROC are in no statement."""

RELATION_KINDS: dict[str, str] = {
    **{
        name: KINDS[name]
        for name in (
            "OBJECT_TABLE",
            "OBJECT_VIEW",
            "OBJECT_MATVIEW",
            "OBJECT_INDEX",
            "OBJECT_SEQUENCE",
            "OBJECT_FOREIGN_TABLE",
        )
    },
    "OBJECT_TYPE": "composite type",
}
"""The kinds that ALTER TABLE's grammar serves; `TABLE` may be written for any of them."""

_OF_TABLE = frozenset({"table column", "table constraint", "trigger", "policy", "rule", "composite type column"})
_BY_METHOD = frozenset({"operator class", "operator family"})


class Target(NamedTuple):
    """The object that a statement points at.

    Attributes:
        table: what it hangs on: a table, the domain of a constraint, the access method of an operator class.
    """

    kind: str
    name: Name
    arguments: tuple[TypeName | None, ...] | None = None
    table: Name | None = None


def target_of(object_type: str, node: Node) -> Target | None:
    """The object that a name of a kind points at, or None for a kind or a shape that is not known."""
    kind = KINDS.get(object_type)
    if kind is None:
        return None
    if (string := node.get("String")) is not None:
        return Target(kind, Name(string.get("sval", "")))
    if (written := node.get("TypeName")) is not None:
        type_ = type_name(written)
        return Target(kind, Name(type_.name, type_.schema))
    if (routine := node.get("ObjectWithArgs")) is not None:
        return _routine(kind, routine)
    if (number := node.get("Integer") or node.get("Float")) is not None:
        return Target(kind, Name(str(number.get("ival", number.get("fval", 0)))))
    if (role := node.get("RoleSpec")) is not None:
        return Target(kind, Name(role_name(role)))
    return _from_list(kind, items(node)) if "List" in node else None


def arguments_of(routine: Node) -> tuple[TypeName | None, ...] | None:
    """The argument types of an ObjectWithArgs, None for a missing operand; None where there is no list."""
    if routine.get("args_unspecified"):
        return None
    return tuple(
        type_name(argument["TypeName"]) if "TypeName" in argument else None
        for argument in routine.get("objargs", ())
    )


# Private


def _routine(kind: str, routine: Node) -> Target:
    return Target(kind, name_of_nodes(routine["objname"]), arguments_of(routine))


def _from_list(kind: str, nodes: list[Node]) -> Target | None:
    if not nodes:
        return None
    if kind == "cast":
        return Target(kind, Name(""), tuple(type_name(node["TypeName"]) for node in nodes))
    if kind == "transform":
        return Target(kind, Name(nodes[1]["String"]["sval"]), (type_name(nodes[0]["TypeName"]),))
    if kind == "domain constraint" and "TypeName" in nodes[0]:
        domain = type_name(nodes[0]["TypeName"])
        return Target(kind, Name(nodes[1]["String"]["sval"]), table=Name(domain.name, domain.schema))
    parts = strings(nodes)
    if kind in _BY_METHOD:
        return Target(kind, name_of(parts[1:]), table=Name(parts[0]))
    if kind in _OF_TABLE and len(parts) > 1:
        return Target(kind, Name(parts[-1]), table=name_of(parts[:-1]))
    return Target(kind, name_of(parts))
