"""Publications, their members, and subscriptions.

https://www.postgresql.org/docs/current/sql-createpublication.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.migrations.effects.reader import Reader
from auditor.model.change import Alter, AnyChange, Create, Name
from auditor.sql.mentions import Mentions
from auditor.sql.tree import Node, relation_name

_ACTIONS = {"AP_AddObjects": "add", "AP_DropObjects": "drop", "AP_SetObjects": "set"}


def create_publication(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE PUBLICATION: the publication and each member."""
    publication = Name(body["pubname"])
    tables, schemas = _members(body.get("pubobjects", ()))
    yield Create(
        kind="publication",
        name=publication,
        detail="for all tables" if body.get("for_all_tables") else None,
    )
    for table, filter_ in tables:
        yield Create(
            kind="publication relation",
            name=table,
            parent=publication,
            uses=Mentions(table).walk(filter_).references(),
        )
    for schema in schemas:
        yield Create(kind="publication namespace", name=Name(schema), parent=publication)


def alter_publication(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER PUBLICATION ... ADD, DROP, SET of tables and schemas, or of options."""
    publication = Name(body["pubname"])
    tables, schemas = _members(body.get("pubobjects", ()))
    verb = _ACTIONS.get(body.get("action", ""), "set")
    if not tables and not schemas:
        options = ", ".join(option["DefElem"]["defname"] for option in body.get("options", ()))
        yield Alter(kind="publication", name=publication, what="options", detail=options)
    if tables or (schemas and verb == "set"):
        yield Alter(
            kind="publication",
            name=publication,
            what=f"{verb} relation",
            tables=tuple(table for table, _ in tables),
        )
    if schemas or (tables and verb == "set"):
        yield Alter(kind="publication", name=publication, what=f"{verb} schema", labels=tuple(schemas))


# Private


def _members(nodes: Iterable[Node]) -> tuple[list[tuple[Name, Node]], list[str]]:
    """Tables, each with its WHERE, and schemas (`current_schema` for CURRENT_SCHEMA)."""
    tables: list[tuple[Name, Node]] = []
    schemas: list[str] = []
    for node in nodes:
        member = node["PublicationObjSpec"]
        if "pubtable" in member:
            table = member["pubtable"]
            tables.append((relation_name(table["relation"]), table.get("whereClause", {})))
        else:
            schemas.append(member.get("name", "current_schema"))
    return tables, schemas
