"""Rust."""

from __future__ import annotations

from auditor.source.languages import base, expressions
from auditor.source.languages.base import Language, Read
from auditor.source.languages.expressions import Argument, Call, Expression, Other, Text
from auditor.source.syntax import Node


def _macro(node: Node, read: Read) -> Expression:
    """`format!("... {}", x)` is a text; `query!("...")` a call. The tokens of a macro are not parsed further."""
    name = node.field("macro")
    tokens = next((child for child in node.named_children() if child.kind() == "token_tree"), None)
    if name is None or tokens is None:
        return Other(node)
    groups: list[list[Node]] = [[]]
    for child in tokens.children()[1:-1]:
        if child.text() == ",":
            groups.append([])
        else:
            groups[-1].append(child)
    given = [group[-1] for group in groups if group]
    title = name.text().rpartition("::")[2]
    if title in ("format", "concat", "format_args") and given:
        found = [read(one) for one in given]
        if title == "concat":
            return base.concatenation(node, found)
        if isinstance(found[0], Text):
            return base.formatted(node, found[0].parts, [(None, one) for one in found[1:]], by_variable=True)
    return Call(node, expressions.Named(name, f"{title}!"), tuple(Argument(None, one) for one in given))


def _scoped(node: Node, read: Read) -> Expression:
    path, name = node.field("path"), node.field("name")
    if path is None or name is None:
        return Other(node)
    return expressions.Member(node, read(path), name.text(), name)


def _callee(node: Node) -> Node | None:
    name = node.field("macro")
    if name is not None:
        return name
    inner = node.field("function")
    if inner is None:
        return None
    return inner.field("field") or inner.field("name") or inner


RUST = Language(
    name="Rust",
    grammar="rust",
    suffixes=(".rs",),
    readers={
        "call_expression": base.call("function"),
        "macro_invocation": _macro,
        "generic_function": base.first,
        "field_expression": base.member("value", "field"),
        "scoped_identifier": _scoped,
        "await_expression": base.first,
        "try_expression": base.first,
        "reference_expression": base.last,
        "parenthesized_expression": base.first,
        "string_literal": base.text("string_content"),
        "raw_string_literal": base.text("string_content"),
        "identifier": base.named,
        "self": base.named,
        "crate": base.named,
        "binary_expression": base.binary("+"),
    },
    bindings={
        "let_declaration": base.binds("pattern", "value"),
        "const_item": base.binds("name", "value"),
        "static_item": base.binds("name", "value"),
        "parameter": base.binds("pattern", "value", parameter=True),
    },
    imports={},
    callee=_callee,
    calls=("call_expression", "macro_invocation"),
    links=frozenset(
        {"call_expression", "field_expression", "await_expression", "try_expression", "generic_function"}
    ),
    texts=("string_literal", "raw_string_literal"),
    functions=frozenset({"function_item", "closure_expression"}),
    statements=frozenset(
        {"expression_statement", "let_declaration", "const_item", "static_item", "function_item"}
    ),
    comments=("line_comment", "block_comment"),
    classes=("macro_invocation", "struct_item"),
    blocks=frozenset({"block"}),
    prose=frozenset({"attribute_item"}),
    packages=True,
)
