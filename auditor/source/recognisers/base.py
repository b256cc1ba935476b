"""What recognisers share: from an argument to the tables it may mean, and from a table to an access."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from auditor.source.languages.expressions import (
    Argument,
    Call,
    Choice,
    Entries,
    Expression,
    Items,
    Member,
    Named,
    Text,
)
from auditor.source.model import Action, Reference, SourceAccess
from auditor.source.reading import MAX_DEPTH, Reading
from auditor.source.syntax import Node

_IDENTIFIER = re.compile(
    r'^\s*(?:(?P<schema>"[^"]+"|[\w$]+)\s*\.\s*)?(?P<name>"[^"]+"|[\w$]+)(?:\s+(?:as\s+)?[\w"]+)?\s*$',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Target:
    """A table or function that an argument may mean.

    Attributes:
        name, schema: folded, or name None.
        reference: a name of another file.
        detail: why it is not known.
    """

    name: str | None = None
    schema: str | None = None
    reference: Reference | None = None
    detail: str | None = None


def named_in(text: str, *, fold: bool = True) -> Target | None:
    """`schema.name`, `name as alias`, `"Name"`; None for what is no name.

    Args:
        text: as the code has it.
        fold: an unquoted name is put into lower case, as PostgreSQL does; PostgREST and builders quote names.
    """
    found = _IDENTIFIER.match(text)
    if found is None:
        return None

    def folded(part: str | None) -> str | None:
        if part is None:
            return None
        return part[1:-1] if part.startswith('"') else (part.lower() if fold else part)

    return Target(folded(found["name"]), folded(found["schema"]))


def named(reading: Reading, argument: Argument, *, fold: bool = False) -> list[Target]:
    """The tables that a text argument may name; an unknown one is among them, what is no name is not."""
    expression = reading.text(reading.expression(argument.node))
    values = reading.values(expression)
    found = [target for text in sorted(values.texts) if (target := named_in(text, fold=fold)) is not None]
    found += [Target(reference=one) for one in sorted(values.references, key=lambda r: (r.name, r.module or ""))]
    if not values.complete:
        found.append(Target(detail=f"the name is {short(argument.node)}, which is not known here"))
    return found


def objects(reading: Reading, node: Node, depth: int = 0) -> list[Reference]:
    """The tables or models that a name, an object of a class, a query or a list of them may stand for."""
    if depth > MAX_DEPTH:
        return []
    expression = reading.expression(node)
    if isinstance(expression, Named):
        return _of_name(reading, expression, depth)
    if isinstance(expression, Member):
        return [_of_member(reading, expression)]
    if isinstance(expression, Choice):
        return _unique(one for option in expression.options for one in objects(reading, option.node, depth + 1))
    if isinstance(expression, Items):
        return _unique(one for value in expression.values[:20] for one in objects(reading, value, depth + 1))
    if isinstance(expression, Call):
        chain = reading.chain(expression)
        if chain.root is None or chain.start is None:
            return []
        if chain.root[:1].isupper() or chain.creates:
            return [reference_to(reading, chain.root, chain.start.node)]
        for step in chain.steps:  # session.query(Job).one(), diesel::update(jobs.find(1)), select(Job)
            if step.arguments and step.key in ("query", "get", "select", "first", "scalar"):
                return objects(reading, step.arguments[0].node, depth + 1)
        first = chain.steps[0] if chain.steps else None
        if first is not None and first.arguments is None and first.name[:1].isupper():  # models.Job(...)
            return [reference_to(reading, chain.root, chain.start.node, first.name)]
        if first is not None and first.name:
            return [reference_to(reading, chain.root, chain.start.node)]
    return []


def reference_to(reading: Reading, name: str, at: Node, of_module: str | None = None) -> Reference:
    """What a name at a place refers to: this file, an import, or anything of that name.

    Args:
        reading: of the file.
        name: as it stands there.
        at: where.
        of_module: a member of it that is meant.
    """
    bound = reading.bound(name, at)
    imported = reading.imported(name)
    known = any(one.value is not None or one.parameter or one.type is not None for one in bound)
    if of_module is None and bound and (known or imported is None):
        return Reference(name, "")
    if imported is not None:
        if imported.original is None:
            return Reference(of_module or name, imported.module)
        if of_module is None:
            return Reference(imported.original, imported.module)
        return Reference(of_module, f"{imported.module}.{imported.original}")
    return Reference(of_module or name)


def access(
    reading: Reading,
    place: Node,
    target: Target,
    *,
    action: Action,
    verb: str,
    via: str,
    weak: bool = False,
) -> SourceAccess:
    """An access at a place."""
    at = place.range().start
    return SourceAccess(
        action=action,
        verb=verb,
        via=via,
        line=at.line + 1,
        column=at.column + 1,
        first_line=reading.statement_line(place),
        within=reading.within(place),
        name=target.name,
        schema=target.schema,
        reference=target.reference,
        weak=weak,
        detail=target.detail,
    )


def one_text(reading: Reading, node: Node) -> str | None:
    """The only text that an expression can be, or None."""
    values = reading.values(reading.text(reading.expression(node)))
    return (
        next(iter(values.texts)) if values.complete and len(values.texts) == 1 and not values.references else None
    )


def entry(reading: Reading, node: Node, key: str) -> Node | None:
    """The value of a key of an object, or None."""
    expression = reading.expression(node)
    return expression.values.get(key) if isinstance(expression, Entries) else None


def is_text(reading: Reading, node: Node) -> bool:
    """Whether an argument is a text, or put together from texts."""
    return isinstance(reading.text(reading.expression(node)), Text)


def short(node: Node) -> str:
    """A node's text for a message: one line, not long."""
    text = " ".join(node.text().split())
    return text if len(text) <= 40 else f"{text[:37]}..."


