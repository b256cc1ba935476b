"""Types and domains.

https://www.postgresql.org/docs/current/sql-createtype.html
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.migrations.effects.columns import merge, read_column, read_constraint, type_uses
from auditor.migrations.effects.functions import functions_in
from auditor.migrations.effects.reader import Reader
from auditor.model.change import (
    AddConstraint,
    Alter,
    AlterConstraint,
    AnyChange,
    CreateType,
    Drop,
    Name,
    Unknown,
)
from auditor.sql.mentions import Mentions
from auditor.sql.tree import Node, def_elems, first_location, name_of_nodes, relation_name, strings, type_name

_TYPE_FUNCTIONS = frozenset(
    {
        "input",
        "output",
        "receive",
        "send",
        "typmod_in",
        "typmod_out",
        "analyze",
        "subscript",
        "canonical",
        "subtype_diff",
    }
)


def create_enum(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE TYPE ... AS ENUM."""
    labels = tuple(strings(body.get("vals", ())))
    yield CreateType(name=name_of_nodes(body["typeName"]), form="enum", labels=labels)


def alter_enum(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER TYPE ... ADD VALUE, RENAME VALUE."""
    old = body.get("oldVal")
    yield Alter(
        kind="type",
        name=name_of_nodes(body["typeName"]),
        what="add value" if old is None else "rename value",
        labels=(body["newVal"],) if old is None else (old, body["newVal"]),
        detail="if not exists" if body.get("skipIfNewValExists") else None,
    )


def create_composite(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CREATE TYPE ... AS (columns)."""
    name = relation_name(body["typevar"])
    columns = tuple(read_column(column["ColumnDef"], name, reader) for column in body.get("coldeflist", ()))
    yield CreateType(
        name=name, form="composite", columns=columns, uses=merge(*(column.uses for column in columns))
    )


def create_range(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE TYPE ... AS RANGE."""
    options = dict(def_elems(body.get("params", ())))
    subtype = type_name(options["subtype"]["TypeName"]) if "TypeName" in options.get("subtype", {}) else None
    multirange = options.get("multirange_type_name", {}).get("TypeName")
    written = type_name(multirange) if multirange is not None else None
    yield CreateType(
        name=name_of_nodes(body["typeName"]),
        form="range",
        base=subtype,
        multirange=Name(written.name, written.schema) if written is not None else None,
        uses=merge(type_uses(subtype), functions_in(options, _TYPE_FUNCTIONS)),
    )


def create_base(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE TYPE with functions, or a shell type."""
    options = dict(def_elems(body.get("definition", ())))
    yield CreateType(
        name=name_of_nodes(body["defnames"]),
        form="base" if options else "shell",
        uses=functions_in(options, _TYPE_FUNCTIONS),
    )


def alter_type(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER TYPE ... SET (...)."""
    options = dict(def_elems(body.get("options", ())))
    yield Alter(
        kind="type",
        name=name_of_nodes(body["typeName"]),
        what="options",
        uses=functions_in(options, _TYPE_FUNCTIONS),
        detail=", ".join(options),
    )


def create_domain(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CREATE DOMAIN: base type, default, NOT NULL and checks."""
    name = name_of_nodes(body["domainname"])
    base = type_name(body["typeName"])
    parts = [part["Constraint"] for part in body.get("constraints", ())]
    stops = frozenset(part.get("location", 0) for part in parts)
    constraints = tuple(
        read_constraint(part, None, reader, stops=stops)
        for part in parts
        if part["contype"] in ("CONSTR_CHECK", "CONSTR_NOTNULL")
    )
    default = None
    mentioned = Mentions()
    for part in parts:
        if part["contype"] == "CONSTR_DEFAULT":
            default = reader.text.clause_after("DEFAULT", part.get("location", 0), stops)
            mentioned.walk(part.get("raw_expr"))
    yield CreateType(
        name=name,
        form="domain",
        base=base,
        constraints=constraints,
        not_null=any(constraint.type == "n" for constraint in constraints),
        default=default,
        uses=merge(type_uses(base), mentioned.references(), *(one.uses for one in constraints)),
    )


def alter_domain(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """ALTER DOMAIN: default, NOT NULL, constraints."""
    domain = name_of_nodes(body["typeName"])
    definition = body.get("def")
    match body["subtype"]:
        case "T":
            location = first_location(definition)
            yield Alter(
                kind="type",
                name=domain,
                what="drop default" if definition is None else "set default",
                uses=Mentions().walk(definition).references(),
                detail=reader.text.clause_after_last("DEFAULT", location) if location is not None else None,
            )
        case "N":
            yield Alter(kind="type", name=domain, what="drop not null")
        case "O":
            yield Alter(kind="type", name=domain, what="set not null")
        case "C":
            constraint = read_constraint((definition or {})["Constraint"], None, reader)
            yield AddConstraint(table=domain, constraint=constraint, kind="domain")
        case "X":
            yield Drop(
                kind="domain constraint",
                name=Name(body["name"]),
                table=domain,
                if_exists=body.get("missing_ok", False),
                cascade=body.get("behavior") == "DROP_CASCADE",
            )
        case "V":
            yield AlterConstraint(table=domain, constraint=body["name"], what="validate")
        case subtype:
            yield Unknown(detail=f"ALTER DOMAIN of kind {subtype}", certainty="unknown", kind="type", name=domain)
