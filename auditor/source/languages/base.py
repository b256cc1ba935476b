"""What expressions of all languages are reduced to, and the parts from which a language's table is put together.

A language is a table from the grammar's kinds of nodes to readers. What no recogniser needs is `Other`: nothing
is lost by it, since arguments and bodies are looked into by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.source.languages.expressions import (
    Argument,
    Bound,
    Call,
    Choice,
    Entries,
    Expression,
    Imported,
    Items,
    Member,
    Named,
    Other,
    Text,
)
from auditor.source.syntax import Node

Read = Callable[[Node], Expression]
Reader = Callable[[Node, Read], Expression]


@dataclass(frozen=True, slots=True)
class Language:
    """A programming language as it is read here.

    Attributes:
        name: as reports call it.
        grammar: as ast-grep calls it.
        suffixes: of files.
        readers: kind of node -> how it becomes an expression.
        bindings: kind of node -> the names that it binds.
        imports: kind of node -> the names that it brings in.
        callee: the node with the name of what a call calls, or None.
        calls: kinds of calls.
        links: kinds by which one call of a chain hangs on another.
        texts: kinds of texts, outermost.
        functions: kinds that open a scope.
        blocks: kinds within which a declaration holds, where the language has such.
        statements: kinds of whole statements.
        comments: kinds of comments.
        classes: kinds of what defines a class, a table or a method with a table's name.
        prose: kinds around a text that make it none of SQL (types, attributes of a page, imports).
        packages: names are in sight without an import (Go, Java).
    """

    name: str
    grammar: str
    suffixes: tuple[str, ...]
    readers: Mapping[str, Reader]
    bindings: Mapping[str, Callable[[Node], Iterator[Bound]]]
    imports: Mapping[str, Callable[[Node], Iterator[Imported]]]
    callee: Callable[[Node], Node | None]
    calls: tuple[str, ...]
    links: frozenset[str]
    texts: tuple[str, ...]
    functions: frozenset[str]
    statements: frozenset[str]
    blocks: frozenset[str] = frozenset()
    comments: tuple[str, ...] = ("comment",)
    classes: tuple[str, ...] = ()
    prose: frozenset[str] = frozenset()
    packages: bool = field(default=False)


# Names of calls


def callee(member_kind: str, name: str, function: str = "function") -> Callable[[Node], Node | None]:
    """Where a call has a function, which is a member with a name, or a name itself."""

    def found(node: Node) -> Node | None:
        inner = node.field(function)
        if inner is None:
            return None
        return inner.field(name) if inner.kind() == member_kind else inner

    return found


def callee_field(*fields: str) -> Callable[[Node], Node | None]:
    """Where a call has the name itself."""

    def found(node: Node) -> Node | None:
        return next((name for field in fields if (name := node.field(field)) is not None), None)

    return found


# Readers


def named(node: Node, _read: Read) -> Expression:
    """An identifier."""
    return Named(node, node.text().lstrip("$"))


def first(node: Node, read: Read) -> Expression:
    """What only wraps its first child: await, parentheses, casts."""
    children = node.named_children()
    return read(children[0]) if children else Other(node)


def last(node: Node, read: Read) -> Expression:
    """What only wraps its last child: a cast in front."""
    children = node.named_children()
    return read(children[-1]) if children else Other(node)


def member(object_: str, name: str) -> Reader:
    """A member, by the names of the grammar's fields."""

    def reader(node: Node, read: Read) -> Expression:
        inner, place = node.field(object_), node.field(name)
        if inner is None or place is None:
            return Other(node)
        return Member(node, read(inner), _plain(place), place)

    return reader


def call(function: str, arguments: str = "arguments", *, creates: bool = False) -> Reader:
    """A call, by the names of the grammar's fields."""

    def reader(node: Node, read: Read) -> Expression:
        inner = node.field(function)
        if inner is None:
            return Other(node)
        given = node.field(arguments)
        return Call(node, read(inner), arguments_in(given), creates=creates)

    return reader


def method(object_: str, name: str, arguments: str = "arguments") -> Reader:
    """A call of a method whose name stands beside the object, not in a node with it."""

    def reader(node: Node, read: Read) -> Expression:
        inner, place = node.field(object_), node.field(name)
        if place is None:
            return Other(node)
        called: Expression = Named(place, place.text())
        if inner is not None:
            called = Member(node, read(inner), _plain(place), place)
        return Call(node, called, arguments_in(node.field(arguments)))

    return reader


