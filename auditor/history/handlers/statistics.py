"""Extended statistics: CREATE STATISTICS, and what LIKE INCLUDING STATISTICS copies.

https://www.postgresql.org/docs/current/sql-createstatistics.html
"""

from __future__ import annotations

import msgspec

from auditor.history.folding import Folding
from auditor.history.handlers.references import depend_on_uses
from auditor.history.naming import choose_name, name_addition
from auditor.history.object import Object
from auditor.model import change as c

KIND = "statistics object"


def create_statistics(fold: Folding, change: c.Create, table: Object | None) -> None:
    """Make statistics, under the name that PostgreSQL chooses if there is none (`ChooseExtendedStatisticName`)."""
    catalog = fold.catalog
    item = Object(KIND, change.name.name, catalog.creation_schema(change.name))
    if change.unnamed and change.parent is not None:
        # In the table's schema, which may be the temporary one.
        item.schema = table.schema if table is not None else catalog.creation_schema(change.parent)
        item.temporary = table is not None and table.temporary
        addition = name_addition(column or "expr" for column in change.columns)
        name = table.name if table is not None else change.parent.name
        item.name = choose_name(name, addition, "stat", lambda name: (KIND, item.schema, name) in catalog.others)
    item.facts["change"] = change
    fold.create(item, implied=change.unnamed)
    own = [use for use in change.uses if not use.name.name]
    depend_on_uses(fold, item, own, own_table=table, automatic=True)
    depend_on_uses(fold, item, (use for use in change.uses if use.name.name))
    if table is None:
        return
    catalog.depend(item, table, automatic=True)
    for column in (table.column(name) for name in change.columns):
        if column is not None:
            catalog.depend(item, column, automatic=True)


def copy_statistics(fold: Folding, source: Object, table: Object) -> None:
    """LIKE INCLUDING STATISTICS; the names are chosen anew."""
    with fold.implying():
        for item, _ in list(source.dependents):
            written = item.facts.get("change")
            if item.alive and item.kind == KIND and isinstance(written, c.Create):
                create_statistics(fold, msgspec.structs.replace(written, unnamed=True, parent=c.Name("")), table)
