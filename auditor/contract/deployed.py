"""`contract.deployed`: a migration has reached the database when its ledger row is there and its effects hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.catalog.kinds import BY_KIND
from auditor.catalog.kinds.function import Function
from auditor.contract.breach import Cause, Checked, Unmatched, listed
from auditor.contract.facts import Facts, nearest
from auditor.declaration.entries import DeployedEntry
from auditor.model import Effect, ObjectId, Severity

_STATES = {"enable": {"origin", "always", "replica"}, "disable": {"disabled"}}


@dataclass(frozen=True, slots=True)
class Lacking:
    """An effect of a migration that the live catalog does not show."""

    cause: Cause
    message: str


def check_deployed(facts: Facts, checked: Checked) -> None:
    """Check every migration that must be there."""
    known = [migration.id for migration in facts.history.migrations]
    for entry in facts.configuration.contract.deployed:
        migration = str(entry.migration)
        if migration not in known:
            checked.unmatched.append(
                Unmatched(
                    "deployed", migration, entry.migration.location, nearest(migration, known), Severity.ERROR
                )
            )
            continue
        checked.count("deployed migration")
        _check(facts, checked, entry, migration)


def lacking_effects(facts: Facts, migration: str) -> Iterator[Lacking]:
    """Effects of a migration that should still hold and do not, each object once.

    What a later migration drops, renames, or does again is that one's effect.
    """
    seen: set[object] = set()
    for effect in facts.history.effects_of(migration):
        item = effect.object
        if item is None or item in seen or not _counts(effect) or not _lasts(facts, effect):
            continue
        if not _in_snapshots(facts, effect, item):
            continue
        if not facts.whole and item not in facts.live:
            continue  # it may be there and was not asked for
        seen.add(item)
        found = _lacking(facts, effect, item)
        if found is not None:
            yield found


# Private


def _check(facts: Facts, checked: Checked, entry: DeployedEntry, migration: str) -> None:
    said: list[str] = []
    causes: list[Cause] = []
    if facts.applied is None:
        checked.not_checked.append(f"whether the ledger names {migration}: no ledger was read")
    elif migration not in facts.applied:
        said.append("the ledger does not name it")
        causes.append(Cause(_ledger_object(migration)))
    lacking = list(lacking_effects(facts, migration))
    said += [one.message for one in lacking[:3]]
    if len(lacking) > 3:
        said.append(f"and {len(lacking) - 3} more")
    causes += [one.cause for one in lacking]
    if not said:
        return
    location = next((one for one in facts.history.migrations if one.id == migration), None)
    subject = lacking[0].cause.object if lacking else None
    breach = facts.breach(
        "not-deployed",
        f"migration {migration} has not reached the database: {listed(said)} ({entry.reason})",
        entry=entry,
        item=subject,
        field=f"deployed {migration}",
        expected="deployed",
        actual="; ".join(said),
        help=f"Apply {location.file if location else migration}.",
        location=entry.location,
        causes=causes,
    )
    checked.breaches.append(breach)


def _ledger_object(migration: str) -> ObjectId:
    """A ledger row as a cause of its own: nothing else in the catalog says the same."""
    return ObjectId("ledger row", migration)


def _counts(effect: Effect) -> bool:
    return (
        effect.inside in (None, "do")
        and effect.certainty == "certain"
        and not effect.no_op
        and effect.action in {"create", "replace", "drop", "enable", "disable"}
    )


def _in_snapshots(facts: Facts, effect: Effect, item: ObjectId) -> bool:
    """Whether a snapshot would hold the object if it were there.

    The index of a constraint and a NOT NULL constraint are fields of others: the replay knows which.
    """
    if item.kind not in BY_KIND:
        return False
    if effect.action == "drop":
        return True
    if facts.expected is not None:
        return item in facts.expected
    return not effect.implied and item.kind != "table constraint"


def _lasts(facts: Facts, effect: Effect) -> bool:
    """Whether no later migration undoes or repeats the effect."""
    life = facts.life(effect.object) if effect.object is not None else None
    if life is None:
        return False
    later = False
    for other in life.effects:
        if other is effect:
            later = True
        elif later and not other.no_op and other.migration != effect.migration:
            if effect.action == "drop" and other.action == "create":
                return False
            if effect.action in {"create", "replace"} and other.action in {"drop", "rename"}:
                return False
            if effect.action in _STATES and other.action in {"drop", "rename", "create", "enable", "disable"}:
                return False
    return life.exists == (effect.action != "drop")


def _lacking(facts: Facts, effect: Effect, item: ObjectId) -> Lacking | None:
    live = facts.live.objects.get(item)
    if effect.action == "drop":
        return Lacking(Cause(item), f"{item} is still there") if live is not None else None
    if live is None:
        return Lacking(facts.cause(item), f"{item} is missing")
    if effect.action in _STATES:
        if item.kind == "table constraint":
            return None  # DISABLE TRIGGER ALL is about one of the two tables whose triggers check it
        enabled = getattr(live, "enabled", None)
        if enabled is not None and enabled not in _STATES[effect.action]:
            return Lacking(Cause(item, "enabled"), f"{item} is {enabled}")
        return None
    if isinstance(live, Function):
        return _older_body(facts, effect, live)
    return None


def _older_body(facts: Facts, effect: Effect, live: Function) -> Lacking | None:
    """A function whose live body comes from before the migration."""
    life = facts.life(live.id)
    bodies = [one for one in life.definitions if one.body is not None] if life is not None else []
    own = [at for at, one in enumerate(bodies) if one.migration == effect.migration]
    if not own or any(one.body == live.body for one in bodies[own[-1] :]):
        return None
    older = next((one for one in reversed(bodies[: own[-1]]) if one.body == live.body), None)
    if older is None:
        return None  # a body that no migration wrote is drift, and says nothing about this migration
    return Lacking(Cause(live.id, "body"), f"{live.id} still runs the definition of {older.migration}")
