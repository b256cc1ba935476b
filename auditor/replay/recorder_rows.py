"""Rows of the catalog and of the event triggers' log, as the recorder keeps them."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from auditor.model import ObjectId

Key = tuple[int, int, int]
"""classid, objid, objsubid."""


@dataclass(frozen=True, slots=True)
class Row:
    """One object as it is; `definition` is JSON whose fields mean something to a person."""

    parent: Key | None
    kind: str
    identity: str
    enabled: str | None
    acl: str | None
    comment: str | None
    definition: str
    id: ObjectId = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", ObjectId(self.kind, self.identity))


class LogEntry:
    """One row of the log."""

    __slots__ = ("dropped", "id", "identity", "key", "original", "statement", "tag", "type")

    def __init__(
        self,
        id: int,  # noqa: A002 - the column's name
        dropped: bool,
        tag: str,
        classid: int | None,
        objid: int | None,
        objsubid: int | None,
        type: str | None,  # noqa: A002 - the column's name
        identity: str | None,
        original: bool | None,
        statement: str | None,
    ) -> None:
        self.id, self.dropped, self.tag, self.type, self.identity = id, dropped, tag, type, identity
        self.key = None if classid is None or objid is None else (classid, objid, objsubid or 0)
        self.original, self.statement = original, statement


class Sources:
    """Which statements of a migration can have done what."""

    def __init__(self, log: Iterable[LogEntry], statements: Sequence[str]) -> None:
        ordinals: defaultdict[str, list[int]] = defaultdict(list)
        for ordinal, text in enumerate(statements, start=1):
            ordinals[hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()].append(ordinal)
        self.named: set[Key] = set()
        self._of: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self._of_rights: set[int] = set()
        for entry in log:
            found = ordinals.get(entry.statement or "", ())
            if entry.key is not None:
                self._of[entry.key[:2]].update(found)
                if entry.original or not entry.dropped:
                    self.named.add(entry.key)
            elif entry.tag in {"GRANT", "REVOKE"}:
                self._of_rights.update(found)

    def statements(self, line: Iterable[Key], *, rights: bool = False) -> tuple[int, ...]:
        """Ordinals of the statements that were about an object, or else its nearest ancestor; and of grants."""
        found: set[int] = set(self._of_rights) if rights else set()
        for key in line:
            if ordinals := self._of.get(key[:2]):
                return tuple(sorted(found | ordinals))
        return tuple(sorted(found))


def likeness(one: Row, other: Row) -> tuple[bool, int]:
    """How alike two objects of one table are: by name, then by the number of fields that are the same."""
    names = [re.split(r" on |\.", row.identity) for row in (one, other)]
    ends = 0 if " on " in one.identity else -1
    fields, others = json.loads(one.definition), json.loads(other.definition)
    return names[0][ends] == names[1][ends], sum(others.get(name) == value for name, value in fields.items())


def differing(former: Row, row: Row) -> tuple[str, ...]:
    if former.definition == row.definition:
        return ()
    before, after = json.loads(former.definition), json.loads(row.definition)
    fields = dict.fromkeys([*before, *after])
    return tuple(name for name in fields if before.get(name) != after.get(name))
