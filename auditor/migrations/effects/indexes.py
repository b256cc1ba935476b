"""CREATE INDEX, and what rebuilds or orders by an index.

https://www.postgresql.org/docs/current/sql-createindex.html
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.migrations.effects.columns import read_element
from auditor.migrations.effects.reader import Reader
from auditor.model.change import AlterTable, AnyChange, CreateIndex, Harmless, IndexElement, Name
from auditor.sql.mentions import Mentions
from auditor.sql.tree import Node, relation_name


def create_index(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CREATE INDEX."""
    table = relation_name(body["relation"])
    keys = [element["IndexElem"] for element in body.get("indexParams", ())]
    include = [element["IndexElem"] for element in body.get("indexIncludingParams", ())]
    mentioned = Mentions(table).walk([key.get("expr") for key in keys])
    predicate = Mentions(table).walk(body.get("whereClause"))
    yield CreateIndex(
        name=body.get("idxname"),
        table=table,
        elements=_elements(keys, table, body, reader),
        include=tuple(IndexElement(element.get("name")) for element in include),
        unique=body.get("unique", False),
        method=body.get("accessMethod", "btree"),
        predicate=reader.text.clause_after("WHERE", _behind_table(body)) if "whereClause" in body else None,
        predicate_columns=predicate.owner_columns(),
        nulls_not_distinct=body.get("nulls_not_distinct", False),
        if_not_exists=body.get("if_not_exists", False),
        concurrently=body.get("concurrent", False),
        only=not body["relation"].get("inh", False),
        uses=mentioned.walk(body.get("whereClause")).references(),
    )


def reindex(_body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """REINDEX rebuilds; definitions stay."""
    yield Harmless(what="reindex")


def cluster(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CLUSTER; with USING it also notes the index at the table."""
    if "indexname" in body:
        yield AlterTable(table=relation_name(body["relation"]), what="cluster on", detail=body["indexname"])
    else:
        yield Harmless(what="cluster")


# Private


def _elements(keys: list[Node], table: Name, body: Node, reader: Reader) -> tuple[IndexElement, ...]:
    if all("name" in key for key in keys):
        return tuple(IndexElement(key["name"]) for key in keys)
    texts = reader.text.elements(_behind_table(body))
    if len(texts) != len(keys):
        texts = [""] * len(keys)
    return tuple(read_element(key, table, _expression_text(text)) for key, text in zip(keys, texts, strict=True))


def _behind_table(body: Node) -> int:
    return int(body["relation"].get("location", 0))


def _expression_text(text: str) -> str:
    """The expression of an element, without COLLATE, operator class and order: it ends with its parenthesis."""
    depth = 0
    quote = ""
    for at, character in enumerate(text):
        if quote:
            if character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                found = text[: at + 1]
                return found[1:-1].strip() if found.startswith("(") else found
    return text
