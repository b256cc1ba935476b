"""Columns and constraints as written, of tables, types and domains.

https://www.postgresql.org/docs/current/sql-createtable.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from auditor.migrations.effects.reader import Reader
from auditor.model.change import Column, Constraint, IndexElement, Name, Reference, TypeName
from auditor.sql.expressions import index_column_name
from auditor.sql.mentions import Mentions
from auditor.sql.scopes import is_system_type
from auditor.sql.tree import Node, def_elems, name_of_nodes, relation_name, strings, type_name

SERIAL_TYPES = frozenset({"serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"})
"""Pseudo-types that bring a sequence, a default and NOT NULL."""

_TYPES: dict[str, Literal["p", "u", "c", "f", "x", "n"]] = {
    "CONSTR_PRIMARY": "p",
    "CONSTR_UNIQUE": "u",
    "CONSTR_CHECK": "c",
    "CONSTR_FOREIGN": "f",
    "CONSTR_EXCLUSION": "x",
    "CONSTR_NOTNULL": "n",
}
_ATTRIBUTES = frozenset(
    {
        "CONSTR_ATTR_DEFERRABLE",
        "CONSTR_ATTR_NOT_DEFERRABLE",
        "CONSTR_ATTR_DEFERRED",
        "CONSTR_ATTR_IMMEDIATE",
        "CONSTR_ATTR_ENFORCED",
        "CONSTR_ATTR_NOT_ENFORCED",
    }
)


def read_column(body: Node, table: Name, reader: Reader) -> Column:
    """A ColumnDef: type, default, generated expression, identity and the constraints behind it."""
    name = body.get("colname", "")
    written = type_name(body["typeName"]) if "typeName" in body else None
    parts = _parts(body.get("constraints", ()))
    stops = frozenset(position for part, _ in parts if (position := part.get("location")) is not None)
    fields: dict[str, Any] = {}
    mentioned = Mentions(table)
    constraints: list[Constraint] = []
    for part, deferrable in parts:
        contype = part["contype"]
        if contype == "CONSTR_DEFAULT":
            mentioned.walk(part.get("raw_expr"))
            fields["default"] = reader.text.clause_after("DEFAULT", part.get("location", 0), stops)
        elif contype == "CONSTR_GENERATED":
            mentioned.walk(part.get("raw_expr"))
            fields["generated"] = reader.text.within_parentheses(part.get("location", 0))
        elif contype == "CONSTR_IDENTITY":
            fields["identity"] = part["generated_when"]
            fields["sequence_name"] = sequence_name(part.get("options", ()))
        elif contype in _TYPES:
            constraints.append(
                read_constraint(part, table, reader, column=name, deferrable=deferrable, stops=stops)
            )
    serial = written is not None and written.schema is None and written.name in SERIAL_TYPES
    own: tuple[Reference, ...] = ()
    if "generated" in fields and (columns := mentioned.owner_columns()):
        own = (Reference("relation", Name(""), columns),)
    return Column(
        name,
        written,
        not_null=serial or "identity" in fields or any(one.type in ("n", "p") for one in constraints),
        constraints=tuple(constraints),
        uses=merge(type_uses(written), own, mentioned.references()),
        collation=name_of_nodes(body["collClause"]["collname"]) if "collClause" in body else None,
        **fields,
    )


def read_constraint(
    body: Node,
    table: Name | None,
    reader: Reader,
    *,
    column: str | None = None,
    deferrable: bool = False,
    stops: frozenset[int] = frozenset(),
) -> Constraint:
    """A Constraint node of a kind that has a name.

    Args:
        body: the node.
        table: whose constraint it is, for the columns that its expression mentions; None for a domain.
        reader: for its text.
        column: the column behind which it is written, or None.
        deferrable: whether an attribute written after it says so.
        stops: where the other constraints of the column begin.
    """
    kind = _TYPES[body["contype"]]
    mentioned = Mentions(table).walk(body.get("raw_expr"))
    elements: tuple[IndexElement, ...] = ()
    if kind == "c":
        columns = mentioned.owner_columns()
    elif kind == "x":
        nodes = [pair["List"]["items"][0] for pair in body.get("exclusions", ())]
        elements = tuple(read_element(node["IndexElem"], table, None) for node in nodes)
        columns = tuple(element.column for element in elements if element.column is not None)
        mentioned.walk([node["IndexElem"].get("expr") for node in nodes])
        mentioned.walk(body.get("where_clause"))
    elif column is not None:
        columns = (column,)
    else:
        columns = tuple(strings(body.get("fk_attrs" if kind == "f" else "keys", ())))
    return Constraint(
        kind,
        body.get("conname"),
        columns,
        references=relation_name(body["pktable"]) if "pktable" in body else None,
        references_columns=tuple(strings(body.get("pk_attrs", ()))),
        using_index=body.get("indexname"),
        expressions=any(element.column is None for element in elements),
        no_inherit=body.get("is_no_inherit", False),
        deferrable=deferrable or body.get("deferrable", False),
        not_valid=body.get("skip_validation", False),
        uses=mentioned.references(),
        definition=reader.text.clause(body["location"], stops) if "location" in body else "",
        column_constraint=column is not None,
        elements=elements,
        include=tuple(strings(body.get("including", ()))),
    )


def read_element(body: Node, table: Name | None, text: str | None) -> IndexElement:
    """An IndexElem: a column, or an expression with the name PostgreSQL would give it."""
    if (column := body.get("name")) is not None:
        return IndexElement(column)
    expression = body.get("expr", {})
    return IndexElement(
        None, index_column_name(expression), text, Mentions(table).walk(expression).owner_columns()
    )


def sequence_name(options: Iterable[Node]) -> Name | None:
    """The `SEQUENCE NAME` among the options of an identity column."""
    for option, argument in def_elems(options):
        if option == "sequence_name":
            return name_of_nodes(argument["List"]["items"])
    return None


def type_uses(written: TypeName | None) -> tuple[Reference, ...]:
    """The type as a reference; none if it is built in or a serial."""
    if written is None or (written.schema is None and written.name in SERIAL_TYPES):
        return ()
    name = Name(written.name, written.schema)
    if written.of_column is not None:
        return (Reference("relation", name, (written.of_column,)),)
    return () if is_system_type(name) else (Reference("type", name),)


def merge(*groups: Iterable[Reference]) -> tuple[Reference, ...]:
    """References without repetition, in order."""
    return tuple(dict.fromkeys(reference for group in groups for reference in group))


# Private


def _parts(nodes: Iterable[Node]) -> list[tuple[Node, bool]]:
    """The constraints behind a column, each with whether an attribute after it makes it deferrable."""
    parts: list[tuple[Node, bool]] = []
    for node in nodes:
        body = node["Constraint"]
        if body["contype"] not in _ATTRIBUTES:
            parts.append((body, False))
        elif body["contype"] in ("CONSTR_ATTR_DEFERRABLE", "CONSTR_ATTR_DEFERRED") and parts:
            parts[-1] = (parts[-1][0], True)
    return parts
