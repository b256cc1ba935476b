"""One file's tree, asked for expressions, for chains of calls, and for the values that names may have.

Names are followed as far as the file itself decides them: constants, variables, parameters of functions that the
file calls, members of its objects and classes. Each use sees the bindings of the innermost function that has any.
What comes from another file is a :class:`~auditor.source.model.Reference`, resolved when all files are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from auditor.source.languages.base import Language, formatted
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
from auditor.source.model import Reference
from auditor.source.syntax import Key, Node, find_kinds, key_of

MAX_DEPTH = 6
"""How many names in a row are followed: `A = B`, `B = C`..."""

MAX_VALUES = 50
"""More possible values than these count as not known."""

KEEP = frozenset(
    {"freeze", "tostring", "intern", "trimindent", "trimmargin", "dedent", "strip", "trim", "asstr", "stripindent"}
)
"""Methods whose result is the text itself, as far as SQL can tell."""

FORMATS = frozenset({"sprintf", "format", "formatted", "stringformat", "vsprintf"})


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a chain.

    Attributes:
        name: as written; empty where a value itself is called.
        key: the name without underscores, in lower case, without `!`, `?` and a trailing `Async`.
        arguments: of a call, or None: a member.
        place: node of the name.
        followed: it was reached through a variable; what it does was seen where it stands.
    """

    name: str
    key: str
    arguments: tuple[Argument, ...] | None
    place: Node
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """`root.a(x).b.c(y)`: the root's name (or None), and the steps from it."""

    root: str | None
    steps: tuple[Step, ...]
    creates: bool = False
    start: Expression | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """What a text may be.

    Attributes:
        texts: possible values.
        references: names of other files that may hold further ones.
        complete: there are no other values than these.
    """

    texts: frozenset[str] = frozenset()
    references: frozenset[Reference] = frozenset()
    complete: bool = True

    def __or__(self, other: Values) -> Values:
        """Either."""
        return Values(
            self.texts | other.texts, self.references | other.references, self.complete and other.complete
        )


UNKNOWN = Values(complete=False)


def key_of_name(name: str) -> str:
    """A name as the recognisers compare it: `insert_into`, `insertInto` and `InsertIntoAsync` are one."""
    key = name.replace("_", "").rstrip("!?").lower()
    return key.removesuffix("async") if len(key) > 5 else key


