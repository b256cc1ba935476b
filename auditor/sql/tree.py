"""Small readers for nodes of libpg_query's JSON trees.

A node is a dict. Within lists, and where the grammar allows several kinds, it is wrapped in a dict with its
kind as the only key: `{"RangeVar": {...}}`; where only one kind can stand it is bare. Fields that are zero,
false or empty are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from auditor.model.change import Name, TypeName

Node = dict[str, Any]


def kind_and_body(wrapped: Node) -> tuple[str, Node]:
    """`{"RangeVar": {...}}` as `("RangeVar", {...})`; an empty node as `("", {})`."""
    for kind, body in wrapped.items():
        return kind, body
    return "", {}


def strings(nodes: Iterable[Node]) -> list[str]:
    """The texts of String nodes; `A_Star` gives `*`, any other kind is left out."""
    found = []
    for node in nodes:
        if (string := node.get("String")) is not None:
            found.append(string.get("sval", ""))
        elif "A_Star" in node:
            found.append("*")
    return found


def items(node: Node | None) -> list[Node]:
    """The elements of a List node."""
    return node["List"].get("items", []) if node and "List" in node else []


def name_of(parts: list[str]) -> Name:
    """`["schema", "name"]` or `["name"]`; a catalog (database) in front is left out."""
    return Name(parts[-1], parts[-2]) if len(parts) > 1 else Name(parts[-1])


def name_of_nodes(nodes: Iterable[Node]) -> Name:
    """The name that a list of String nodes spells."""
    return name_of(strings(nodes))


def relation_name(range_var: Node) -> Name:
    """The name of a RangeVar."""
    return Name(range_var.get("relname", ""), range_var.get("schemaname"))


def role_name(role_spec: Node) -> str:
    """The name of a RoleSpec; `public`, `current_user`, `current_role` or `session_user` for the special ones."""
    kind = role_spec.get("roletype", "")
    if kind == "ROLESPEC_CSTRING":
        return str(role_spec.get("rolename", ""))
    return str(kind).removeprefix("ROLESPEC_").lower()


def role_names(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The names of a list of RoleSpec nodes."""
    return tuple(role_name(node["RoleSpec"]) for node in nodes)


def type_name(node: Node) -> TypeName:
    """A TypeName node as a value."""
    parts = strings(node.get("names", ()))
    array = len(node.get("arrayBounds", ()))
    setof = node.get("setof", False)
    if node.get("pct_type"):
        table = name_of(parts[:-1])
        return TypeName(table.name, table.schema, array, None, setof, parts[-1])
    modifiers = [literal(modifier) for modifier in node.get("typmods", ())]
    text = ",".join(value for value in modifiers if value is not None) or None
    return TypeName(parts[-1], parts[-2] if len(parts) > 1 else None, array, text, setof)


def literal(node: Node | None) -> str | None:
    """The text of a constant, seen through casts: `'a'::app.kind` is `a`, `1` is `1`; else None (NULL too)."""
    while node is not None and (cast := node.get("TypeCast")) is not None:
        node = cast.get("arg")
    constant = node.get("A_Const") if node is not None else None
    if constant is None:
        return None
    if (string := constant.get("sval")) is not None:
        return str(string.get("sval", ""))
    if (integer := constant.get("ival")) is not None:
        return str(integer.get("ival", 0))
    if (number := constant.get("fval")) is not None:
        return str(number.get("fval", ""))
    if (boolean := constant.get("boolval")) is not None:
        return "true" if boolean.get("boolval") else "false"
    if (bits := constant.get("bsval")) is not None:
        return str(bits.get("bsval", ""))
    return None


def string_literal(node: Node | None) -> str | None:
    """The text of a string constant, seen through casts; None for anything else, numbers too."""
    while node is not None and (cast := node.get("TypeCast")) is not None:
        node = cast.get("arg")
    constant = node.get("A_Const") if node is not None else None
    if constant is None or "sval" not in constant:
        return None
    return str(constant["sval"].get("sval", ""))


def array_literal(node: Node | None) -> list[str] | None:
    """The texts of `ARRAY['a', 'b']` or `'{a,b}'`, seen through casts; None if it is not constant."""
    while node is not None and (cast := node.get("TypeCast")) is not None:
        node = cast.get("arg")
    if node is None:
        return None
    if (array := node.get("A_ArrayExpr")) is not None:
        values = [literal(element) for element in array.get("elements", ())]
        return None if None in values else [value for value in values if value is not None]
    text = string_literal(node)
    return None if text is None else array_text(text)


def array_text(text: str) -> list[str] | None:
    """The elements of an array's text form, `{a,"b c"}`; None if it is not one, is nested or holds NULL.

    https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
    """
    text = text.strip()
    if len(text) < 2 or text[0] != "{" or text[-1] != "}":
        return None
    elements: list[str] = []
    current: list[str] = []
    quoted = was_quoted = False
    body = iter(text[1:-1])
    for character in body:
        if character == "\\":
            current.append(next(body, ""))
        elif character == '"':
            quoted, was_quoted = not quoted, True
        elif quoted:
            current.append(character)
        elif character in "{}":
            return None
        elif character == ",":
            elements.append("".join(current) if was_quoted else "".join(current).strip())
            current, was_quoted = [], False
        else:
            current.append(character)
    last = "".join(current) if was_quoted else "".join(current).strip()
    if elements or last or was_quoted:
        elements.append(last)
    return None if "NULL" in elements or "null" in elements else elements


def def_elems(nodes: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    """Name and argument of DefElem nodes; the argument is `{}` where there is none."""
    for node in nodes:
        element = node["DefElem"]
        yield element.get("defname", ""), element.get("arg", {})


def first_location(node: Any) -> int | None:
    """The lowest byte position that a tree mentions, or None."""
    lowest: int | None = None
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key == "location":
                    if value >= 0 and (lowest is None or value < lowest):
                        lowest = value
                elif isinstance(value, (dict, list)):
                    stack.append(value)
    return lowest
