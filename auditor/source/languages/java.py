"""Java."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.source.languages import base
from auditor.source.languages.base import Language
from auditor.source.languages.expressions import Bound
from auditor.source.syntax import Node


def declared_with_type(node: Node) -> Iterator[Bound]:
    """A field or variable: its type stands once, before all names."""
    declared = node.field("type")
    owner = next((one for one in node.ancestors() if "class" in one.kind() or "interface" in one.kind()), None)
    title = owner.field("name") if owner is not None else None
    for one in node.named_children():
        if one.kind() != "variable_declarator":
            continue
        name, value = one.field("name"), one.field("value")
        if name is None:
            continue
        yield Bound(name.text(), value, declared)
        if node.kind() == "field_declaration":
            yield Bound(f"this.{name.text()}", value, declared)
            if title is not None:
                yield Bound(f"{title.text()}.{name.text()}", value, declared)


JAVA = Language(
    name="Java",
    grammar="java",
    suffixes=(".java",),
    readers={
        "method_invocation": base.method("object", "name"),
        "object_creation_expression": base.call("type", creates=True),
        "field_access": base.member("object", "field"),
        "parenthesized_expression": base.first,
        "cast_expression": base.last,
        "string_literal": base.text("string_fragment", "multiline_string_fragment"),
        "identifier": base.named,
        "type_identifier": base.named,
        "this": base.named,
        "binary_expression": base.binary("+"),
        "ternary_expression": base.choice("consequence", "alternative"),
    },
    bindings={
        "local_variable_declaration": declared_with_type,
        "field_declaration": declared_with_type,
        "assignment_expression": base.binds("left", "right"),
        "formal_parameter": base.binds("name", "value", parameter=True),
        "enhanced_for_statement": base.binds("name", "value"),
    },
    imports={},
    callee=base.callee_field("name", "type"),
    calls=("method_invocation", "object_creation_expression"),
    links=frozenset({"method_invocation", "field_access"}),
    texts=("string_literal",),
    functions=frozenset({"method_declaration", "constructor_declaration", "lambda_expression"}),
    statements=frozenset(
        {
            "expression_statement",
            "local_variable_declaration",
            "field_declaration",
            "return_statement",
            "method_declaration",
            "try_with_resources_statement",
            "if_statement",
        }
    ),
    comments=("line_comment", "block_comment"),
    classes=("class_declaration", "interface_declaration"),
    blocks=frozenset({"block"}),
    prose=frozenset({"throw_statement", "import_declaration"}),
    packages=True,
)
