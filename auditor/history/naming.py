"""The names PostgreSQL chooses when a statement gives none.

Follows `makeObjectName`, `ChooseRelationName`, `ChooseIndexName` and `ChooseConstraintName` of
src/backend/commands/indexcmds.c, src/backend/catalog/pg_constraint.c of PostgreSQL 18.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

NAMEDATALEN = 64
"""Bytes of a name, with its terminating zero."""


def clip(name: str, limit: int = NAMEDATALEN - 1) -> str:
    """The longest prefix of `name` that has at most `limit` bytes of UTF-8 and ends on a character."""
    encoded = name.encode()
    if len(encoded) <= limit:
        return name
    return encoded[:limit].decode(errors="ignore")


def make_object_name(name1: str, name2: str | None, label: str) -> str:
    """`name1_name2_label`, the longer of the two names cut until the whole has 63 bytes."""
    overhead = len(label.encode()) + 1 + (1 if name2 else 0)
    available = NAMEDATALEN - 1 - overhead
    length1, length2 = len(name1.encode()), len(name2.encode()) if name2 else 0
    while length1 + length2 > available:
        if length1 > length2:
            length1 -= 1
        else:
            length2 -= 1
    parts = [clip(name1, length1)]
    if name2:
        parts.append(clip(name2, length2))
    return "_".join([*parts, label])


def choose_name(name1: str, name2: str | None, label: str, taken: Callable[[str], bool]) -> str:
    """The first of `..._label`, `..._label1`, `..._label2` that is not taken."""
    candidate = make_object_name(name1, name2, label)
    attempt = 0
    while taken(candidate):
        attempt += 1
        candidate = make_object_name(name1, name2, f"{label}{attempt}")
    return candidate


def name_addition(columns: Iterable[str]) -> str:
    """The column part of an index's or a foreign key's name (`ChooseIndexNameAddition`)."""
    text = ""
    for column in columns:
        if text:
            text += "_"
        text += clip(column)
        if len(text.encode()) >= NAMEDATALEN:
            break
    return text


def index_column_names(names: Sequence[str | None]) -> list[str]:
    """Distinct names for the keys of an index; None is an expression without a name (`ChooseIndexColumnNames`)."""
    chosen: list[str] = []
    for original in (name or "expr" for name in names):
        candidate, suffix = original, 0
        while candidate in chosen:
            suffix += 1
            number = str(suffix)
            candidate = clip(original, NAMEDATALEN - 1 - len(number)) + number
        chosen.append(candidate)
    return chosen