def text(*contents: str, inner: tuple[str, ...] = (), direct: tuple[str, ...] = ()) -> Reader:
    """A text: kinds of its literal parts, of what wraps an expression put in, of such expressions themselves."""

    def reader(node: Node, read: Read) -> Expression:
        parts: list[str | Expression] = []
        for child in node.children():
            kind = child.kind()
            if kind in contents:
                parts.append(child.text())
            elif kind in ("escape_sequence", "string_escape", "character_escape_seq", "escape_interpolation"):
                parts.append(unescaped(child.text()))
            elif kind in inner:
                within = [one for one in child.named_children() if one.kind() != "interpolation_brace"]
                parts.append(read(within[0]) if within else Other(child))
            elif kind in direct:
                parts.append(read(child))
        return Text(node, tuple(parts))

    return reader


def quoted(opening: str, *, doubled: bool = False) -> Reader:
    """A text that the grammar does not take apart: without what opens it and the last quote."""

    def reader(node: Node, _read: Read) -> Expression:
        whole = node.text()
        at = whole.find(opening)
        inner = whole[at + len(opening) : -1] if at >= 0 else whole
        return Text(node, (inner.replace('""', '"') if doubled else inner,))

    return reader


def joined(node: Node, read: Read) -> Expression:
    """Texts side by side."""
    return concatenation(node, [read(child) for child in node.named_children()])


def binary(*plus: str, either: tuple[str, ...] = ("||", "??", "?:", "or")) -> Reader:
    """An operator: texts put together, one of two values; else nothing that matters."""

    def reader(node: Node, read: Read) -> Expression:
        children = node.children()
        if len(children) != 3:
            return Other(node)
        operator = children[1].text()
        if operator in plus:
            return concatenation(node, [read(children[0]), read(children[2])])
        if operator in either:
            return Choice(node, (read(children[0]), read(children[2])))
        return Other(node)

    return reader


def choice(yes: str, no: str) -> Reader:
    """`condition ? yes : no`, by the names of the grammar's fields."""

    def reader(node: Node, read: Read) -> Expression:
        options = [read(one) for name in (yes, no) if (one := node.field(name)) is not None]
        return Choice(node, tuple(options))

    return reader


def items(node: Node, _read: Read) -> Expression:
    """A list."""
    return Items(node, tuple(node.named_children()))


def entries(pair: str, key: str = "key", value: str = "value") -> Reader:
    """An object or dictionary, by the kind of its pairs and the names of their fields."""

    def reader(node: Node, _read: Read) -> Expression:
        found: dict[str, Node] = {}
        for child in node.named_children():
            if child.kind() == pair:
                left, right = child.field(key), child.field(value)
                if left is not None and right is not None:
                    found[left.text().strip("'\"`:")] = right
            elif child.kind() in ("shorthand_property_identifier", "identifier"):
                found[child.text()] = child
        return Entries(node, found)

    return reader


def concatenation(node: Node, operands: list[Expression]) -> Expression:
    """Operands put together, if one of them is a text."""
    if not any(isinstance(one, Text) for one in operands):
        return Other(node)
    parts: list[str | Expression] = []
    for one in operands:
        parts += one.parts if isinstance(one, Text) else [one]
    return Text(node, tuple(parts))


def arguments_in(node: Node | None) -> tuple[Argument, ...]:
    """The arguments in a node's parentheses."""
    if node is None:
        return ()
    if node.kind() == "template_string":
        return (Argument(None, node),)
    return tuple(_argument(child) for child in node.named_children() if "comment" not in child.kind())


def unescaped(sequence: str) -> str:
    r"""What an escape sequence stands for; one that is not known is a blank."""
    if sequence == "\\\n":
        return ""
    return {"n": "\n", "t": "\t", "r": "\r"}.get(sequence[1:2], sequence[1:2] if len(sequence) == 2 else " ")


def without_escapes(content: str) -> str:
    """A literal part in which the grammar leaves escape sequences as they are."""
    return _ESCAPE.sub(lambda found: unescaped(found[0]), content) if "\\" in content else content


