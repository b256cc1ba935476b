"""What the types of `classifications.yaml` have in common: texts and mappings that know where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, Self

import msgspec

from auditor.model import Location

NOWHERE = Location("")
"""The place of a value that was not read from a file."""

Mode = Literal["strict", "compat"]
EnabledState = Literal["origin", "always", "replica", "disabled"]
ClassName = Literal["core", "legacy", "infra"]
SeverityName = Literal["error", "warning", "note"]


class Text(str):
    """A string which knows where it stands in its file."""

    __slots__ = ("location",)

    location: Location

    def __new__(cls, text: str, location: Location = NOWHERE) -> Self:
        """A string like any other, with its place."""
        made = super().__new__(cls, text)
        made.location = location
        return made


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that is a mapping in the file.

    Attributes:
        location: where its first key stands; not itself a key.
    """

    location: Location = NOWHERE

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """What cannot be so although each key by itself is right, with the place."""
        yield from ()


def twice(entries: Iterable[Any], key: Callable[[Any], Any], what: str) -> Iterator[tuple[Location, str]]:
    """Entries that are about what an earlier one is about, with what to say."""
    first: dict[Any, Location] = {}
    for entry in entries:
        name = key(entry)
        if name in first:
            yield entry.location, f"this {what} has an entry already in line {first[name].line}; keep one"
        first.setdefault(name, entry.location)


COUNT = {"read": "count"}


COUNT_SCHEMA = {"type": ["integer", "string"], "pattern": "^[0-9]+$"}
