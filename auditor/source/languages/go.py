"""Go."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.source.languages import base, expressions
from auditor.source.languages.base import Language, Read
from auditor.source.languages.expressions import Argument, Bound, Call, Expression, Imported, Other
from auditor.source.syntax import Node


def _composite(node: Node, _read: Read) -> Expression:
    """`Job{...}`: an object made of a type; a map or a slice is nothing."""
    kind, body = node.field("type"), node.field("body")
    if kind is None or kind.kind() not in ("type_identifier", "qualified_type"):
        return Other(node)
    elements = body.named_children() if body is not None else []
    given = [
        one.named_children()[0] for one in elements if one.kind() == "literal_element" and one.named_children()
    ]
    arguments = tuple(Argument(None, one) for one in given)
    return Call(node, expressions.Named(kind, kind.text().rpartition(".")[2]), arguments, creates=True)


def _parameter(node: Node) -> Iterator[Bound]:
    declared = node.field("type")
    for child in node.field_children("name"):
        yield Bound(child.text(), None, declared, parameter=True)


def _declares(node: Node) -> Iterator[Bound]:
    name = node.field("name")
    if name is not None:
        yield Bound(name.text(), node)


def _import(node: Node) -> Iterator[Imported]:
    path, name = node.field("path"), node.field("name")
    if path is not None:
        module = path.text().strip('"`')
        yield Imported(name.text() if name is not None else module.rpartition("/")[2], module, None)


GO = Language(
    name="Go",
    grammar="go",
    suffixes=(".go",),
    readers={
        "call_expression": base.call("function"),
        "selector_expression": base.member("operand", "field"),
        "parenthesized_expression": base.first,
        "unary_expression": base.last,
        "interpreted_string_literal": base.text("interpreted_string_literal_content"),
        "raw_string_literal": base.text("raw_string_literal_content"),
        "identifier": base.named,
        "binary_expression": base.binary("+"),
        "composite_literal": _composite,
        "expression_list": base.first,
    },
    bindings={
        "short_var_declaration": base.binds("left", "right"),
        "const_spec": base.binds("name", "value"),
        "var_spec": base.binds("name", "value"),
        "assignment_statement": base.binds("left", "right"),
        "parameter_declaration": _parameter,
        "function_declaration": _declares,
    },
    imports={"import_spec": _import},
    callee=base.callee("selector_expression", "field"),
    calls=("call_expression",),
    links=frozenset({"call_expression", "selector_expression"}),
    texts=("interpreted_string_literal", "raw_string_literal"),
    functions=frozenset({"function_declaration", "method_declaration", "func_literal"}),
    statements=frozenset(
        {
            "expression_statement",
            "short_var_declaration",
            "assignment_statement",
            "return_statement",
            "const_declaration",
            "var_declaration",
            "if_statement",
            "for_statement",
        }
    ),
    classes=("method_declaration",),
    blocks=frozenset({"block"}),
    prose=frozenset({"import_spec"}),
    packages=True,
)