# Private


def _of_self(node: Node) -> str | None:
    """In Rust, the type whose methods stand around a node."""
    around = next((one for one in node.ancestors() if one.kind() == "impl_item"), None)
    declared = around.field("type") if around is not None else None
    return declared.text().partition("<")[0] if declared is not None else None


def _of_name(reading: Reading, expression: Named, depth: int) -> list[Reference]:
    found: list[Reference] = []
    if expression.name == "self" and reading.language.name == "Rust":
        owner = _of_self(expression.node)
        return [Reference(owner)] if owner else []
    bound = reading.bound(expression.name, expression.node)
    for one in bound:
        if one.type is not None and (name := _class_named(one.type.text())):
            found.append(reference_to(reading, name, one.type))
        elif one.value is not None and not one.parameter and one.value.kind() not in reading.language.functions:
            found += objects(reading, one.value, depth + 1)
    if not found or not bound:
        found.append(reference_to(reading, expression.name, expression.node))
    return _unique(found)


def _of_member(reading: Reading, expression: Member) -> Reference:
    """`schema.jobs`, `models.Job`, `jobs::table`, `Job.__table__`, `Job.id`."""
    names = [expression.name]
    inner: Expression = expression.object
    while isinstance(inner, Member):
        names.append(inner.name)
        inner = inner.object
    if isinstance(inner, Named):
        names.append(inner.name)
        names.reverse()
        if names[0][:1].isupper() or names[1] in ("table", "dsl", "star", "c", "__table__"):
            return reference_to(reading, names[0], inner.node)
        return reference_to(reading, names[0], inner.node, names[1])
    return Reference(expression.name)


_CLASS = re.compile(r"\b([A-Z]\w*)\b")
_WRAPPERS = frozenset(
    {"Optional", "List", "Sequence", "Iterable", "Promise", "Array", "Set", "Vec", "Option", "Union", "None"}
)


def _class_named(annotation: str) -> str | None:
    """The class that a declared type names, through what wraps it."""
    return next((name for name in _CLASS.findall(annotation) if name not in _WRAPPERS), None)


def _unique(found: Iterable[Reference]) -> list[Reference]:
    return list(dict.fromkeys(found))
