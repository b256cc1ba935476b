"""When a trigger fires, as a person writes it and as the catalog holds it.

https://www.postgresql.org/docs/current/sql-createtrigger.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TIMING = re.compile(r"(before|after|instead\s+of)\s+", re.IGNORECASE)
_LEVEL = re.compile(r"\s+(?:for\s+each|for|each)\s+(row|statement)\s*$", re.IGNORECASE)
_EVENT = re.compile(r"(insert|update|delete|truncate)(?:\s+of\s+(.+))?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Firing:
    """When a trigger fires.

    Attributes:
        timing: `BEFORE`, `AFTER` or `INSTEAD OF`.
        events: of `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`, in this order.
        columns: of UPDATE OF, sorted; empty: any column.
        level: `ROW` or `STATEMENT`, or None where it does not matter.
    """

    timing: str
    events: tuple[str, ...]
    columns: tuple[str, ...] = ()
    level: str | None = None

    def __str__(self) -> str:
        """As CREATE TRIGGER spells it."""
        events = " OR ".join(
            f"UPDATE OF {', '.join(self.columns)}" if event == "UPDATE" and self.columns else event
            for event in self.events
        )
        return f"{self.timing} {events}" + (f" FOR EACH {self.level}" if self.level else "")

    def allows(self, live: Firing) -> bool:
        """Whether a live trigger fires as declared here; a level left out here allows both."""
        return (self.timing, self.events, self.columns) == (live.timing, live.events, live.columns) and (
            self.level in (None, live.level)
        )


EVENTS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


def parse_firing(text: str) -> Firing:
    """`after update of events for each row`, in any case and spacing.

    Raises:
        ValueError: says what cannot be read.
    """
    rest = text.strip()
    timing = _TIMING.match(rest)
    if timing is None:
        raise ValueError(f'"{text}" must begin with BEFORE, AFTER or INSTEAD OF')
    rest = rest[timing.end() :]
    level = _LEVEL.search(rest)
    if level is not None:
        rest = rest[: level.start()]
    events: set[str] = set()
    columns: set[str] = set()
    for part in re.split(r"\s+or\s+", rest, flags=re.IGNORECASE):
        event = _EVENT.fullmatch(part.strip())
        if event is None:
            raise ValueError(
                f'"{part.strip()}" is no event of a trigger; write INSERT, UPDATE [OF ...], DELETE or TRUNCATE'
            )
        events.add(event[1].upper())
        if event[2] is not None:
            if event[1].upper() != "UPDATE":
                raise ValueError(f'"{part.strip()}": only UPDATE takes OF and columns')
            columns.update(_column(column) for column in event[2].split(","))
    return Firing(
        re.sub(r"\s+", " ", timing[1].upper()),
        tuple(event for event in EVENTS if event in events),
        tuple(sorted(columns)),
        level[1].upper() if level else None,
    )


# Private


def _column(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("a column is missing behind OF")
    return text if text.startswith('"') else text.lower()
