"""Questions about PL/pgSQL's trees: which expressions, which variables are set, what may leave.

The trees are those of libpg_query's PL/pgSQL JSON. Statement nodes are `{"PLpgSQL_stmt_if": {...}}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from auditor.sql import UnreadableSql, grammar
from auditor.sql.tree import Node, kind_and_body

LEAVING = frozenset({"PLpgSQL_stmt_return", "PLpgSQL_stmt_exit"})
_ASSIGNMENT = re.compile(r"[^:='\"(]*(?:\"[^\"]*\"[^:='\"(]*)*:?=")


@lru_cache(maxsize=64)  # one expression is asked several questions; the tree is not changed
def parse_one(text: str) -> Node | None:
    """The only statement of a text; None if it cannot be read or holds several."""
    try:
        statements = grammar.parse(text)
    except UnreadableSql:
        return None
    return statements[0]["stmt"] if len(statements) == 1 else None


def only_target(statement: Node) -> Node | None:
    """The expression of a SELECT that has only one."""
    targets = statement.get("SelectStmt", {}).get("targetList", ())
    return targets[0]["ResTarget"].get("val") if len(targets) == 1 else None


def expression_text(wrapped: Node) -> str:
    """The expression; of an assignment (modes 3 to 5) what stands behind `:=`."""
    expression = wrapped["PLpgSQL_expr"]
    text: str = expression.get("query", "")
    if expression.get("parseMode", 0) >= 3 and (match := _ASSIGNMENT.match(text)) is not None:
        return text[match.end() :].strip()
    return text


def expressions_in(node: Any) -> Iterator[Node]:
    """Every PLpgSQL_expr below a node."""
    if isinstance(node, list):
        for element in node:
            yield from expressions_in(element)
    elif isinstance(node, dict):
        if "PLpgSQL_expr" in node:
            yield node
        else:
            for value in node.values():
                if isinstance(value, (dict, list)):
                    yield from expressions_in(value)


def contains(node: Any, *kinds: str) -> bool:
    """Whether a node of one of the kinds stands anywhere below."""
    if isinstance(node, list):
        return any(contains(element, *kinds) for element in node)
    if isinstance(node, dict):
        return any(key in kinds or contains(value, *kinds) for key, value in node.items())
    return False


def surely_leaves(nodes: list[Node]) -> bool:
    """Whether a list of statements surely leaves at its end, and nowhere before."""
    if not nodes:
        return False
    kind, body = kind_and_body(nodes[-1])
    return kind in LEAVING and "cond" not in body and not contains(nodes[:-1], *LEAVING)


def jumps_far(node: Any) -> bool:
    """Whether an EXIT or CONTINUE with a label stands below: where it leads is not followed."""
    if isinstance(node, list):
        return any(jumps_far(element) for element in node)
    if isinstance(node, dict):
        return "label" in node.get("PLpgSQL_stmt_exit", ()) or any(jumps_far(value) for value in node.values())
    return False


def loop_variables(node: Any) -> Iterator[Node]:
    """The variables that `FOR i IN 1..3` declares, below a node."""
    if isinstance(node, list):
        for element in node:
            yield from loop_variables(element)
    elif isinstance(node, dict):
        if (loop := node.get("PLpgSQL_stmt_fori")) is not None:
            yield loop["var"]["PLpgSQL_var"]
        for value in node.values():
            if isinstance(value, (dict, list)):
                yield from loop_variables(value)


def blocks_in(node: Any) -> Iterator[Node]:
    """Every block below a node, from the outside in."""
    if isinstance(node, list):
        for element in node:
            yield from blocks_in(element)
    elif isinstance(node, dict):
        if (block := node.get("PLpgSQL_stmt_block")) is not None:
            yield block
        for value in node.values():
            if isinstance(value, (dict, list)):
                yield from blocks_in(value)


def assigned_in(node: Any, names: list[str]) -> set[str]:
    """Names of the variables that a node may set; any variable that a CALL names is among them."""
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key in ("varno", "target") and isinstance(value, int):
                    if value < len(names):
                        found.add(names[value])
                elif key in ("target", "var") and isinstance(value, dict):
                    found |= _targets(value)
                elif key == "PLpgSQL_stmt_call":
                    words = set(re.findall(r"\w+", value["expr"]["PLpgSQL_expr"].get("query", "").lower()))
                    found |= {name for name in names if name.partition(".")[0].lower() in words}
                elif isinstance(value, (dict, list)):
                    stack.append(value)
    return found


def _targets(wrapped: Node) -> set[str]:
    _, body = kind_and_body(wrapped)
    if "fields" in body:
        return {field.get("name", "") for field in body["fields"]}
    return {body.get("refname", "")}


def shortened(text: str) -> str:
    """A text for a message, no longer than 120 characters."""
    return text if len(text) <= 120 else f"{text[:117]}..."
