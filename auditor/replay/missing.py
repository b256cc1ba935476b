"""What a statement failed for want of, and whether the history makes it itself.

The name comes from PostgreSQL's message, whose wording is its own but has not changed for decades; the replay's
servers speak English. https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from auditor.model import Location, Migration, Statement
from auditor.model import change as c
from auditor.replay.session import Failure

ThingKind = Literal[
    "schema",
    "relation",
    "function",
    "type",
    "role",
    "extension",
    "publication",
    "database",
    "operator class",
    "access method",
    "collation",
    "foreign-data wrapper",
]


class Thing(NamedTuple):
    """Something that a statement names, as far as PostgreSQL's message tells.

    Attributes:
        kind: relations are of one kind here, and so are functions, procedures and aggregates.
        name: unquoted.
        schema: unquoted; None if it was not named, or the kind has none.
    """

    kind: ThingKind
    name: str
    schema: str | None = None

    def __str__(self) -> str:
        """`relation auth.users`, unquoted."""
        return f"{self.kind} {self.schema}.{self.name}" if self.schema else f"{self.kind} {self.name}"

    @property
    def qualified(self) -> Thing:
        """With the schema `public` where one could stand and none does."""
        if self.schema is None and self.kind in _IN_SCHEMAS:
            return self._replace(schema="public")
        return self


@dataclass(frozen=True, slots=True)
class Making:
    """A statement of the history that makes a thing.

    Attributes:
        thing: with its schema.
        location: of the statement.
        tolerant: it is content if the thing is there already: IF NOT EXISTS, OR REPLACE, a condition around it.
    """

    thing: Thing
    location: Location
    tolerant: bool


def missing_thing(failure: Failure) -> Thing | None:
    """What was not there, or None if that is not why the statement failed."""
    if (match := _NO_OPERATOR_CLASS.fullmatch(failure.message)) is not None:
        return Thing("extension", f"btree_{match['method']}")
    for pattern in _MESSAGES.get(failure.sqlstate, ()):
        if (match := pattern.fullmatch(failure.message)) is None:
            continue
        kind = _KINDS[match["kind"]]
        name = match["name"]
        if kind not in _IN_SCHEMAS:
            return Thing(kind, name)
        schema, dot, rest = name.partition(".")
        return Thing(kind, rest, schema) if dot else Thing(kind, name)
    return None


class OwnThings:
    """What a history makes itself, looked up in its text when it is asked for.

    Args:
        migrations: in order.
        prelude: what is run before them.
    """

    def __init__(self, migrations: Sequence[Migration], prelude: Sequence[Statement] = ()) -> None:
        self._statements = [*prelude, *(one for migration in migrations for one in migration.statements)]
        self._layouts = frozenset(migration.layout for migration in migrations)
        self._known: dict[str, list[tuple[Thing, bool]]] = {}

    @property
    def layouts(self) -> frozenset[str]:
        """Names of the layouts of its migrations."""
        return self._layouts

    def mentions(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern is found in any of its statements."""
        return any(pattern.search(statement.text) for statement in self._statements)

    def makings(self, thing: Thing) -> Iterator[Making]:
        """The statements that make a thing, in order; what names it only when it runs is not found."""
        wanted = thing.qualified
        named = re.compile(_BEFORE_A_NAME + re.escape(wanted.name) + r"\b", re.IGNORECASE)
        for statement in self._with_words(wanted):
            if not named.search(statement.text):
                continue
            for made, tolerant in self._made_by(statement.text):
                if made == wanted:
                    yield Making(made, Location(statement.file, statement.line, statement.column), tolerant)

    def shadowed(self, thing: Thing) -> Making | None:
        """The statement that would find a stand-in for a thing in its way, or None.

        Of a relation or a type, any that makes it: with another shape than the stand-in has. Of the rest, one that
        is not content with what is there.
        """
        tolerant_is_fine = thing.kind not in {"relation", "type"}
        for making in self.makings(thing):
            if not (making.tolerant and tolerant_is_fine):
                return making
        return None

    # Private

    def _with_words(self, thing: Thing) -> list[Statement]:
        words = _WORD.findall(thing.name.lower())
        if thing.schema not in (None, "public"):
            words += _WORD.findall((thing.schema or "").lower())
        found = set.intersection(*(self._by_word.get(word, set()) for word in words)) if words else set()
        return [self._statements[index] for index in sorted(found)]

    @cached_property
    def _by_word(self) -> dict[str, set[int]]:
        """Word in lower case -> indexes of the statements that may make something and hold it."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for index, statement in enumerate(self._statements):
            if statement.not_sql is None and _MAKES.search(statement.text):
                for word in set(_WORD.findall(statement.text.lower())):
                    found[word].add(index)
        return dict(found)

    def _made_by(self, text: str) -> list[tuple[Thing, bool]]:
        if text not in self._known:
            self._known[text] = list(things_made_by(text))
        return self._known[text]


def things_made_by(text: str) -> Iterator[tuple[Thing, bool]]:
    """What a statement makes, with schemas, and whether it tolerates that it is there already."""
    from auditor.migrations.effects import plain_changes_of  # loads the parsers; most histories miss nothing

    for change in plain_changes_of(text):
        if change.inside not in (None, "do"):
            continue
        conditional = change.certainty != "certain" or change.guard is not None
        for thing, tolerant in _made(change):
            yield thing.qualified, tolerant or conditional


# Private

_WORD = re.compile(r"[\w$]+")
_MAKES = re.compile(r"\b(?:create|rename|set\s+schema)\b", re.IGNORECASE)
_BEFORE_A_NAME = (
    r"\b(?:aggregate|database|domain|exists|extension|function|group|materialized\s+view|procedure|publication|role"
    r'|schema|sequence|table|to|type|user|view)\s+(?:"?[\w$]+"?\s*\.\s*)?"?'
)
_IN_SCHEMAS = frozenset({"relation", "function", "type", "operator class", "collation"})
_KINDS: dict[str, ThingKind] = {
    "access method": "access method",
    "aggregate": "function",
    "collation": "collation",
    "database": "database",
    "extension": "extension",
    "foreign-data wrapper": "foreign-data wrapper",
    "function": "function",
    "operator class": "operator class",
    "procedure": "function",
    "publication": "publication",
    "relation": "relation",
    "role": "role",
    "routine": "function",
    "schema": "schema",
    "type": "type",
}


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.DOTALL)


# What btree_gist and btree_gin are for.
_NO_OPERATOR_CLASS = _pattern(
    r'data type .+ has no default operator class for access method "(?P<method>gist|gin)"'
)
_MESSAGES: dict[str, tuple[re.Pattern[str], ...]] = {
    "3D000": (_pattern(r'(?P<kind>database) "(?P<name>.+)" does not exist'),),
    "3F000": (_pattern(r'(?P<kind>schema) "(?P<name>.+)" does not exist'),),
    "42P01": (_pattern(r'(?P<kind>relation) "(?P<name>.+)" does not exist'),),
    "42883": (
        _pattern(r"(?P<kind>function|procedure|aggregate|routine) (?P<name>[^(]+)\(.*\) does not exist"),
        _pattern(r'could not find an? (?P<kind>function|procedure|aggregate|routine) named "(?P<name>.+)"'),
    ),
    "42704": (
        _pattern(r'(?P<kind>type|role|extension|publication|access method) "(?P<name>.+)" does not exist'),
        _pattern(r'(?P<kind>foreign-data wrapper) "(?P<name>.+)" does not exist'),
        _pattern(r'(?P<kind>collation) "(?P<name>.+)" for encoding ".+" does not exist'),
        _pattern(r'(?P<kind>type) (?P<name>[^ "]+) does not exist'),
        _pattern(r'(?P<kind>operator class) "(?P<name>.+)" does not exist for access method .+'),
    ),
}


def _made(change: c.AnyChange) -> Iterator[tuple[Thing, bool]]:
    """Each thing with whether the statement says IF NOT EXISTS or OR REPLACE."""
    match change:
        case c.CreateTable() | c.CreateSequence() if not change.temporary:
            yield Thing("relation", change.name.name, change.name.schema), change.if_not_exists
        case c.CreateView() if not change.temporary:
            tolerant = change.if_not_exists or change.or_replace
            yield Thing("relation", change.name.name, change.name.schema), tolerant
        case c.CreateFunction() | c.CreateAggregate():
            yield Thing("function", change.name.name, change.name.schema), change.or_replace
        case c.CreateType():
            yield Thing("type", change.name.name, change.name.schema), False
        case c.Create() if change.kind in _CREATED:
            yield Thing(_CREATED[change.kind], change.name.name), change.if_not_exists or change.or_replace
        case c.Rename() if change.kind in _RENAMED:
            yield Thing(_RENAMED[change.kind], change.to, change.name.schema), False
        case c.SetSchema() if change.kind in _RENAMED:
            yield Thing(_RENAMED[change.kind], change.name.name, change.to), False


_CREATED: dict[str, ThingKind] = {
    "schema": "schema",
    "extension": "extension",
    "role": "role",
    "publication": "publication",
    "database": "database",
}
_RENAMED: dict[str, ThingKind] = {
    "table": "relation",
    "view": "relation",
    "materialized view": "relation",
    "foreign table": "relation",
    "sequence": "relation",
    "function": "function",
    "procedure": "function",
    "type": "type",
    "schema": "schema",
    "role": "role",
}
