"""C#."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.source.languages import base
from auditor.source.languages.base import Language, Read
from auditor.source.languages.expressions import Bound, Expression, Member, Other
from auditor.source.syntax import Node


def _conditional_access(node: Node, read: Read) -> Expression:
    """`a?.b` and `a?.b()`."""
    children = node.named_children()
    if len(children) != 2:
        return Other(node)
    place = children[1].named_children()[0] if children[1].named_children() else children[1]
    if children[1].kind() == "member_binding_expression":
        return Member(node, read(children[0]), place.text(), place)
    return Other(node)


def _declaration(node: Node) -> Iterator[Bound]:
    declared = node.field("type")
    owner = next((one for one in node.ancestors() if one.kind() == "class_declaration"), None)
    title = owner.field("name") if owner is not None else None
    for one in node.named_children():
        if one.kind() != "variable_declarator" or not one.named_children():
            continue
        children = one.named_children()
        value = children[-1] if len(children) > 1 else None
        yield Bound(children[0].text(), value, declared)
        if title is not None:
            yield Bound(f"{title.text()}.{children[0].text()}", value, declared)


CSHARP = Language(
    name="C#",
    grammar="csharp",
    suffixes=(".cs",),
    readers={
        "invocation_expression": base.call("function"),
        "object_creation_expression": base.call("type", creates=True),
        "member_access_expression": base.member("expression", "name"),
        "conditional_access_expression": _conditional_access,
        "await_expression": base.first,
        "parenthesized_expression": base.first,
        "cast_expression": base.last,
        "string_literal": base.text("string_literal_content"),
        "verbatim_string_literal": base.quoted('"', doubled=True),
        "raw_string_literal": base.text("raw_string_content"),
        "interpolated_string_expression": base.text("string_content", inner=("interpolation",)),
        "identifier": base.named,
        "binary_expression": base.binary("+"),
        "conditional_expression": base.choice("consequence", "alternative"),
    },
    bindings={
        "variable_declaration": _declaration,
        "assignment_expression": base.binds("left", "right"),
        "parameter": base.binds("name", "value", parameter=True),
    },
    imports={},
    callee=base.callee("member_access_expression", "name"),
    calls=("invocation_expression", "object_creation_expression"),
    links=frozenset({"invocation_expression", "member_access_expression", "conditional_access_expression"}),
    texts=("string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"),
    functions=frozenset(
        {"method_declaration", "constructor_declaration", "lambda_expression", "local_function_statement"}
    ),
    statements=frozenset(
        {
            "expression_statement",
            "local_declaration_statement",
            "field_declaration",
            "return_statement",
            "using_statement",
        }
    ),
    blocks=frozenset({"block"}),
    prose=frozenset({"throw_statement", "throw_expression"}),
    packages=True,
)
