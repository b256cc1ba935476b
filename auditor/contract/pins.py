"""Definitions of the contract written down in the contract itself, rather than taken from the migrations.

An entry that is silent follows the migrations: who edits an old migration changes what is expected, too. A pin
says it in `classifications.yaml`, in the same change, for a reviewer to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.trigger import Trigger
from auditor.comparison.bodies import body_hash
from auditor.contract.breach import listed
from auditor.contract.facts import Facts
from auditor.contract.functions import functions_named
from auditor.contract.rows import declared_rows, differences
from auditor.contract.triggers import firing_of
from auditor.declaration.editing import Value
from auditor.declaration.entries import FunctionEntry, RowsEntry, TriggerEntry
from auditor.declaration.firing import parse_firing
from auditor.globs import is_pattern
from auditor.model import Location, ObjectId

MOST_ROWS = 500
"""Rows of a table that are written into the file."""

State = Literal["new", "kept", "outdated"]


@dataclass(frozen=True, slots=True)
class Pin:
    """One key of one entry.

    Attributes:
        section, number: which entry: `functions`, `triggers` or `rows`, and its place in that list from 0.
        object: what the entry is about.
        location: of the entry.
        key: the key that holds the definition.
        before: what it says; None if it says nothing, or `from-migrations`.
        after: what it should say.
        state: `new` if nothing was pinned; `kept` if `after` is what the entry says, in any spelling.
        origin: the migration whose definition that is, or None.
    """

    section: str
    number: int
    object: ObjectId
    location: Location
    key: str
    before: str | None
    after: Value
    state: State
    origin: str | None


@dataclass(frozen=True, slots=True)
class Unpinned:
    """An entry that is left as it is.

    Attributes:
        object: what it is about.
        location: of the entry.
        why: the reason, and what to do.
        problem: `wrong`: the entry names what is not there; `unreadable`: it may not be read; or None.
    """

    object: ObjectId
    location: Location
    why: str
    problem: Literal["wrong", "unreadable"] | None = None


BEHIND: dict[str, tuple[str, ...]] = {
    "definition": ("name",),
    "function": ("name", "role"),
    "fires": ("name", "role", "function"),
    "equal": ("table", "columns", "key"),
}
"""Key -> those behind which it is put where it is new."""


def entries_of(facts: Facts) -> list[ObjectId]:
    """What may be pinned, in the order of the file."""
    contract = facts.configuration.contract
    return [
        *(ObjectId("trigger", one.name) for one in contract.triggers),
        *(ObjectId("function", one.name) for one in contract.functions),
        *(ObjectId("table", one.table) for one in contract.rows),
    ]


def pins_of(facts: Facts) -> Iterator[Pin | Unpinned]:
    """Every pin that the contract has or could have, and what of it cannot be pinned.

    Args:
        facts: `live` and `data` are what is written down: the catalog of a replay, or of a live database.
    """
    contract = facts.configuration.contract
    for number, trigger in enumerate(contract.triggers):
        yield from _trigger(facts, number, trigger)
    for number, function in enumerate(contract.functions):
        yield _function(facts, number, function)
    for number, rows in enumerate(contract.rows):
        yield _rows(facts, number, rows)


# Private


def _function(facts: Facts, number: int, entry: FunctionEntry) -> Pin | Unpinned:
    item = ObjectId("function", entry.name)
    found = functions_named(facts, entry)
    if entry.definition_file is not None:
        return Unpinned(item, entry.location, f"its definition is kept in {entry.definition_file}")
    # A name without arguments is the pattern NAME(*), and may well mean one function.
    if is_pattern(entry.name) and (is_pattern(entry.name.removesuffix("(*)")) or len(found) > 1):
        what = f"{len(found)} functions" if found else "no function"
        return Unpinned(item, entry.location, f"the pattern stands for {what}; a pin is of one, by its full name")
    live = facts.live.objects.get(found[0]) if found else None
    if not isinstance(live, Function):
        return Unpinned(item, entry.location, "there is no such function", "wrong")
    pinned = str(entry.definition).startswith("sha256:")
    if live.language == "sql" and live.body.startswith(("BEGIN ATOMIC", "RETURN ")) and not pinned:
        why = "its body is standard SQL, which each version of PostgreSQL prints in its own way: `from-migrations`"
        return Unpinned(item, entry.location, f"{why} compares the meaning")
    wanted = body_hash(live.body)
    standing = facts.standing(live.id, live.body, None)
    return Pin(
        "functions",
        number,
        item,
        entry.location,
        "definition",
        str(entry.definition) if pinned else None,
        wanted,
        _state(str(entry.definition) if pinned else None, same=entry.definition == wanted),
        standing.live.migration if standing.live is not None else None,
    )


def _trigger(facts: Facts, number: int, entry: TriggerEntry) -> Iterator[Pin | Unpinned]:
    item = ObjectId("trigger", entry.name)
    live = facts.live.objects.get(item)
    if not isinstance(live, Trigger):
        yield Unpinned(item, entry.location, "there is no such trigger", "wrong")
        return
    definition = facts.definition(item)
    fires = entry.fires is not None and parse_firing(entry.fires).allows(firing_of(live))
    for key, before, after, same in (
        ("function", entry.function, live.function, entry.function == live.function),
        ("fires", entry.fires, str(firing_of(live)), fires),
    ):
        said = str(before) if before is not None else None
        migration = definition.migration if definition is not None else None
        yield Pin(
            "triggers", number, item, entry.location, key, said, after, _state(said, same=same), migration
        )  # fmt: skip


def _rows(facts: Facts, number: int, entry: RowsEntry) -> Pin | Unpinned:
    item = ObjectId("table", entry.table)
    found = facts.data.rows.get(str(entry.table)) if facts.data is not None else None
    if found is None:
        return Unpinned(item, entry.location, "there is no such table", "wrong")
    if found.why is not None:
        return Unpinned(item, entry.location, f"its rows could not be read: {found.why}", "unreadable")
    if found.lacking:
        return Unpinned(item, entry.location, f"it has no column {listed(found.lacking)}", "wrong")
    declared = None if isinstance(entry.equal, str) else declared_rows(entry.equal, found.types)
    if declared is None and len(found.rows) > MOST_ROWS:
        why = f"it holds {len(found.rows):,} rows; at most {MOST_ROWS} are written into the file"
        return Unpinned(item, entry.location, why)
    before = f"{len(declared)} rows" if declared is not None else None
    same = declared is not None and not differences(declared, found.rows, range(len(entry.columns)))
    return Pin("rows", number, item, entry.location, "equal", before, found.rows, _state(before, same=same), None)


def _state(before: str | None, *, same: bool) -> State:
    if before is None:
        return "new"
    return "kept" if same else "outdated"