_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.|\n)", re.DOTALL)


# Bindings


def binds(
    name: str, value: str, type_: str = "type", *, parameter: bool = False
) -> Callable[[Node], Iterator[Bound]]:
    """A declaration or assignment of one name, by the names of the grammar's fields."""

    def bound(node: Node) -> Iterator[Bound]:
        target, given, declared = node.field(name), node.field(value), node.field(type_)
        if target is None:
            return
        if target.kind() in ("expression_list", "left_assignment_list", "pattern_list", "tuple_pattern"):
            values = given.named_children() if given is not None else []
            for at, one in enumerate(target.named_children()):
                single = len(values) == len(target.named_children())
                yield Bound(_plain(one), values[at] if single else (given if at == 0 else None), declared)
            return
        if given is not None and given.kind() == "expression_list" and len(given.named_children()) == 1:
            given = given.named_children()[0]
        if target.kind() in ("object_pattern", "array_pattern"):
            for one in target.named_children():
                yield Bound(_plain(one.field("value") or one), None, parameter=parameter)
            return
        yield Bound(_plain(target), given, declared, parameter=parameter)

    return bound


def appends(name: str, value: str) -> Callable[[Node], Iterator[Bound]]:
    """`name += value`."""

    def bound(node: Node) -> Iterator[Bound]:
        target, given = node.field(name), node.field(value)
        if target is not None and given is not None:
            yield Bound(_plain(target), given, appends=True)

    return bound


# Private


def _argument(node: Node) -> Argument:
    kind = node.kind()
    if kind == "keyword_argument":
        name, value = node.field("name"), node.field("value")
        return Argument(name.text() if name else None, value or node)
    if kind in ("argument", "value_argument"):  # C#, PHP, Kotlin
        children = node.named_children()
        name = node.field("name")
        if not children:
            return Argument(None, node)
        if name is None and kind == "value_argument" and len(children) > 1:
            name = children[0]
        return Argument(name.text() if name else None, children[-1])
    if kind == "pair":  # Ruby
        key, value = node.field("key"), node.field("value")
        return Argument(key.text().strip(":\"'") if key else None, value or node)
    return Argument(None, node)


def _plain(node: Node) -> str:
    """A name without what decorates it: `$x`, `x!`, `From<Job>`."""
    if node.kind() == "generic_name":
        node = node.named_children()[0]
    return node.text().lstrip("$#@").strip()


# Formats

_DIRECTIVE = re.compile(r"%%|%(?:\((\w+)\)|\d+\$)?[-+#0]*\d*(?:\.\d+)?[a-zA-Z]|\{\{|\}\}|\{(\w*)(?:[!:][^{}]*)?\}")


def formatted(
    node: Node,
    parts: tuple[str | Expression, ...],
    values: Sequence[tuple[str | None, Expression]],
    *,
    by_variable: bool = False,
) -> Text:
    """The parts of a format with what is put in: `%s`, `%1$s`, `%(name)s`, `{}`, `{0}`, `{name}`.

    A directive for which there is no value stays: it may be a placeholder of the statement itself.

    Args:
        node: where the whole stands.
        parts: of the format.
        values: each with the name by which it is given, if any.
        by_variable: `{name}` is the variable of that name (Rust).
    """
    found: list[str | Expression] = []
    by_name = {name: value for name, value in values if name is not None}
    in_order = [value for name, value in values if name is None]
    taken = 0
    for part in parts:
        if not isinstance(part, str):
            found.append(part)
            continue
        at = 0
        for match in _DIRECTIVE.finditer(part):
            name = match[1] or match[2]
            value: Expression | None = None
            if match[0] in ("%%", "{{", "}}"):
                found += [part[at : match.start()], match[0][0]]
                at = match.end()
                continue
            if name and not name.isdigit():
                value = by_name.get(name)
                if value is None and by_variable:
                    value = Named(node, name)
            elif name:
                value = in_order[int(name)] if int(name) < len(in_order) else None
            elif taken < len(in_order):
                value = in_order[taken]
                taken += 1
            if value is not None:
                found += [part[at : match.start()], value]
                at = match.end()
        found.append(part[at:])
    return Text(node, tuple(one for one in found if one != ""))
