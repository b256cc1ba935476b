"""Kotlin, whose grammar names no fields."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.source.languages import base, expressions
from auditor.source.languages.base import Language, Read
from auditor.source.languages.expressions import Bound, Call, Expression, Member, Other, Text
from auditor.source.syntax import Node


def _call(node: Node, read: Read) -> Expression:
    children = node.named_children()
    if len(children) < 2:
        return Other(node)
    given = next((one for one in children[-1].named_children() if one.kind() == "value_arguments"), None)
    return Call(node, read(children[0]), base.arguments_in(given))


def _navigation(node: Node, read: Read) -> Expression:
    children = node.named_children()
    names = children[-1].named_children() if children else []
    return Member(node, read(children[0]), names[0].text(), names[0]) if names else Other(node)


def _string(node: Node, read: Read) -> Expression:
    parts: list[str | Expression] = []
    for child in node.named_children():
        kind = child.kind()
        if kind == "string_content":
            parts.append(child.text())
        elif kind == "interpolated_identifier":
            parts.append(expressions.Named(child, child.text()))
        elif kind == "interpolated_expression":
            parts.append(base.first(child, read))
        elif kind == "character_escape_seq":
            parts.append(base.unescaped(child.text()))
    return Text(node, tuple(parts))


def _property(node: Node) -> Iterator[Bound]:
    children = node.named_children()
    declared = next((one for one in children if one.kind() == "variable_declaration"), None)
    if declared is None:
        return
    names = declared.named_children()
    value = children[-1] if children[-1] != declared else None
    yield Bound(names[0].text(), value, names[1] if len(names) > 1 else None)


def _parameter(node: Node) -> Iterator[Bound]:
    names = [one for one in node.named_children() if one.kind() == "simple_identifier"]
    types = [one for one in node.named_children() if one.kind() == "user_type"]
    if names:
        yield Bound(names[0].text(), None, types[0] if types else None, parameter=True)


def _callee(node: Node) -> Node | None:
    children = node.named_children()
    inner = children[0] if children else None
    if inner is None or inner.kind() != "navigation_expression":
        return inner
    names = inner.named_children()[-1].named_children()
    return names[0] if names else None


KOTLIN = Language(
    name="Kotlin",
    grammar="kotlin",
    suffixes=(".kt", ".kts"),
    readers={
        "call_expression": _call,
        "navigation_expression": _navigation,
        "parenthesized_expression": base.first,
        "string_literal": _string,
        "simple_identifier": base.named,
        "this_expression": base.named,
        "additive_expression": base.binary("+"),
        "elvis_expression": base.binary(),
    },
    bindings={"property_declaration": _property, "parameter": _parameter, "class_parameter": _parameter},
    imports={},
    callee=_callee,
    calls=("call_expression",),
    links=frozenset({"call_expression", "navigation_expression"}),
    texts=("string_literal",),
    functions=frozenset({"function_declaration", "lambda_literal"}),
    statements=frozenset({"property_declaration", "jump_expression", "call_expression"}),
    comments=("line_comment", "multiline_comment"),
    classes=("class_declaration",),
    prose=frozenset({"import_header"}),
    packages=True,
)
