"""EXCEPTION WHEN OTHERS that lets every error disappear.

https://www.postgresql.org/docs/current/plpgsql-control-structures.html#PLPGSQL-ERROR-TRAPPING
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.bodies.endings import statements_in
from auditor.bodies.routines import Routine
from auditor.bodies.scene import parsed
from auditor.migrations.effects.plpgsql_tree import expression_text, expressions_in
from auditor.sql.mentions import Mentions
from auditor.sql.tree import Node

_TELLING = re.compile(r"\b(sqlerrm|sqlstate)\b", re.IGNORECASE)


def swallowing_handlers(routine: Routine) -> Iterator[int]:
    """Lines of the body on which blocks begin whose WHEN OTHERS says nothing to anybody.

    A handler that raises anything (a NOTICE too), uses SQLERRM or SQLSTATE, reads the diagnostics, writes rows or
    calls a function tells somebody.
    """
    for kind, body in statements_in(routine.tree):
        if kind != "PLpgSQL_stmt_block":
            continue
        for wrapped in body.get("exceptions", {}).get("PLpgSQL_exception_block", {}).get("exc_list", ()):
            handler = wrapped["PLpgSQL_exception"]
            if _catches_all(handler) and not _tells(handler.get("action", [])):
                yield _first_line(handler.get("action", []), body.get("lineno", 1))


# Private


def _catches_all(handler: Node) -> bool:
    return any(
        condition["PLpgSQL_condition"].get("condname") == "others" for condition in handler.get("conditions", ())
    )


def _tells(action: list[Node]) -> bool:
    for kind, _ in statements_in(action):
        if kind in {
            "PLpgSQL_stmt_raise",
            "PLpgSQL_stmt_getdiag",
            "PLpgSQL_stmt_dynexecute",
            "PLpgSQL_stmt_call",
            "PLpgSQL_stmt_rollback",
        }:
            return True
    for expression in expressions_in(action):
        text = expression_text(expression)
        if _TELLING.search(text):
            return True
        whole = expression["PLpgSQL_expr"].get("parseMode", 0) == 0
        tree = parsed(text if whole else f"SELECT {text}")
        if tree is None:
            return True  # not understood: nothing is claimed
        accesses = Mentions().walk(tree).accesses()
        if any(access.action in ("write", "call") for access in accesses):
            return True
    return False


def _first_line(action: list[Node], otherwise: int) -> int:
    lines = [int(body["lineno"]) for _, body in statements_in(action) if "lineno" in body]
    return min(lines, default=otherwise)
