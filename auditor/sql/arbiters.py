"""ON CONFLICT: what the text asks for, and whether an index may answer it.

PostgreSQL infers the arbiter from columns, expressions and predicate, not from a name, and refuses the statement
when it runs if there is none (42P10). See `infer_arbiter_indexes()` (plancat.c) and
https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from auditor.model.change import Arbiter
from auditor.sql.grammar import Node
from auditor.sql.predicates import Form, canonical, canonical_of, conditions_of


def arbiter_of(conflict: Node) -> Arbiter | None:
    """What an OnConflictClause asks for; None for one that takes any arbiter."""
    infer = conflict.get("infer")
    if infer is None:
        return None
    elements = [element["IndexElem"] for element in infer.get("indexElems", ())]
    where = infer.get("whereClause")
    return Arbiter(
        columns=tuple(element["name"] for element in elements if "name" in element),
        expressions=tuple(_printed(canonical_of(element["expr"])) for element in elements if "expr" in element),
        where=_printed(canonical_of(where)) if where is not None else None,
        constraint=infer.get("conname"),
        updates=conflict.get("action") == "ONCONFLICT_UPDATE",
        qualified=any("collation" in element or "opclass" in element for element in elements),
    )


def expression_text(expression: str) -> str:
    """An index expression as the fields of :class:`~auditor.model.change.Arbiter` spell it."""
    form = canonical(expression)
    return _printed(("text", expression) if form is None else form)


def implies(where: str | None, predicate: str | None) -> bool | None:
    """Whether PostgreSQL can tell from the WHERE of an ON CONFLICT that an index predicate holds.

    Args:
        where: of an :class:`~auditor.model.change.Arbiter`.
        predicate: of the index, as the catalog prints it.

    Returns:
        None where this module does not know; PostgreSQL proves comparisons too (`x > 5` of `x > 6`).
    """
    if predicate is None:
        return True
    form = canonical(predicate)
    if form is None:
        return None
    known = conditions_of(_read(where)) if where is not None else frozenset()
    answers = [_implied(known, condition) for condition in conditions_of(form)]
    if all(answers):
        return True
    return False if False in answers else None


def alike(one: Collection[str], other: Collection[str]) -> bool:
    """Whether expressions mention the same names, operators and literals: they may be spellings of the same."""
    return _words(map(_read, one)) == _words(map(_read, other))


# Private


def _words(forms: Iterable[Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for form in forms:
        if isinstance(form, tuple):
            found += _words(form)
        else:
            found[str(form)] += 1
    return found


def _printed(form: Form) -> str:
    return json.dumps(form)


def _read(text: str) -> Form:
    def tuples(value: Any) -> Any:
        return tuple(tuples(item) for item in value) if isinstance(value, list) else value

    return tuples(json.loads(text))  # type: ignore[no-any-return]


def _implied(known: frozenset[Form], wanted: Form) -> bool | None:
    if wanted in known:
        return True
    if wanted[0] == "is not null":
        if any(_strict_for(condition, wanted[1]) for condition in known):
            return True
        return None if any(_mentions(condition, wanted[1]) for condition in known) else False
    subjects = _subjects(wanted)
    for subject in subjects:
        values = _values_of(wanted, subject)
        limits = [_values_of(condition, subject) for condition in known]
        if subject not in values and (limits := [limit for limit in limits if subject not in limit]):
            return any(limit <= values for limit in limits)
    related = any(_mentions(condition, subject) for condition in known for subject in subjects)
    return None if related or not subjects else False


def _values_of(condition: Form, subject: Form) -> set[Form]:
    """The values to which a condition limits the subject; the subject itself if it does not."""
    match condition:
        case ("in", first, *items) if first == subject:
            return set(items)
        case ("operator", "=", left, right) if subject in (left, right):
            return {right if left == subject else left}
    return {subject}


def _strict_for(condition: Form, subject: Form) -> bool:
    """Whether the condition cannot be true where the subject is NULL."""
    match condition:
        case ("operator", _, left, right):
            return subject in (left, right)
        case (("in" | "not in"), first, *_):
            return bool(first == subject)
    return False


def _subjects(form: Any) -> set[Form]:
    """The columns that a form mentions."""
    if not isinstance(form, tuple):
        return set()
    if form[:1] == ("column",):
        return {form}
    return {subject for part in form for subject in _subjects(part)}


def _mentions(form: Any, subject: Form) -> bool:
    return form == subject or (isinstance(form, tuple) and any(_mentions(part, subject) for part in form))
