"""The object that a change is about, in a word and a name."""

from __future__ import annotations

from auditor.model.change import (
    AlterColumn,
    AnyChange,
    CreateAggregate,
    CreateIndex,
    CreateSequence,
    CreateType,
    Harmless,
    Inherit,
    Name,
    Rows,
    Unknown,
)


def object_of(change: AnyChange) -> tuple[str | None, Name | None]:
    """Kind and name of the object; of what hangs on a table, the table. (None, None) where there is none."""
    if isinstance(change, Unknown | Harmless):
        return None, None
    if isinstance(change, Rows):
        kind = "function" if change.access.action == "call" else "table"
        return kind, change.access.name
    if isinstance(change, CreateIndex | AlterColumn):
        return "table", change.table
    if isinstance(change, Inherit):
        return "table", change.parent
    table = getattr(change, "table", None)
    if isinstance(table, Name) and table.name:
        return "table", table
    name = getattr(change, "name", None)
    if not isinstance(name, Name):
        return None, None
    if isinstance(change, CreateType):
        return "type", name
    if isinstance(change, CreateSequence):
        return "sequence", name
    if isinstance(change, CreateAggregate):
        return "aggregate", name
    return getattr(change, "kind", "sequence"), name
