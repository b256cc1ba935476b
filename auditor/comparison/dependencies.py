"""Objects without which others, of kinds that few databases have, cannot be: functions, types, dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.catalog.kinds.cast import Cast
from auditor.catalog.kinds.operator import Operator
from auditor.catalog.kinds.operator_class import OperatorClass
from auditor.catalog.kinds.operator_family import OperatorFamily
from auditor.catalog.kinds.role import Role
from auditor.catalog.kinds.text_search_configuration import TextSearchConfiguration
from auditor.catalog.kinds.text_search_dictionary import TextSearchDictionary
from auditor.catalog.kinds.transform import Transform
from auditor.model import CatalogObject, ObjectId


def more_needs(item: CatalogObject) -> Iterator[ObjectId]:
    """What an object of one of these kinds needs beside its parent.

    Some that are named may be of a kind they are not, or not exist: who asks looks them up.
    """
    for field in _FUNCTIONS.get(item.KIND, ()):
        if (function := getattr(item, field)) is not None:
            yield ObjectId("function", _catalogued(function))
    if isinstance(item, Operator | OperatorFamily | OperatorClass | Cast | Transform):
        yield from types_in(item.identity)
    if isinstance(item, Transform):
        yield ObjectId("language", item.identity.rpartition(" language ")[2])
    if isinstance(item, OperatorClass):
        yield ObjectId("type", item.type)
    if isinstance(item, TextSearchConfiguration):
        yield ObjectId("text search parser", item.parser)
        for mapping in item.mappings:
            for dictionary in mapping.partition(": ")[2].split(", "):
                yield ObjectId("text search dictionary", dictionary)
    if isinstance(item, TextSearchDictionary):
        yield ObjectId("text search template", item.template)


def lost_with(item: CatalogObject | None, changes: Mapping[str, tuple[Any, Any]]) -> list[ObjectId]:
    """Objects that an object named and names no more, if that is all that changed: it went when they did.

    A role's memberships, members of an operator family, an operator's commutator and negator.

    Args:
        item: the object that is changed.
        changes: its fields that differ, with the expected and the actual value.
    """
    if isinstance(item, Operator) and changes.keys() <= {"commutator", "negator"}:
        if any(actual is not None for _, actual in changes.values()):
            return []
        return [ObjectId("operator", _catalogued(expected)) for expected, _ in changes.values()]
    if isinstance(item, Role) and changes.keys() == {"member_of"}:
        return [ObjectId("role", one.partition(" WITH ")[0]) for one in _lost(*changes["member_of"])]
    if isinstance(item, OperatorFamily) and changes.keys() == {"members"}:
        return [
            ObjectId(match[1].lower(), _catalogued(match[2]))
            for one in _lost(*changes["members"])
            if (match := _MEMBER.fullmatch(one))
        ]
    return []


def types_in(text: str) -> Iterator[ObjectId]:
    """What the qualified names of a type or an argument list may mean: a type, or a table's row type."""
    for name in _QUALIFIED_NAME.findall(text):
        for kind in _ROW_TYPES:
            yield ObjectId(kind, name)


# Private

_MEMBER = re.compile(r"(OPERATOR|FUNCTION) \d+ (?:\([^()]*\) )?(.*?)(?: FOR ORDER BY .*)?")
"""A member of an operator family, as `OperatorFamily.members` has it: what it is, and its identity."""

_QUALIFIED_NAME = re.compile(r'(?:"(?:[^"]|"")+"|[a-z_]\w*)\.(?:"(?:[^"]|"")+"|[a-z_]\w*)')
_ROW_TYPES = ("type", "table", "view", "materialized view", "foreign table")
_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "operator": ("function",),
    "cast": ("function",),
    "conversion": ("function",),
    "language": ("handler", "inline", "validator"),
    "transform": ("from_sql", "to_sql"),
    "access method": ("handler",),
    "foreign-data wrapper": ("handler", "validator"),
    "text search parser": ("start", "token", "end", "headline", "lextypes"),
    "text search template": ("init", "lexize"),
    "aggregate": ("transition_function", "final_function", "combine_function"),
}
"""Kind -> fields that name a function without which its objects cannot be."""

_ARGUMENT = re.compile(r'(?<=[(,])([a-z_]\w*|"char")(?=[\[,)])')
_OF_THE_STANDARD = frozenset(
    {"bit", "boolean", "integer", "numeric", "real", "smallint", "bigint", "interval", "json"}
)


def _catalogued(routine: str) -> str:
    """`app.f(pg_catalog.text,integer)` for `app.f(text,integer)`: an identity for what `regprocedure` prints."""
    return _ARGUMENT.sub(
        lambda match: match[0] if match[0] in _OF_THE_STANDARD else f"pg_catalog.{match[0]}", routine
    )


def _lost(expected: list[str], actual: list[str]) -> list[str]:
    """What is no longer in a list to which nothing was added."""
    return [] if set(actual) - set(expected) else [one for one in expected if one not in actual]