class Reading:
    """One file as recognisers see it.

    Args:
        root: of the tree.
        language: of the file.
    """

    def __init__(self, root: Node, language: Language) -> None:
        self.root = root
        self.language = language
        self.nodes = _by_kind(root, language)
        self._scopes: dict[Key, Key] = {}
        self._opening = language.functions | language.blocks

    def of_kinds(self, kinds: Iterable[str]) -> list[Node]:
        """The nodes of some of the kinds that the language's table names; of one kind in order of the text."""
        return [node for kind in kinds for node in self.nodes.get(kind, ())]

    # Expressions

    def expression(self, node: Node) -> Expression:
        """What a node is."""
        reader = self.language.readers.get(node.kind())
        return Other(node) if reader is None else reader(node, self.expression)

    def chain(self, expression: Expression, depth: int = 0) -> Chain:
        """The chain that ends with an expression; a variable that holds a chain is replaced by it."""
        steps: list[Step] = []
        creates = False
        while True:
            if isinstance(expression, Call):
                creates = expression.creates
                inner = expression.function
                if isinstance(inner, Member):
                    steps.append(_step(inner.name, expression.arguments, inner.place))
                    expression = inner.object
                else:
                    steps.append(_step("", expression.arguments, inner.node))
                    expression = inner
            elif isinstance(expression, Member):
                steps.append(_step(expression.name, None, expression.place))
                expression = expression.object
            else:
                break
        steps.reverse()
        if not isinstance(expression, Named):
            return Chain(None, tuple(steps), creates, expression)
        if depth < MAX_DEPTH and not creates:
            before = self._held(expression, steps, depth)
            if before is not None:
                return before
        return Chain(expression.name, tuple(steps), creates, expression)

    def imported(self, name: str) -> Imported | None:
        """What an import says of a name, or None."""
        return self._imports.get(name)

    @cached_property
    def modules(self) -> frozenset[str]:
        """What the file imports."""
        return frozenset(one.module for one in self._imports.values()) | frozenset(self._plain_modules)

    # Values

    def values(self, expression: Expression, depth: int = 0) -> Values:
        """The texts that an expression may be."""
        if depth > MAX_DEPTH:
            return UNKNOWN
        if isinstance(expression, Text):
            return self._of_parts(expression, depth)
        if isinstance(expression, Named):
            return self._of_name(expression.name, expression.node, depth)
        if isinstance(expression, Member):
            return self._of_member(expression, depth)
        if isinstance(expression, Choice):
            return _either(self.values(option, depth + 1) for option in expression.options)
        if isinstance(expression, Call):
            text = self.text(expression)
            if isinstance(text, Text):
                return self.values(text, depth + 1)
            if isinstance(text, Named | Member):
                return self.values(text, depth + 1)
        return UNKNOWN

    def text(self, expression: Expression) -> Expression:
        """A call that only formats or trims a text is that text; anything else stays."""
        if not isinstance(expression, Call):
            return expression
        function = expression.function
        name = function.name if isinstance(function, Member | Named) else ""
        key = key_of_name(name)
        if isinstance(function, Member) and key in KEEP:
            return self.text(function.object)
        owner = function.object if isinstance(function, Member) else None
        if key in ("from", "new") and isinstance(owner, Named) and owner.name == "String" and expression.arguments:
            return self.text(self.expression(expression.arguments[0].node))
        if key in FORMATS:
            receiver = self.text(function.object) if isinstance(function, Member) else None
            given = [(one.name, self.expression(one.node)) for one in expression.arguments]
            if isinstance(receiver, Text):
                return formatted(expression.node, receiver.parts, given)
            if given and isinstance(given[0][1], Text):
                return formatted(expression.node, given[0][1].parts, given[1:])
        if key == "identifier" and expression.arguments:  # psycopg's sql.Identifier("s", "t"), pgx.Identifier{"t"}
            return self._dotted(expression)
        if key in ("sanitize", "asstring") and isinstance(function, Member):
            return self.text(function.object)
        if key in ("dedent", "text", "sql", "raw", "cleandoc") and len(expression.arguments) == 1:
            return self.text(self.expression(expression.arguments[0].node))
        return expression

    def _dotted(self, call: Call) -> Expression:
        """The parts of a qualified name, each an argument, as one text."""
        parts: list[str | Expression] = []
        for argument in call.arguments:
            part = self.expression(argument.node)
            if isinstance(part, Items):
                return call
            parts += ["."] if parts else []
            parts += part.parts if isinstance(part, Text) else [part]
        return Text(call.node, tuple(parts))

    def bound(self, name: str, at: Node) -> list[Bound]:
        """The bindings of a name that a place sees, those of the innermost function that has any."""
        found = self._bindings.get(name)
        if not found:
            return []
        here = key_of(at)[0]
        declared: list[tuple[Key, Bound]] = []
        assigned: list[tuple[Key, int, Bound]] = []
        for bound, node in found:
            scope = self._scope(node)
            if "assignment" in node.kind():
                assigned.append((scope, key_of(node)[0], bound))
            elif scope[0] <= here < scope[1]:
                declared.append((scope, bound))
        if declared:
            start, end = min((scope for scope, _ in declared), key=_width)
            own = [bound for scope, bound in declared if scope == (start, end)]
            return own + [bound for _, place, bound in assigned if start <= place < end]
        seen = [(scope, bound) for scope, _, bound in assigned if scope[0] <= here < scope[1]]
        if not seen:
            return []
        narrow = min((scope for scope, _ in seen), key=_width)
        return [bound for scope, bound in seen if scope == narrow]

    def within(self, node: Node) -> str:
        """The name of the innermost named function around a node, or an empty text."""
        for around in node.ancestors():
            kind = around.kind()
            if kind in self.language.functions or kind in ("variable_declarator", "pair"):
                name = around.field("name") or around.field("key")
                if name is None and kind not in self.language.functions:
                    continue
                if name is not None and (kind in self.language.functions or _is_function(around, self.language)):
                    return name.text()
                if name is None and kind == "function_declaration":  # Kotlin
                    names = [c for c in around.named_children() if c.kind() == "simple_identifier"]
                    if names:
                        return names[0].text()
        return ""

    def statement_line(self, node: Node) -> int:
        """1-based line on which the statement around a node begins."""
        line = node.range().start.line
        for around in node.ancestors():
            kind = around.kind()
            if kind in self.language.functions:
                break
            if kind in self.language.statements:
                line = around.range().start.line
                break
        return line + 1

    def calls_with(self, name: str) -> list[Call]:
        """The calls of the file that are given a variable."""
        return [
            call
            for calls in self._calls.values()
            for call in calls
            if any(argument.node.text() == name for argument in call.arguments)
        ]

    def calls_of(self, name: str) -> list[Call]:
        """The calls of the file of a function or method of a name."""
        return self._calls.get(name, [])

    # Private

    @cached_property
    def _imports(self) -> dict[str, Imported]:
        found: dict[str, Imported] = {}
        for kind, reader in self.language.imports.items():
            for node in self.nodes.get(kind, ()):
                for one in reader(node):
                    found[one.name] = one
        return found

    @cached_property
    def _plain_modules(self) -> tuple[str, ...]:
        """What languages without imports of names say they use (C#, Java, PHP, Rust, Ruby)."""
        kinds = {
            "Rust": ("use_declaration",),
            "Java": ("import_declaration",),
            "Kotlin": ("import_header",),
            "C#": ("using_directive",),
            "PHP": ("namespace_use_declaration",),
        }.get(self.language.name)
        return tuple(node.text() for node in find_kinds(self.root, kinds)) if kinds else ()

    @cached_property
    def _bindings(self) -> dict[str, list[tuple[Bound, Node]]]:
        found: dict[str, list[tuple[Bound, Node]]] = {}
        for kind, reader in self.language.bindings.items():
            for node in self.nodes.get(kind, ()):
                for bound in reader(node):
                    found.setdefault(bound.name, []).append((bound, node))
        return found

    def _scope(self, node: Node) -> Key:
        """First and last character of the function in which a binding holds."""
        if (known := self._scopes.get(key_of(node))) is not None:
            return known
        # The name of a function stands outside of it; an assignment is to a variable of the whole function.
        own = node.kind() in self.language.functions
        opens = self.language.functions if "assignment" in node.kind() else self._opening
        scope = _WHOLE
        for one in node.ancestors() if own else (node, *node.ancestors()):
            if one.kind() in opens:
                scope = key_of(one)
                break
        self._scopes[key_of(node)] = scope
        return scope

    def _held(self, root: Named, steps: list[Step], depth: int) -> Chain | None:
        """The chain that a variable holds, or that a function of the file returns, with the steps behind it."""
        name = root.name
        if name in ("this", "self") and steps and steps[0].arguments is None:
            name, rest = f"{name}.{steps[0].name}", steps[1:]
        else:
            rest = steps
        for bound in self.bound(name, root.node):
            value = bound.value
            if value is None or bound.parameter or bound.appends:
                continue
            if key_of(value)[0] <= key_of(root.node)[0] < key_of(value)[1]:
                continue  # q = q.eq(...)
            if rest and rest[0].name == "" and (body := _result(value, self.language)) is not None:
                expression, after = self.expression(body), rest[1:]
            elif rest and rest[0].name == "":
                continue  # a builder made somewhere is called: knex('t')
            else:
                expression, after = self.expression(value), rest
            if isinstance(expression, Call | Member | Named) and not getattr(expression, "creates", False):
                before = self.chain(expression, depth + 1)
                if before.root is None or before.creates:
                    continue
                if any(step.arguments is not None for step in before.steps) or not before.steps:
                    own = tuple(_followed(step) for step in before.steps)
                    return Chain(before.root, own + tuple(after), False, before.start)
        return None

    def _of_parts(self, text: Text, depth: int) -> Values:
        options: list[list[str]] = []
        for part in text.parts:
            if isinstance(part, str):
                options.append([part])
                continue
            found = self.values(part, depth + 1)
            if not found.complete or found.references:
                return UNKNOWN
            options.append(sorted(found.texts))
        count = 1
        for one in options:
            count *= len(one)
        if count > MAX_VALUES:
            return UNKNOWN
        return Values(frozenset("".join(chosen) for chosen in product(*options)))

    def _of_name(self, name: str, at: Node, depth: int) -> Values:
        bindings = self.bound(name, at)
        if not any(bound.value is not None or bound.parameter or bound.type is not None for bound in bindings):
            if (imported := self.imported(name)) is not None:
                if imported.original is None:
                    return UNKNOWN
                return Values(references=frozenset({Reference(imported.original, imported.module)}))
            if self.language.packages:
                return Values(references=frozenset({Reference(name)}))
            return UNKNOWN
        if any(bound.appends for bound in bindings):
            return UNKNOWN
        return _either(self._of_bound(bound, at, depth) for bound in bindings)

    def _of_bound(self, bound: Bound, at: Node, depth: int) -> Values:
        if bound.parameter:
            return self._of_parameter(bound, at, depth)
        if bound.value is None:
            return _of_type(bound.type)
        if bound.value.kind() in self.language.functions:
            return UNKNOWN
        expression = self.expression(bound.value)
        if isinstance(expression, Items):  # for (const t of ['a', 'b'])
            return _either(self.values(self.expression(one), depth + 1) for one in expression.values)
        return self.values(expression, depth + 1)

    def _of_parameter(self, bound: Bound, at: Node, depth: int) -> Values:
        """What the calls of the function in this file give, if its type does not say it."""
        declared = _of_type(bound.type)
        if declared.complete:
            return declared
        for function in at.ancestors():
            if function.kind() not in self.language.functions:
                continue
            parameters = function.field("parameters")
            names = [_name_of(one) for one in parameters.named_children()] if parameters is not None else []
            if bound.name in names:
                return self._of_calls(function, names.index(bound.name), depth) | UNKNOWN
        return UNKNOWN

    def _of_calls(self, function: Node, position: int, depth: int) -> Values:
        name = function.field("name")
        if name is None and (declarator := function.parent()) is not None:
            name = declarator.field("name")
        if name is None:
            return UNKNOWN
        found = Values()
        for expression in self._calls.get(name.text(), ()):
            if position < len(expression.arguments):
                found |= self.values(self.expression(expression.arguments[position].node), depth + 2)
        return found

    @cached_property
    def _calls(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for node in self.of_kinds(self.language.calls):
            expression = self.expression(node)
            if isinstance(expression, Call):
                function = expression.function
                if isinstance(function, Named | Member):
                    found.setdefault(function.name, []).append(expression)
        return found

    def _of_member(self, expression: Member, depth: int) -> Values:
        names = [expression.name]
        inner = expression.object
        while isinstance(inner, Member):
            names.append(inner.name)
            inner = inner.object
        if not isinstance(inner, Named):
            return UNKNOWN
        names.append(inner.name)
        names.reverse()
        if len(names) == 2 and (bindings := self.bound(".".join(names), expression.node)):
            return _either(self._of_bound(one, expression.node, depth) for one in bindings)
        found = self._inside(inner, names[1:], depth)
        if found is not None:
            return found
        imported = self.imported(names[0])
        if imported is not None:
            own = names[1:] if imported.original is None else [imported.original, *names[1:]]
            return Values(references=frozenset({Reference(".".join(own), imported.module)}))
        if self.language.packages and names[0][:1].isupper():
            return Values(references=frozenset({Reference(".".join(names[-2:]))}))
        return UNKNOWN

    def _inside(self, owner: Named, path: list[str], depth: int) -> Values | None:
        """The value of a key of an object of this file."""
        for bound in self.bound(owner.name, owner.node):
            expression = self.expression(bound.value) if bound.value is not None else None
            for at, key in enumerate(path):
                if not isinstance(expression, Entries) or key not in expression.values:
                    break
                value = expression.values[key]
                expression = self.expression(value)
                if at == len(path) - 1:
                    return self.values(expression, depth + 1)
        return None

    def definitions_of_texts(self) -> Iterator[tuple[str, Values]]:
        """Names at the top of the file, and members of its objects and classes, that are texts."""
        for node in self._outside_functions():
            for bound in self.language.bindings[node.kind()](node):
                name = bound.name
                if bound.value is None or bound.parameter or bound.appends or name.startswith(("this.", "self.")):
                    continue
                expression = self.expression(bound.value)
                if isinstance(expression, Entries):
                    for key, value in expression.values.items():
                        inner = self.expression(value)
                        if isinstance(inner, Text):
                            yield f"{name}.{key}", self.values(inner)
                elif isinstance(expression, Text) or isinstance(self.text(expression), Text):
                    yield name, self.values(expression)

    def _outside_functions(self) -> Iterator[Node]:
        """The nodes that bind names outside of functions, not far below the root."""
        level = [self.root]
        for _ in range(_TOP):
            level = [child for node in level for child in node.named_children()]
            level = [node for node in level if node.kind() not in self.language.functions]
            yield from (node for node in level if node.kind() in self.language.bindings)


# Private

_TOP = 6  # levels of nodes: the file, an export, a class, its body, a field, its declarator


_WHOLE: Key = (0, 1 << 60)  # the scope of what stands at the top of a file


def _width(scope: Key) -> int:
    return scope[1] - scope[0]


def _by_kind(root: Node, language: Language) -> dict[str, list[Node]]:
    kinds = dict.fromkeys(
        (
            *language.calls,
            *language.texts,
            *language.bindings,
            *language.imports,
            *language.comments,
            *language.classes,
        )
    )
    found: dict[str, list[Node]] = {}
    for node in find_kinds(root, (*kinds, "ERROR")):
        found.setdefault(node.kind(), []).append(node)
    return found


def _step(name: str, arguments: tuple[Argument, ...] | None, place: Node) -> Step:
    return Step(name, key_of_name(name), arguments, place)


def _followed(step: Step) -> Step:
    return Step(step.name, step.key, step.arguments, step.place, followed=True)


def _either(found: Iterable[Values]) -> Values:
    result: Values | None = None
    for one in found:
        result = one if result is None else result | one
    if result is None or len(result.texts) > MAX_VALUES:
        return UNKNOWN
    return result


_LITERAL_TYPE = re.compile(r"""^:?\s*(?:\|?\s*(?:'[^']*'|"[^"]*")\s*)+$""")


def _of_type(node: Node | None) -> Values:
    """`'a' | 'b'`: a type that names the values."""
    if node is None or not _LITERAL_TYPE.match(text := node.text()):
        return UNKNOWN
    return Values(frozenset(re.findall(r"['\"]([^'\"]*)['\"]", text)))


def _name_of(parameter: Node) -> str:
    inner = parameter.field("pattern") or parameter.field("name")
    if inner is None and parameter.named_children():
        inner = parameter.named_children()[0]
    return (inner or parameter).text().lstrip("$")


def _result(function: Node, language: Language) -> Node | None:
    """What a function of one expression or one return gives."""
    body = function.field("body")
    if body is None:
        return None
    if "block" not in body.kind():
        return body
    if "return_statement" not in language.statements:
        return None
    returned = body.find_all({"rule": {"kind": "return_statement"}})
    if len(returned) != 1 or not returned[0].named_children():
        return None
    return returned[0].named_children()[0]


def _is_function(node: Node, language: Language) -> bool:
    value = node.field("value")
    return value is not None and value.kind() in language.functions
