"""CREATE VIEW and REFRESH MATERIALIZED VIEW (CREATE MATERIALIZED VIEW is a form of CREATE TABLE AS)."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.tables import hidden_outputs, is_temporary, view_columns
from auditor.model.change import Access, AnyChange, CreateView, Rows
from auditor.sql.mentions import Mentions
from auditor.sql.tree import Node, relation_name


def create_view(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE [OR REPLACE] [TEMPORARY] [RECURSIVE] VIEW."""
    yield CreateView(
        name=relation_name(body["view"]),
        columns=view_columns(body.get("aliases", ()), body["query"]),
        outputs=hidden_outputs(body["query"]),
        uses=Mentions().walk(body["query"]).references(),
        or_replace=body.get("replace", False),
        temporary=is_temporary(body["view"]),
    )


def refresh(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """REFRESH MATERIALIZED VIEW writes its rows anew."""
    yield Rows(access=Access("write", relation_name(body["relation"]), "refresh"))
