"""What is wrong with a snapshot, as neutral values; `auditor.rules` makes findings of them by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from auditor.declaration.entries import DedupeKeyEntry
from auditor.model import Location, ObjectId, OwnerClass, Provenance, Severity

COMPARED = frozenset(
    {
        "function-body-changed",
        "function-security-changed",
        "object-changed",
        "object-missing",
        "object-unexpected",
        "privileges-changed",
        "trigger-state-changed",
    }
)
"""Rules whose breaches a comparison makes: about the object of another breach they say the same once more."""


class Cause(NamedTuple):
    """What in the catalog a breach is about: a field of an object, or (None) that it is there or missing."""

    object: ObjectId
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is not as it should be.

    Attributes:
        name: of the rule: `trigger-contract`, `function-body-changed`...
        message: what is wrong, one line.
        severity: with class, role and mode taken into account.
        object: the object it is about, or None.
        field: names of the fields that differ, joined by `, `; None if the object is missing or extra.
        expected, actual: short texts, or None.
        diff: unified diff of a function's body, or None.
        help: what to do, or None: what the rule says.
        repair: SQL that mends it, or None.
        location: of the migration that last defined the object, else of the entry of the contract.
        provenance: which migration defines it, which one's definition is live.
        owner_class: class of the object.
        also: messages of what follows from the same cause, and is no breach of its own.
        compat: it stands in an entry of `mode: compat`, and is counted rather than failing.
        entry: where the entry of the contract stands that is broken.
        causes: what of the catalog makes it true. A later breach whose causes are all among those of earlier
            ones says nothing new. None at all: it always stands.
        leads: it speaks before breaches about objects that are missing or extra, being the reason for one.
    """

    name: str
    message: str
    severity: Severity
    object: ObjectId | None = None
    field: str | None = None
    expected: str | None = None
    actual: str | None = None
    diff: str | None = None
    help: str | None = None
    repair: str | None = None
    location: Location | None = None
    provenance: Provenance | None = None
    owner_class: OwnerClass | None = None
    also: tuple[str, ...] = ()
    compat: bool = False
    entry: Location | None = None
    causes: frozenset[Cause] = frozenset()
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An entry of `classifications.yaml` that names nothing (rule `entry-matches-nothing`).

    Attributes:
        entry: what it is: `trigger`, `function`, `class core`, `override`, `deployed`...
        text: as it names the object.
        location: where it stands.
        hint: the nearest name that does exist, or None.
        severity: an error in the contract, where it hides that something is not checked; else a warning.
    """

    entry: str
    text: str
    location: Location
    hint: str | None = None
    severity: Severity = Severity.WARNING


@dataclass(slots=True)
class Checked:
    """What checks have found, gathered as they run.

    Attributes:
        breaches: in order of the contract.
        unmatched: entries that name nothing.
        counts: how many of each kind of thing were looked at.
        not_checked: what could not be looked at, each with the reason.
        could_not_check: entries that have no answer now, each with the reason and what to do.
        kept: what the contract says is as it should be although a comparison may see it differently.
        untold: functions whose attributes the history's text does not tell.
        unkept: entries of dedupe keys that nothing keeps, each with what made it so.
    """

    breaches: list[Breach] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    not_checked: list[str] = field(default_factory=list)
    could_not_check: list[str] = field(default_factory=list)
    kept: set[Cause] = field(default_factory=set)
    untold: list[ObjectId] = field(default_factory=list)
    unkept: list[tuple[DedupeKeyEntry, frozenset[Cause]]] = field(default_factory=list)

    def count(self, kind: str, number: int = 1) -> None:
        """Note that something was looked at."""
        self.counts[kind] = self.counts.get(kind, 0) + number


def listed(words: Iterable[str], conjunction: str = "and") -> str:
    """`a, b and c`; `nothing` for no words."""
    items = list(words)
    if not items:
        return "nothing"
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
