"""How objects are named: exactly as PostgreSQL's `pg_identify_object()` does.

https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-OBJECT
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class ObjectId:
    """A database object.

    Attributes:
        kind: the `type` column of `pg_identify_object()`, for example `table column`.
        identity: its `identity` column, for example `public.documents.events`.
    """

    kind: str
    identity: str

    def __str__(self) -> str:
        """`kind identity`, the spelling of an entry of `classifications.yaml`."""
        return f"{self.kind} {self.identity}"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file.

    Attributes:
        file: path relative to the project's root, with forward slashes.
        line: 1-based.
        column: 1-based, in characters.
    """

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """`file:line:column`, as editors and terminals understand it."""
        return f"{self.file}:{self.line}:{self.column}"
