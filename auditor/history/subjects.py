"""Which object a change is about, by its names alone: for what does not happen, or only on a call."""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.lookup import find_or_external
from auditor.history.object import Object
from auditor.model import Action, ObjectId
from auditor.model import change as c


def subject(fold: Folding, change: c.Change) -> tuple[Action, ObjectId] | None:
    """The action and the object of a change, as the catalog in memory would name it; None if it is about none."""
    found = _subject(fold, change)
    return None if found is None else (found[0], found[1].id)


# Private

_Subject = tuple[Action, Object] | None


def _subject(fold: Folding, change: c.Change) -> _Subject:
    match change:
        case c.CreateTable() | c.CreateView() | c.CreateFunction():
            arguments = None
            if isinstance(change, c.CreateFunction):
                arguments = tuple(argument.type for argument in change.arguments if argument.mode in "ibv")
            return "create", _object(fold, change.kind, change.name, arguments)
        case c.CreateAggregate():
            return "create", _object(fold, "aggregate", change.name, change.arguments)
        case c.CreateSequence():
            return "create", _object(fold, "sequence", change.name)
        case c.CreateType():
            return "create", _object(fold, "type", change.name)
        case c.Create():
            return "create", _object(fold, change.kind, change.name, change.arguments)
        case c.CreateIndex(name=str(name)):
            return "create", _object(fold, "index", c.Name(name, change.table.schema))
        case c.CreateTrigger() | c.CreatePolicy() | c.CreateRule():
            kind = type(change).__name__.removeprefix("Create").lower()
            return "create", _object(fold, kind, c.Name(change.name), None, change.table)
        case c.AddConstraint(constraint=c.Constraint(name=str(name))):
            kind = "domain constraint" if change.kind in {"domain", "type"} else "table constraint"
            return "create", _object(fold, kind, c.Name(name), None, change.table)
        case c.AddColumn():
            column = c.Name(change.column.name)
            return "create", _object(fold, f"{change.kind} column", column, None, change.table)
        case c.DropColumn() | c.AlterColumn():
            action: Action = "drop" if isinstance(change, c.DropColumn) else "alter"
            return action, _object(fold, f"{change.kind} column", c.Name(change.column), None, change.table)
        case c.AlterConstraint():
            return "alter", _object(fold, "table constraint", c.Name(change.constraint), None, change.table)
        case c.SetTriggerState(trigger=str(name)):
            action = "disable" if change.state == "D" else "enable"
            return action, _object(fold, change.kind, c.Name(name), None, change.table)
        case c.Drop() | c.Rename() | c.Comment() | c.Alter():
            actions: dict[type[c.Change], Action] = {c.Drop: "drop", c.Rename: "rename", c.Comment: "comment"}
            found = _object(fold, change.kind, change.name, change.arguments, change.table)
            return actions.get(type(change), "alter"), found
        case c.SetSchema():
            return "rename", _object(fold, change.kind, change.name, change.arguments)
        case c.AlterSequence():
            return "alter", _object(fold, "sequence", change.name)
        case c.Grant(all_in_schema=False):
            action = "revoke" if change.revoke else "grant"
            return action, _object(fold, change.kind, change.name, change.arguments)
        case c.Inherit():
            return "alter", _object(fold, "table", change.child)
        case c.AlterTable() | c.AddConstraint() | c.CreateIndex() | c.SetTriggerState():
            return "alter", _object(fold, "table", change.table)
    return None


def _object(
    fold: Folding,
    kind: str,
    name: c.Name,
    arguments: tuple[c.TypeName | None, ...] | None = None,
    table: c.Name | None = None,
) -> Object:
    return find_or_external(fold.catalog, kind, name, arguments, table)
