"""Python."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.source.languages import base, expressions
from auditor.source.languages.base import Language, Read
from auditor.source.languages.expressions import Bound, Expression, Imported, Other, Text
from auditor.source.syntax import Node


def _operator(node: Node, read: Read) -> Expression:
    left, right, operator = node.field("left"), node.field("right"), node.field("operator")
    if left is None or right is None or operator is None:
        return Other(node)
    if operator.text() == "+":
        return base.concatenation(node, [read(left), read(right)])
    text = read(left)
    if operator.text() == "%" and isinstance(text, Text):
        values = right.named_children() if right.kind() == "tuple" else [right]
        return base.formatted(node, text.parts, [(None, read(value)) for value in values])
    return Other(node)


def _conditional(node: Node, read: Read) -> Expression:
    children = node.named_children()
    return expressions.Choice(node, (read(children[0]), read(children[2]))) if len(children) == 3 else Other(node)


def _comprehension(node: Node, _read: Read) -> Expression:
    body = node.field("body")
    return expressions.Items(node, (body,)) if body is not None else Other(node)


def _string(node: Node, read: Read) -> Expression:
    found = base.text("string_content", inner=("interpolation",))(node, read)
    raw = node.text()[:2].lower()
    if not isinstance(found, Text) or "r" in raw.split('"')[0].split("'")[0]:
        return found
    return Text(node, tuple(base.without_escapes(one) if isinstance(one, str) else one for one in found.parts))


def _assignment(node: Node) -> Iterator[Bound]:
    for bound in base.binds("left", "right")(node):
        yield bound
        owner = next(
            (one for one in node.ancestors() if one.kind() in ("class_definition", "function_definition")), None
        )
        title = owner.field("name") if owner is not None and owner.kind() == "class_definition" else None
        if title is not None:
            yield Bound(f"{title.text()}.{bound.name}", bound.value)
            yield Bound(f"self.{bound.name}", bound.value)


def _parameter(node: Node) -> Iterator[Bound]:
    """`x`, `x: T`, `x: T = v`, `x=v` of a definition."""
    for child in node.named_children():
        kind = child.kind()
        if kind == "identifier":
            yield Bound(child.text(), None, parameter=True)
        elif kind == "typed_parameter":
            yield Bound(child.named_children()[0].text(), None, child.field("type"), parameter=True)
        elif kind in ("default_parameter", "typed_default_parameter"):
            name = child.field("name")
            if name is not None:
                yield Bound(name.text(), child.field("value"), child.field("type"), parameter=True)


def _loop(node: Node) -> Iterator[Bound]:
    left, right = node.field("left"), node.field("right")
    if left is not None and left.kind() == "identifier":
        yield Bound(left.text(), right)


def _with(node: Node) -> Iterator[Bound]:
    children = node.named_children()
    if len(children) == 2:
        yield Bound(children[1].text(), children[0])


def _declares(node: Node) -> Iterator[Bound]:
    name = node.field("name")
    if name is not None:
        yield Bound(name.text(), node)


def _from(node: Node) -> Iterator[Imported]:
    module = node.field("module_name")
    if module is None:
        return
    for one in node.field_children("name"):
        name = one.field("name") or one
        alias = one.field("alias")
        yield Imported((alias or name).text(), module.text(), name.text())


def _import(node: Node) -> Iterator[Imported]:
    for one in node.field_children("name"):
        name, alias = one.field("name") or one, one.field("alias")
        yield Imported(alias.text() if alias is not None else name.text().split(".")[0], name.text(), None)


PYTHON = Language(
    name="Python",
    grammar="python",
    suffixes=(".py", ".pyw"),
    readers={
        "call": base.call("function"),
        "attribute": base.member("object", "attribute"),
        "await": base.first,
        "parenthesized_expression": base.first,
        "string": _string,
        "concatenated_string": base.joined,
        "identifier": base.named,
        "binary_operator": _operator,
        "boolean_operator": base.binary(),
        "conditional_expression": _conditional,
        "dictionary": base.entries("pair"),
        "list": base.items,
        "list_comprehension": _comprehension,
        "tuple": base.items,
        "named_expression": base.last,
    },
    bindings={
        "assignment": _assignment,
        "named_expression": base.binds("name", "value"),
        "augmented_assignment": base.appends("left", "right"),
        "parameters": _parameter,
        "for_statement": _loop,
        "as_pattern": _with,
        "function_definition": _declares,
    },
    imports={"import_from_statement": _from, "import_statement": _import},
    callee=base.callee("attribute", "attribute"),
    calls=("call",),
    links=frozenset({"call", "attribute"}),
    texts=("concatenated_string", "string"),
    functions=frozenset({"function_definition", "lambda"}),
    statements=frozenset(
        {
            "expression_statement",
            "return_statement",
            "with_statement",
            "for_statement",
            "if_statement",
            "raise_statement",
        }
    ),
    classes=("class_definition",),
    prose=frozenset({"raise_statement", "type", "import_from_statement"}),
)
