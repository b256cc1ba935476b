"""What a live database has of the objects of a history: which version, switched on or off, and who wrote it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from auditor.audits.check import Looked
from auditor.audits.parts.forensic import Rows, States, Unaltered, spans_of
from auditor.audits.parts.live import Live
from auditor.comparison.snapshots import compare
from auditor.forensics.blame import Version, newest_of, version_of
from auditor.history.lives import Life
from auditor.model import CatalogObject, ObjectId

STATES = 3
"""Most states of the history that are made to find older versions, each by a replay: a page is to come soon, and
`auditor forensics blame` looks further.
"""


class LiveStates:
    """The live state of one object after the other.

    Args:
        looked: what the check looked at, with what provenance needs as the `further` of its live database.
        live: its live database.
    """

    def __init__(self, looked: Looked, live: Live) -> None:
        rows: Rows = live.further
        self._rows = rows
        self._history = looked.inputs.history
        self._live = live.snapshot
        self._expected = looked.made
        where = looked.replayed.where if looked.replayed is not None else None
        self._states = States(looked.inputs, live, where=where, most=STATES)
        self._spans = spans_of(rows, looked.inputs)
        self._unaltered = Unaltered(looked.made, live.snapshot)
        found = compare(looked.made, live.snapshot) if looked.made is not None else ()
        self._changed = {one.object: one for one in found}

    @property
    def not_read(self) -> tuple[str, ...]:
        """What of the ledger could not be read, so that less can be told."""
        return self._rows.not_read

    @property
    def doubt(self) -> str:
        """Why the ledger cannot be trusted from its beginning; empty if it can."""
        return self._spans.doubt

    def of(self, item: ObjectId, life: Life | None) -> dict[str, Any]:
        """The state of one object, ready for JSON.

        `word` is `same`, `older`, `altered`, `missing`, `extra`, `absent` (dropped, and not there), `part` (read
        as a part of another object) or `unknown`.
        """
        version = self._version(item, life)
        there = self._live.objects.get(item)
        transaction = None
        if version.exists is not False:
            transaction = self._spans.origin(item, as_history=self._unaltered(item)).as_json()
        return {
            "word": self._word(item, version, life),
            "exists": version.exists,
            "matches": version.matches,
            "newest": version.newest,
            "switched": list(_switches(there)),
            "differs": list(self._differs(item)),
            "diff": version.diff,
            "unknown": version.unknown,
            "transaction": transaction,
            "recorded": self._rows.recorded(item),
        }

    def without_history(self, but: Collection[str]) -> list[ObjectId]:
        """Live objects that no migration made, but for those of some kinds."""
        return [
            item
            for item in self._live.objects
            if item.kind not in but and item not in self._history.lives and not self._is_made(item)
        ]

    def ancestors(self, item: ObjectId) -> tuple[ObjectId, ...]:
        """What a live object hangs on, nearest first."""
        found: list[ObjectId] = []
        there = self._live.objects.get(item)
        while there is not None and there.parent is not None and there.parent not in found:
            found.append(there.parent)
            there = self._live.objects.get(there.parent)
        return tuple(found)

    # Private

    def _is_made(self, item: ObjectId) -> bool:
        return self._expected is not None and item in self._expected

    def _differs(self, item: ObjectId) -> Iterator[dict[str, str]]:
        """Fields, each with both values; the body of a function is told by its difference."""
        found = self._changed.get(item)
        for name, (expected, actual) in found.changes.items() if found is not None and found.actual else ():
            if name != "body":
                yield {"field": name, "expected": _shown(expected), "actual": _shown(actual)}

    def _version(self, item: ObjectId, life: Life | None) -> Version:
        there = self._live.objects.get(item)
        if there is not None and self._is_made(item) and item not in self._changed:
            newest = newest_of(life, there)
            return Version(True, newest, newest)
        return version_of(item, life, self._live, self._expected, self._states.after)

    def _word(self, item: ObjectId, version: Version, life: Life | None) -> str:
        wanted = (life is not None and life.exists) or self._is_made(item)
        if version.exists is None:
            return "part"
        if not version.exists:
            return "missing" if wanted else "absent"
        if not wanted:
            return "extra"
        if item not in self._changed and self._is_made(item):
            return "same"
        if version.matches is not None and version.matches != version.newest:
            return "older"
        if version.differs or version.diff:
            return "altered"
        return "unknown" if version.unknown is not None else "same"


def _shown(value: Any) -> str:
    """A value for people: a list has a line for each of its items."""
    if isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value) or "none"
    return {None: "none", True: "yes", False: "no"}.get(value, str(value)) if not isinstance(value, str) else value


def _switches(there: CatalogObject | None) -> Iterator[dict[str, Any]]:
    """What of an object may be on or off, and which it is."""
    enabled = getattr(there, "enabled", None)
    if isinstance(enabled, str):
        told = {
            "origin": "enabled",
            "always": "enabled, also for replicas",
            "replica": "enabled for replicas only",
        }
        yield {"told": told.get(enabled, enabled), "on": enabled in ("origin", "always")}
    if getattr(there, "valid", True) is False:
        yield {"told": "not valid", "on": False}
    if getattr(there, "validated", True) is False:
        yield {"told": "not validated", "on": False}
