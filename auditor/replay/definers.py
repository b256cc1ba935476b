"""Which migration last defined each object that is there at the end: by PostgreSQL's account, and by the text.

A migration *defines* an object when

- PostgreSQL creates it there, under whatever name; or runs CREATE OR REPLACE on it, though that may leave it as it
  was; or
- its definition is another one afterwards: ALTER FUNCTION ... SET, ALTER POLICY, ALTER VIEW ... SET, VALIDATE
  CONSTRAINT...

It does not define what it only renames, moves to another schema, hands to another owner, grants, comments,
enables or disables, or attaches to the index of a partitioned table; nor what PostgreSQL itself builds again, as
it does with the indexes and constraints of a column whose type changes.

By PostgreSQL's account: the recorder's effects, and the commands in its log. By the text: the static effects on
the object, of which those under a condition, and those that may leave all as it was (ALTER), count only where
PostgreSQL says that they did something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from auditor.model import Effect, Location, ObjectId
from auditor.replay.recording import RecordedEffect

if TYPE_CHECKING:
    from auditor.replay.runner import Replay, ReplayStep

KINDS = frozenset(
    {
        "aggregate",
        "domain constraint",
        "function",
        "index",
        "materialized view",
        "policy",
        "procedure",
        "rule",
        "table constraint",
        "trigger",
        "view",
    }
)
"""What has a definition of its own."""

Outcome = Literal["agreed", "in-unknown", "differing"]
OUTCOMES: tuple[Outcome, ...] = ("agreed", "in-unknown", "differing")


class Lived(Protocol):
    """A life of :mod:`auditor.history`, as far as it is of interest here."""

    @property
    def effects(self) -> Sequence[Effect]:
        """What the history did to it, under former names too."""


class StaticReading(Protocol):
    """A :class:`~auditor.history.History`, as far as it is of interest here."""

    @property
    def effects(self) -> Sequence[Effect]:
        """All effects, in order."""

    @property
    def lives(self) -> Mapping[ObjectId, Lived]:
        """By last identity."""


@dataclass(frozen=True, slots=True)
class LastDefiner:
    """Which migration last defined one object.

    Attributes:
        object: as it is called at the end.
        recorded: id of the migration by PostgreSQL's account.
        read: id of the migration by the text; None if the text names none.
        outcome: `in-unknown` if they differ and something in the migration of `recorded` is not understood.
        location: of the statement of `read`.
    """

    object: ObjectId
    recorded: str
    read: str | None
    outcome: Outcome
    location: Location | None = None

    def as_json(self) -> dict[str, Any]:
        """As `auditor replay --format json` has it."""
        place = self.location
        return {
            "kind": self.object.kind,
            "identity": self.object.identity,
            "recorded": self.recorded,
            "read": self.read,
            "outcome": self.outcome,
            **({"file": place.file, "line": place.line} if place is not None else {}),
        }


@dataclass(frozen=True, slots=True)
class LastDefiners:
    """The last definers of all objects of :data:`KINDS` that are there at the end, by kind and identity."""

    objects: tuple[LastDefiner, ...]

    @property
    def differing(self) -> tuple[LastDefiner, ...]:
        """Where the text and PostgreSQL name different migrations."""
        return tuple(one for one in self.objects if one.outcome == "differing")

    def as_json(self) -> dict[str, Any]:
        """Counts, and each object."""
        counts = {name: sum(one.outcome == name for one in self.objects) for name in OUTCOMES}
        return {"counts": counts, "objects": [one.as_json() for one in self.objects]}


def last_definers(reading: StaticReading, run: Replay) -> LastDefiners:
    """Compare the last definers of a static reading with those of a replay, which may have stopped half-way."""
    ran = {step.migration for step in run.steps if step.error is None}
    unknown = {
        effect.migration
        for effect in reading.effects
        if effect.certainty == "unknown" and effect.inside in (None, "do")
    }
    recorded = _recorded(run.steps)
    found = []
    for item in sorted(run.objects):
        migrations = recorded.get(item) if item.kind in KINDS else None
        if not migrations:
            continue
        life = reading.lives.get(item)
        effects = [e for e in life.effects if e.migration in ran] if life is not None else []
        last = next(_definitions(reversed(effects), frozenset(migrations)), None)
        outcome: Outcome = "agreed"
        if last is None or last.migration != migrations[-1]:
            outcome = "in-unknown" if migrations[-1] in unknown else "differing"
        read, place = (last.migration, last.location) if last is not None else (None, None)
        found.append(LastDefiner(item, migrations[-1], read, outcome, place))
    return LastDefiners(tuple(found))


def defines(effect: Effect) -> bool:
    """Whether a static effect on an object may define it."""
    if effect.no_op or effect.certainty == "unknown":
        return False
    return effect.action in {"create", "replace"} or (
        effect.action == "alter" and not effect.implied and effect.detail not in _NOT_DEFINING
    )


# Private

_NOT_DEFINING = frozenset({"owner", "depends", "attach index", "cluster on", "set tablespace"})
_NOT_OF_DEFINITION = frozenset(
    {
        "clustered",
        "identity of replicas",
        "owner",
        "parents",
        "proowner",
        "replica identity",
        "tablespace",
    }
)  # fields of the recorder's descriptions


def _definitions(effects: Iterator[Effect], recorded: frozenset[str]) -> Iterator[Effect]:
    for effect in effects:
        surely = effect.certainty == "certain" and effect.action != "alter"
        if defines(effect) and (surely or effect.migration in recorded):
            yield effect


def _recorded(steps: Sequence[ReplayStep]) -> dict[ObjectId, list[str]]:
    """The migrations that defined each object, in order, by its last identity."""
    found: dict[ObjectId, list[str]] = {}
    for step in steps:
        moves: dict[ObjectId, list[str]] = {}
        for each in step.recorded:
            if each.action in {"drop", "recreate"}:
                found.pop(each.object, None)
        for each in step.recorded:
            if each.action == "alter" and _of_definition(each) and each.object in found:
                _add(found[each.object], step.migration)
        for each in step.recorded:
            if each.action == "rename" and each.to is not None:
                moves[ObjectId(each.object.kind, each.to)] = found.pop(each.object, [])
        found |= moves
        for each in step.recorded:
            if each.action in {"create", "recreate"}:
                found[each.object] = [step.migration]
        for item in step.defined:
            _add(found.setdefault(item, []), step.migration)
    return found


def _of_definition(each: RecordedEffect) -> bool:
    return not set(each.details) <= _NOT_OF_DEFINITION


def _add(migrations: list[str], migration: str) -> None:
    if migration not in migrations[-1:]:
        migrations.append(migration)
