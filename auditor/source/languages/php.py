"""PHP."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.source.languages import base, expressions
from auditor.source.languages.base import Language, Read
from auditor.source.languages.expressions import Bound, Expression, Other
from auditor.source.syntax import Node


def _constant(node: Node, _read: Read) -> Expression:
    """`self::JOBS`, `Tables::JOBS`."""
    children = node.named_children()
    if len(children) != 2:
        return Other(node)
    owner = children[0].text()
    return expressions.Member(
        node,
        expressions.Named(children[0], "self" if owner in ("self", "static") else owner),
        children[1].text(),
        children[1],
    )


_interpolated = base.text(
    "string_content", direct=("variable_name", "member_access_expression", "subscript_expression")
)


def _body(node: Node, read: Read) -> Expression:
    body = next(
        (child for child in node.named_children() if child.kind() in ("heredoc_body", "nowdoc_body")), None
    )
    return read(body) if body is not None else Other(node)


def _scope(node: Node, _read: Read) -> Expression:
    return expressions.Named(node, node.text().rpartition("\\")[2])


def _const(node: Node) -> Iterator[Bound]:
    children = node.named_children()
    if len(children) != 2:
        return
    yield Bound(children[0].text(), children[1])
    owner = next((one for one in node.ancestors() if one.kind() == "class_declaration"), None)
    title = owner.field("name") if owner is not None else None
    if title is not None:
        yield Bound(f"{title.text()}.{children[0].text()}", children[1])
        yield Bound(f"self.{children[0].text()}", children[1])


def _property(node: Node) -> Iterator[Bound]:
    children = node.named_children()
    if len(children) == 2:
        yield Bound(f"this.{children[0].text().lstrip('$')}", children[1])


PHP = Language(
    name="PHP",
    grammar="php",
    suffixes=(".php",),
    readers={
        "member_call_expression": base.method("object", "name"),
        "nullsafe_member_call_expression": base.method("object", "name"),
        "scoped_call_expression": base.method("scope", "name"),
        "function_call_expression": base.call("function"),
        "object_creation_expression": base.items,
        "member_access_expression": base.member("object", "name"),
        "class_constant_access_expression": _constant,
        "parenthesized_expression": base.first,
        "string": base.text("string_content"),
        "encapsed_string": _interpolated,
        "heredoc": _body,
        "heredoc_body": _interpolated,
        "nowdoc": _body,
        "nowdoc_body": base.text("nowdoc_string"),
        "variable_name": base.named,
        "name": base.named,
        "qualified_name": _scope,
        "relative_scope": base.named,
        "binary_expression": base.binary("."),
        "conditional_expression": base.choice("body", "alternative"),
        "array_creation_expression": base.items,
    },
    bindings={
        "assignment_expression": base.binds("left", "right"),
        "augmented_assignment_expression": base.appends("left", "right"),
        "const_element": _const,
        "property_element": _property,
        "simple_parameter": base.binds("name", "default_value", parameter=True),
    },
    imports={},
    callee=base.callee_field("name", "function"),
    calls=(
        "member_call_expression",
        "nullsafe_member_call_expression",
        "scoped_call_expression",
        "function_call_expression",
    ),
    links=frozenset(
        {
            "member_call_expression",
            "nullsafe_member_call_expression",
            "scoped_call_expression",
            "function_call_expression",
            "member_access_expression",
        }
    ),
    texts=("string", "encapsed_string", "heredoc", "nowdoc"),
    functions=frozenset({"function_definition", "method_declaration", "anonymous_function", "arrow_function"}),
    statements=frozenset(
        {"expression_statement", "return_statement", "const_declaration", "property_declaration"}
    ),
    classes=("class_declaration",),
    prose=frozenset({"throw_expression"}),
    packages=True,
)
