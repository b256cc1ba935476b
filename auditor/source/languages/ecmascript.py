"""TypeScript, TSX and JavaScript: one table, for their grammars share the kinds; JavaScript is read as TSX."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.source.languages import base
from auditor.source.languages.base import Language, Read
from auditor.source.languages.expressions import Bound, Entries, Expression, Imported, Member, Other, Text
from auditor.source.syntax import Node

_FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function_declaration",
        "generator_function",
        "arrow_function",
        "method_definition",
    }
)


def _subscript(node: Node, read: Read) -> Expression:
    inner, index = node.field("object"), node.field("index")
    if inner is None or index is None:
        return Other(node)
    key = read(index)
    if isinstance(key, Text) and len(key.parts) == 1 and isinstance(key.parts[0], str):
        return Member(node, read(inner), key.parts[0], index)
    return Other(node)


def _enumeration(node: Node, _read: Read) -> Expression:
    found: dict[str, Node] = {}
    for child in node.named_children():
        name, value = child.field("name"), child.field("value")
        if name is not None and value is not None:
            found[name.text().strip("'\"")] = value
    return Entries(node, found)


def _declares(node: Node) -> Iterator[Bound]:
    name, body = node.field("name"), node.field("body")
    if name is not None:
        yield Bound(name.text(), body if node.kind() == "enum_declaration" else node)


def _field_of_class(node: Node) -> Iterator[Bound]:
    name, value = node.field("name") or node.field("property"), node.field("value")
    if name is None:
        return
    yield Bound(f"this.{name.text()}", value, node.field("type"))
    owner = next((one for one in node.ancestors() if one.kind() in ("class_declaration", "class")), None)
    title = owner.field("name") if owner is not None else None
    if title is not None:
        yield Bound(f"{title.text()}.{name.text()}", value)


def _parameters(node: Node) -> Iterator[Bound]:
    """Of plain JavaScript, where a parameter is nothing but its pattern."""
    for child in node.named_children():
        if child.kind() == "identifier":
            yield Bound(child.text(), None, parameter=True)
        elif child.kind() == "assignment_pattern" and (left := child.field("left")) is not None:
            yield Bound(left.text(), child.field("right"), parameter=True)


def _import(node: Node) -> Iterator[Imported]:
    source = node.field("source")
    if source is None:
        return
    module = source.text().strip("'\"`")
    for child in node.children():
        if child.kind() != "import_clause":
            continue
        for clause in child.named_children():
            if clause.kind() == "identifier":
                yield Imported(clause.text(), module, "default")
            elif clause.kind() == "namespace_import":
                yield Imported(clause.named_children()[0].text(), module, None)
            elif clause.kind() == "named_imports":
                for one in clause.named_children():
                    name = one.field("name")
                    if name is not None:
                        yield Imported((one.field("alias") or name).text(), module, name.text())


def _required(node: Node) -> Iterator[Imported]:
    """`const { T } = require('./x')`, `= await import('./x')`."""
    name, value = node.field("name"), node.field("value")
    if value is not None and value.kind() == "await_expression":
        value = value.named_children()[0]
    if name is None or value is None or value.kind() != "call_expression":
        return
    function, arguments = value.field("function"), value.field("arguments")
    if function is None or arguments is None or function.text() not in ("require", "import"):
        return
    module = arguments.text().strip("()'\"` ")
    if name.kind() == "identifier":
        yield Imported(name.text(), module, None)
    elif name.kind() == "object_pattern":
        for one in name.named_children():
            key, own = one.field("key"), one.field("value")
            original = key.text() if key is not None else one.text()
            yield Imported(own.text() if own is not None else original, module, original)


_READERS = {
    "call_expression": base.call("function"),
    "new_expression": base.call("constructor", creates=True),
    "member_expression": base.member("object", "property"),
    "subscript_expression": _subscript,
    "await_expression": base.first,
    "parenthesized_expression": base.first,
    "as_expression": base.first,
    "satisfies_expression": base.first,
    "non_null_expression": base.first,
    "string": base.text("string_fragment"),
    "template_string": base.text("string_fragment", inner=("template_substitution",)),
    "identifier": base.named,
    "shorthand_property_identifier": base.named,
    "this": base.named,
    "super": base.named,
    "binary_expression": base.binary("+"),
    "ternary_expression": base.choice("consequence", "alternative"),
    "object": base.entries("pair"),
    "array": base.items,
    "enum_body": _enumeration,
}
_BINDINGS = {
    "variable_declarator": base.binds("name", "value"),
    "assignment_expression": base.binds("left", "right"),
    "augmented_assignment_expression": base.appends("left", "right"),
    "required_parameter": base.binds("pattern", "value", parameter=True),
    "optional_parameter": base.binds("pattern", "value", parameter=True),
    "formal_parameters": _parameters,
    "for_in_statement": base.binds("left", "right"),
    "public_field_definition": _field_of_class,
    "function_declaration": _declares,
    "enum_declaration": _declares,
}


def _language(name: str, grammar: str, *suffixes: str) -> Language:
    return Language(
        name=name,
        grammar=grammar,
        suffixes=suffixes,
        readers=_READERS | ({"type_assertion": base.last} if grammar == "typescript" else {}),
        bindings=_BINDINGS,
        imports={"import_statement": _import, "variable_declarator": _required},
        callee=base.callee("member_expression", "property"),
        calls=("call_expression", "new_expression"),
        links=frozenset({"call_expression", "member_expression", "non_null_expression"}),
        texts=("string", "template_string"),
        functions=_FUNCTIONS,
        statements=frozenset(
            {
                "expression_statement",
                "lexical_declaration",
                "variable_declaration",
                "return_statement",
                "throw_statement",
                "if_statement",
                "public_field_definition",
                "export_statement",
            }
        ),
        blocks=frozenset({"statement_block", "for_in_statement"}),
        prose=frozenset(
            {
                "import_statement",
                "literal_type",
                "property_signature",
                "throw_statement",
                "switch_case",
                *(("jsx_attribute",) if grammar == "tsx" else ()),
            }
        ),
    )


TYPESCRIPT = _language("TypeScript", "typescript", ".ts", ".mts", ".cts")
TSX = _language("TSX", "tsx", ".tsx")
JAVASCRIPT = _language("JavaScript", "tsx", ".js", ".jsx", ".mjs", ".cjs")
