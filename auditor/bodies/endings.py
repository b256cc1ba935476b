"""Whether control can reach the end of a PL/pgSQL body without RETURN.

What cannot be decided counts as reachable, but for three things that PostgreSQL or common sense rule out: a CASE
without ELSE raises where nothing matches, a loop without condition ends by EXIT only, and a chain of IF over
TG_OP that names every event of the function's triggers leaves none over.

https://www.postgresql.org/docs/current/plpgsql-control-structures.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, parsed
from auditor.sql.scopes import compared_with
from auditor.sql.tree import Node, kind_and_body, strings

_ERROR_LEVEL = 21
_ROW_EVENTS = frozenset({"insert", "update", "delete"})
_FALLS_OFF_QUIETLY = frozenset({"void"})


def must_return(routine: Routine) -> bool:
    """Whether the end of the body is an error: not for procedures, void, sets and OUT parameters."""
    definition = routine.definition
    if routine.language != "plpgsql" or definition.kind == "procedure" or definition.returns is None:
        return False
    if definition.returns.setof or any(argument.mode in "obt" for argument in definition.arguments):
        return False
    return definition.returns.name not in _FALLS_OFF_QUIETLY


def open_end(routine: Routine, scene: Scene) -> int | None:
    """The line of the body after whose statement control can fall off the end, or None.

    Args:
        routine: one for which :func:`must_return` holds.
        scene: whose triggers say which events there are.
    """
    if routine.tree is None:
        return None
    events = {event for trigger in scene.triggers_of(routine) for event in trigger.events}
    paths = _Paths(frozenset(events) or _ROW_EVENTS)
    action = routine.tree.get("action", {})
    return paths.last_line(action) if paths.completes(action) else None


def returns_only(routine: Routine, what: str) -> bool:
    """Whether every RETURN of the body gives that name (`new`), and there is one."""
    returned = [
        " ".join(body.get("expr", {}).get("PLpgSQL_expr", {}).get("query", "").lower().split())
        for kind, body in statements_in(routine.tree)
        if kind == "PLpgSQL_stmt_return" and "lineno" in body
    ]
    return bool(returned) and all(text == what for text in returned)


def statements_in(node: Any) -> Iterable[tuple[str, Node]]:
    """Every PL/pgSQL statement below a node, in no particular order."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key.startswith("PLpgSQL_stmt_") and isinstance(value, dict):
                    yield key, value
                if isinstance(value, (dict, list)):
                    stack.append(value)


# Private


class _Paths:
    def __init__(self, events: frozenset[str]) -> None:
        self._events = events

    def completes(self, node: Node) -> bool:
        """Whether control may go on behind a statement."""
        kind, body = kind_and_body(node)
        match kind:
            case "PLpgSQL_stmt_return":
                return "lineno" not in body  # the one that the parser adds at the end
            case "PLpgSQL_stmt_raise":
                return bool(body.get("elog_level", _ERROR_LEVEL) < _ERROR_LEVEL)
            case "PLpgSQL_stmt_exit":
                return "cond" in body
            case "PLpgSQL_stmt_block":
                return self._block(body)
            case "PLpgSQL_stmt_if":
                return self._if(body)
            case "PLpgSQL_stmt_case":
                branches = [
                    branch.get("stmts", [])
                    for wrapped in body.get("case_when_list", ())
                    for branch in wrapped.values()
                ]
                if "else_stmts" in body or body.get("have_else"):
                    branches.append(body.get("else_stmts", []))
                return any(map(self.all_complete, branches))
            case "PLpgSQL_stmt_loop":
                return _may_exit(body)
            case "PLpgSQL_stmt_while":
                condition = body.get("cond", {}).get("PLpgSQL_expr", {}).get("query", "").strip().lower()
                return condition != "true" or _may_exit(body)
        return True

    def all_complete(self, nodes: list[Node]) -> bool:
        """Whether control may go on behind a list of statements."""
        return all(map(self.completes, nodes))

    def last_line(self, node: Node) -> int:
        """The line of the last statement from which control falls off."""
        kind, body = kind_and_body(node)
        line = int(body.get("lineno", 1))
        if kind == "PLpgSQL_stmt_block":
            real = [one for one in body.get("body", ()) if "lineno" in kind_and_body(one)[1]]
            if real and self.all_complete(body.get("body", [])):
                return self.last_line(real[-1])
        return line

    # Private

    def _block(self, body: Node) -> bool:
        handlers = body.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", ())
        actions = [handler["PLpgSQL_exception"].get("action", []) for handler in handlers]
        label = body.get("label")
        left = label is not None and _leaves_to(body.get("body", []), label)
        return left or self.all_complete(body.get("body", [])) or any(map(self.all_complete, actions))

    def _if(self, body: Node) -> bool:
        branches = [(body["cond"], body.get("then_body", []))]
        elsifs = [wrapped["PLpgSQL_if_elsif"] for wrapped in body.get("elsif_list", ())]
        branches += [(one["cond"], one.get("stmts", [])) for one in elsifs]
        if any(self.all_complete(statements) for _, statements in branches):
            return True
        if "else_body" in body:
            return self.all_complete(body["else_body"])
        named = [_events_named(condition) for condition, _ in branches]
        return any(one is None for one in named) or not self._events <= {
            event for events in named for event in events or ()
        }


def _events_named(condition: Node) -> set[str] | None:
    """The events that `TG_OP = 'INSERT' OR TG_OP IN (...)` lets through; None for any other condition."""
    tree = parsed(f"SELECT {condition['PLpgSQL_expr'].get('query', '')}")
    targets = (tree or {}).get("SelectStmt", {}).get("targetList", ())
    return _events(targets[0]["ResTarget"].get("val", {})) if len(targets) == 1 else None


def _events(node: Node) -> set[str] | None:
    kind, body = kind_and_body(node)
    if kind == "BoolExpr" and body.get("boolop") == "OR_EXPR":
        parts = [_events(part) for part in body.get("args", ())]
        return None if None in parts else {event for part in parts for event in part or ()}
    if kind != "A_Expr" or strings(body.get("lexpr", {}).get("ColumnRef", {}).get("fields", ())) != ["tg_op"]:
        return None
    return {value.lower() for value in compared_with(body)} or None


def _may_exit(loop: Node) -> bool:
    """Whether an EXIT leaves a loop: one of its own, or one with its label."""
    return _exits(loop.get("body", []), loop.get("label"), inner=False)


def _exits(node: Any, label: str | None, *, inner: bool) -> bool:
    if isinstance(node, list):
        return any(_exits(element, label, inner=inner) for element in node)
    if not isinstance(node, dict):
        return False
    for key, value in node.items():
        if key == "PLpgSQL_stmt_exit" and value.get("is_exit", False):
            target = value.get("label")
            if (target is None and not inner) or (target is not None and target == label):
                return True
        deeper = inner or key in _LOOPS
        if isinstance(value, (dict, list)) and _exits(value, label, inner=deeper):
            return True
    return False


def _leaves_to(node: Any, label: str) -> bool:
    """Whether an EXIT with that label stands below."""
    return any(
        kind == "PLpgSQL_stmt_exit" and body.get("is_exit", False) and body.get("label") == label
        for kind, body in statements_in(node)
    )


_LOOPS = frozenset(
    f"PLpgSQL_stmt_{kind}" for kind in ("loop", "while", "fori", "fors", "forc", "foreach_a", "dynfors")
)
