"""Ruby."""

from __future__ import annotations

from auditor.source.languages import base, expressions
from auditor.source.languages.base import Language, Read
from auditor.source.languages.expressions import Expression, Other
from auditor.source.syntax import Node


def _call(node: Node, read: Read) -> Expression:
    name = node.field("method")
    if name is None:
        return Other(node)
    return base.method("receiver", "method")(node, read)


def _scoped(node: Node, read: Read) -> Expression:
    """`Foo::Bar`: the name of a class."""
    name = node.field("name")
    return expressions.Named(node, name.text()) if name is not None else read(node.named_children()[0])


def _heredoc(node: Node, read: Read) -> Expression:
    """What `<<~SQL` begins stands behind the statement."""
    for around in node.ancestors():
        for child in around.next_all():
            if child.kind() == "heredoc_body":
                return read(child)
    return Other(node)


RUBY = Language(
    name="Ruby",
    grammar="ruby",
    suffixes=(".rb", ".rake"),
    readers={
        "call": _call,
        "scope_resolution": _scoped,
        "parenthesized_statements": base.first,
        "string": base.text("string_content", inner=("interpolation",)),
        "chained_string": base.joined,
        "heredoc_body": base.text("heredoc_content", inner=("interpolation",)),
        "heredoc_beginning": _heredoc,
        "simple_symbol": lambda node, _read: expressions.Text(node, (node.text()[1:],)),
        "identifier": base.named,
        "constant": base.named,
        "instance_variable": base.named,
        "self": base.named,
        "binary": base.binary("+"),
        "conditional": base.choice("consequence", "alternative"),
        "hash": base.entries("pair"),
        "array": base.items,
    },
    bindings={
        "assignment": base.binds("left", "right"),
        "operator_assignment": base.appends("left", "right"),
    },
    imports={},
    callee=base.callee_field("method"),
    calls=("call",),
    links=frozenset({"call"}),
    texts=("string", "heredoc_body", "chained_string"),
    functions=frozenset({"method", "singleton_method"}),
    statements=frozenset({"assignment", "call"}),
    classes=("class",),
    packages=True,
)
