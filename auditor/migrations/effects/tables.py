"""CREATE TABLE in all its forms, and the sequences and statistics beside tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.migrations.effects.columns import merge, read_column, read_constraint, type_uses
from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.rows import accesses_of_tree
from auditor.model.change import (
    AlterSequence,
    AnyChange,
    Column,
    Create,
    CreateSequence,
    CreateTable,
    CreateView,
    Like,
    Name,
    Output,
    Reference,
    Unknown,
)
from auditor.sql.expressions import output_columns
from auditor.sql.mentions import Mentions
from auditor.sql.outputs import query_outputs
from auditor.sql.tree import Node, def_elems, items, name_of, name_of_nodes, relation_name, strings, type_name

_LIKE_OPTIONS = (
    "comments",
    "compression",
    "constraints",
    "defaults",
    "generated",
    "identity",
    "indexes",
    "statistics",
    "storage",
)
"""In the order of their bits (`TableLikeOption`, parsenodes.h)."""


def create_table(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CREATE TABLE: columns, LIKE, INHERITS, PARTITION OF, OF type."""
    yield CreateTable(**_table_fields(body, reader))


def create_foreign_table(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CREATE FOREIGN TABLE."""
    fields = _table_fields(body["base"], reader)
    yield CreateTable(**fields, kind="foreign table", server=body.get("servername"))


def create_table_as(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE TABLE AS and CREATE MATERIALIZED VIEW: an object and, unless WITH NO DATA, a query that runs."""
    into = body["into"]
    query = body["query"]
    mentions = Mentions().walk(query)
    if body.get("objtype") == "OBJECT_MATVIEW":
        yield CreateView(
            name=relation_name(into["rel"]),
            kind="materialized view",
            columns=view_columns(into.get("colNames", ()), query),
            outputs=hidden_outputs(query),
            uses=mentions.references(),
            if_not_exists=body.get("if_not_exists", False),
        )
    else:
        yield _table_of_query(into, query, if_not_exists=body.get("if_not_exists", False))
    if "ExecuteStmt" in query:
        yield Unknown(
            detail=f"runs the prepared statement {query['ExecuteStmt'].get('name', '')}", certainty="unknown"
        )
    elif not into.get("skipData"):
        yield from accesses_of_tree(query)


def select_into(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """SELECT ... INTO table: the same as CREATE TABLE AS."""
    yield _table_of_query(_into_clause(body), {"SelectStmt": body}, if_not_exists=False)
    yield from accesses_of_tree({"SelectStmt": body})


def create_sequence(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE SEQUENCE."""
    owned_by, _ = _owner(body)
    yield CreateSequence(
        name=relation_name(body["sequence"]),
        owned_by=owned_by,
        if_not_exists=body.get("if_not_exists", False),
        temporary=is_temporary(body["sequence"]),
    )


def alter_sequence(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER SEQUENCE (its owner and schema are other statements)."""
    owned_by, none = _owner(body)
    yield AlterSequence(
        name=relation_name(body["sequence"]),
        owned_by=owned_by,
        owned_by_none=none,
        if_exists=body.get("missing_ok", False),
    )


def create_statistics(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE STATISTICS; without a name it is called after the table and its columns (`t_a_b_stat`)."""
    table = relation_name(body["relations"][0]["RangeVar"])
    expressions = [expression["StatsElem"] for expression in body.get("exprs", ())]
    if "defnames" in body:
        name = name_of_nodes(body["defnames"])
    else:
        columns = [expression.get("name") or "expr" for expression in expressions]
        name = Name("_".join([table.name, *columns, "stat"]), table.schema)
    mentions = Mentions(table).walk([expression.get("expr") for expression in expressions])
    own = mentions.owner_columns()
    yield Create(
        kind="statistics object",
        name=name,
        parent=table,
        if_not_exists=body.get("if_not_exists", False),
        uses=merge((Reference("relation", Name(""), own),) if own else (), mentions.references()),
        columns=tuple(expression.get("name", "") for expression in expressions),
        unnamed="defnames" not in body,
    )


def view_columns(aliases: Any, query: Node) -> tuple[str | None, ...] | None:
    """Names of the output columns: the written list, then the query's own.

    None where a `*` hides them. A list in front of a `*` is taken to name all of them.
    """
    written: list[str] = strings(aliases)
    own = output_columns(query.get("SelectStmt", {}))
    if own is None:
        return tuple(written) or None
    return (*written, *own[len(written) :])


def hidden_outputs(query: Node) -> tuple[Output, ...] | None:
    """What the query gives, where a `*` hides the names of its columns; a written list names the first of them."""
    return query_outputs(query) if output_columns(query.get("SelectStmt", {})) is None else None


def is_temporary(range_var: Node) -> bool:
    """Whether a RangeVar is written TEMPORARY or in the schema `pg_temp`."""
    return range_var.get("relpersistence") == "t" or range_var.get("schemaname") == "pg_temp"


# Private


def _table_fields(body: Node, reader: Reader) -> dict[str, Any]:
    name = relation_name(body["relation"])
    columns: list[Column] = []
    constraints = []
    like = []
    for element in body.get("tableElts", ()):
        if (column := element.get("ColumnDef")) is not None:
            columns.append(read_column(column, name, reader))
        elif (constraint := element.get("Constraint")) is not None:
            constraints.append(read_constraint(constraint, name, reader))
        elif (clause := element.get("TableLikeClause")) is not None:
            bits = clause.get("options", 0)
            including = tuple(option for at, option in enumerate(_LIKE_OPTIONS) if bits >> at & 1)
            like.append(Like(relation_name(clause["relation"]), including))
    parents = tuple(relation_name(parent["RangeVar"]) for parent in body.get("inhRelations", ()))
    is_partition = "partbound" in body
    of_type = type_name(body["ofTypename"]) if "ofTypename" in body else None
    keys = [key["PartitionElem"] for key in body.get("partspec", {}).get("partParams", ())]
    key_columns = [key["name"] for key in keys if "name" in key]
    partition_key = Mentions(name).walk([key.get("expr") for key in keys])
    return {
        "name": name,
        "columns": tuple(columns),
        "constraints": tuple(constraints),
        "if_not_exists": body.get("if_not_exists", False),
        "temporary": is_temporary(body["relation"]),
        "inherits": () if is_partition else parents,
        "partition_of": parents[0] if is_partition else None,
        "partitioned": "partspec" in body,
        "partition_columns": tuple(dict.fromkeys((*key_columns, *partition_key.owner_columns()))),
        "of_type": Name(of_type.name, of_type.schema) if of_type is not None else None,
        "like": tuple(like),
        "uses": merge(type_uses(of_type), partition_key.references()),
    }


def _table_of_query(into: Node, query: Node, *, if_not_exists: bool) -> CreateTable:
    names = view_columns(into.get("colNames", ()), query) or ()
    return CreateTable(
        name=relation_name(into["rel"]),
        columns=tuple(Column(name, None) for name in names if name is not None),
        if_not_exists=if_not_exists,
        temporary=is_temporary(into["rel"]),
        as_query=True,
        outputs=hidden_outputs(query),
    )


def _into_clause(select: Node) -> Node:
    while "intoClause" not in select:
        select = select["larg"]
    into: Node = select["intoClause"]
    return into


def _owner(body: Node) -> tuple[tuple[Name, str] | None, bool]:
    for option, argument in def_elems(body.get("options", ())):
        if option == "owned_by":
            parts = strings(items(argument))
            return (None, True) if parts == ["none"] else ((name_of(parts[:-1]), parts[-1]), False)
    return None, False
