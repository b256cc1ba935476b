"""What touches rows, runs code, or only concerns the session."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.history.folding import Folding
from auditor.history.object import Object
from auditor.history.subjects import subject
from auditor.model import ObjectId
from auditor.model import change as c
from auditor.sql.builtin import BUILTIN_FUNCTIONS
from auditor.sql.names import qualified, quote_identifier

_CALL_DEPTH = 8
"""Calls of functions of the history are followed this deep; a function that calls itself is not followed."""

_MOST_CHANGES = 20_000
"""Changes that the calls of one statement make, one within the other, before the rest is not understood."""


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


def may_ask(fold: Folding, change: c.Change) -> bool:
    """Whether a change is not known in full, and a look into the catalog may tell more of it."""
    if change.inside not in (None, "do"):
        return False
    if isinstance(change, c.Unknown):
        return change.inside == "do"
    if not isinstance(change, c.Rows) or change.access.action != "call":
        return False
    return None in change.access.arguments and bool(fold.catalog.routines_named(change.access.name))


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
    if not fold.calls:
        fold.changes_called = 0
    if routine in fold.calls:
        if any(not isinstance(inner, c.Rows | c.Transaction | c.Harmless) for inner in _remembered(routine)):
            fold.unknown(f"{routine.identity} calls itself")
        return
    if len(fold.calls) >= _CALL_DEPTH:
        if any(map(_may_vary, _remembered(routine))):
            fold.unknown(f"calls {routine.identity}: calls within calls, too deep")
        return
    fold.calls.append(routine)
    with fold.implying():
        for inner in _body(fold, routine, access):
            if fold.changes_called == _MOST_CHANGES:
                fold.unknown(f"calls {routine.identity}: more than {_MOST_CHANGES} changes by calls")
            fold.changes_called += 1
            if fold.changes_called > _MOST_CHANGES:
                break
            if isinstance(inner, c.Unknown):
                fold.unknown(f"calls {routine.identity}: {inner.detail}", text=inner.text)
            elif not isinstance(inner, c.Transaction | c.SetSearchPath | c.Harmless | c.SetRole):
                certainty = "conditional" if change.certainty == "conditional" else inner.certainty
                fold.apply(msgspec.structs.replace(inner, inside=change.inside, certainty=certainty))
    fold.calls.pop()


def _body(fold: Folding, routine: Object, access: c.Access) -> Iterable[c.Change]:
    """What a routine's body does when called so: read again where the arguments may tell more of it."""
    changes = _remembered(routine)
    definition = routine.facts.get("change")
    if not isinstance(definition, c.CreateFunction) or definition.body is None or not any(map(_may_vary, changes)):
        return list(changes)
    from auditor.migrations.effects import changes_of_call, changes_of_call_in_world  # loads the parsers

    given = (*access.arguments, *(argument.default_text for argument in definition.arguments))
    if any(text is not None for text in given):
        changes = list(changes_of_call(definition, access.arguments, access.named))
    if any(isinstance(one, c.Unknown) or _asks(one) for one in changes):
        return changes_of_call_in_world(definition, access.arguments, access.named, fold.world)
    return changes


def _asks(change: c.Change) -> bool:
    return isinstance(change, c.Rows) and change.access.action == "call" and None in change.access.arguments


def _remembered(routine: Object) -> list[c.Change]:
    changes: list[c.Change] = routine.facts.get("body_changes", [])
    return changes


def _may_vary(change: c.Change) -> bool:
    """Whether arguments may decide what a change is about, or whether it happens."""
    if isinstance(change, c.Rows):
        return change.access.action == "call"
    return not isinstance(change, c.Transaction | c.Harmless)


def _overload(candidates: list[Object], count: int) -> Object:
    """The overload that takes so many arguments, those with defaults last."""
    for routine in candidates:
        if len(routine.arguments) == count:
            return routine
    for routine in candidates:
        definition = routine.facts.get("change")
        arguments = definition.arguments if isinstance(definition, c.CreateFunction) else ()
        if count < len(routine.arguments) <= count + sum(argument.default for argument in arguments):
            return routine
    return candidates[0]
