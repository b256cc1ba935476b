"""What touches rows, runs code, or only concerns the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from auditor.history.catalog import Object
from auditor.history.subjects import subject
from auditor.model import ObjectId
from auditor.model import change as c
from auditor.sql.builtin import BUILTIN_FUNCTIONS
from auditor.sql.names import qualified, quote_identifier

if TYPE_CHECKING:
    from auditor.history.fold import Folding

_CALL_DEPTH = 8
"""Calls of functions of the history are followed this deep; recursion ends there."""


def rows(fold: Folding, change: c.Rows) -> None:
    """A statement that reads or writes rows, or calls a routine."""
    access = change.access
    if access.action == "call":
        _call(fold, change)
        return
    relation = fold.catalog.relation(access.name)
    if relation is not None:
        fold.emit(access.action, relation, detail=access.verb)
        return
    if access.name.schema in {"pg_catalog", "information_schema"} or access.name.name.startswith("pg_"):
        return
    schema = fold.catalog.creation_schema(access.name)
    fold.emit(access.action, ObjectId("table", qualified(schema, access.name.name)), detail=access.verb)


def remember(routine: Object, change: c.Change) -> None:
    """Keep what a routine's body would do, for when a migration calls it."""
    routine.facts["body_changes"].append(change)


def inside_function(fold: Folding, change: c.Change) -> None:
    """Say what a body would do when called; the catalog stays as it is."""
    if isinstance(change, c.Rows):
        rows(fold, change)
    elif isinstance(change, c.Unknown):
        fold.unknown(change.detail)
    elif isinstance(change, c.Harmless | c.SetSearchPath | c.SetRole | c.Transaction):
        return
    else:
        found = subject(fold, change)
        if found is not None:
            fold.emit(*found)


def set_search_path(fold: Folding, change: c.SetSearchPath) -> None:
    """SET search_path."""
    fold.set_search_path(change.path, local=change.local)


def set_role(fold: Folding, change: c.SetRole) -> None:
    """SET ROLE: default privileges and owners follow it."""
    fold.role = change.role


def transaction(fold: Folding, change: c.Transaction) -> None:
    """COMMIT and ROLLBACK end SET LOCAL."""
    if change.what in {"commit", "rollback"}:
        fold.end_transaction()


def harmless(fold: Folding, change: c.Harmless) -> None:
    """Understood, and nothing to note."""


def unknown(fold: Folding, change: c.Unknown) -> None:
    """Not understood: said so."""
    item = None
    if change.kind is not None and change.name is not None:
        item = ObjectId(change.kind, qualified(change.name.schema, change.name.name))
    fold.unknown(change.detail, item)


# Private


def _call(fold: Folding, change: c.Rows) -> None:
    access = change.access
    candidates = fold.catalog.routines_named(access.name)
    if not candidates:
        if access.name.schema in (None, "pg_catalog") and access.name.name in BUILTIN_FUNCTIONS:
            return
        schema = f"{quote_identifier(access.name.schema)}." if access.name.schema else ""
        identity = f"{schema}{quote_identifier(access.name.name)}"
        fold.emit("call", ObjectId("function", identity), detail="not defined by the history")
        return
    routine = _overload(candidates, len(access.arguments))
    fold.emit("call", routine, detail=access.verb)
    if change.inside == "function" and not fold.calls:
        return
    if routine in fold.calls or len(fold.calls) >= _CALL_DEPTH:
        return
    fold.calls.append(routine)
    with fold.implying():
        for inner in list(routine.facts.get("body_changes", ())):
            if isinstance(inner, c.Unknown):
                fold.unknown(f"calls {routine.identity}: {inner.detail}")
            elif not isinstance(inner, c.Transaction | c.SetSearchPath | c.Harmless | c.SetRole):
                certainty = "conditional" if change.certainty == "conditional" else inner.certainty
                fold.apply(msgspec.structs.replace(inner, inside=change.inside, certainty=certainty))
    fold.calls.pop()


def _overload(candidates: list[Object], count: int) -> Object:
    for routine in candidates:
        if len(routine.arguments) == count:
            return routine
    return candidates[0]
