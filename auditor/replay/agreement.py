"""Does the static reading of a history agree with what PostgreSQL recorded when it ran?

The claim to be judged: every change that a migration really makes to the catalog is either named by the static
reading or lies in a statement that the reading reports as not understood. And what the reading says for certain,
happens.

Rules
-----

Only *net* effects of a migration are compared: what was made and dropped again within it is transient on both
sides. Static effects that touch rows, or stand in the body of a function, are left out. Both sides are reduced to
pairs (identity before, identity after), None standing for "not there": a table that is renamed twice is one pair,
a `DROP` and `CREATE` of the same name are two, an object swapped in under a name is `(a, None)` and `(None, a)`.

*Created, dropped, renamed*: identities must agree exactly. A recorded pair is

- `matched` if a certain static effect says so; `implied` if those that say so are all implied, or if it follows
  from what happens to the object it hangs on: renamed or dropped with it, or made with it where it is no object of
  its own (columns of a view, constructor functions of a range type, tables of a publication);
- `conditional-happened` if only effects under a condition say so;
- `in-unknown` if the migration holds an effect that is not understood, on no known object or on this one, in a
  statement that can have made the change (PostgreSQL's log tells which those are; if it does not, any can);
- else `missed`.

*Altered, enabled, disabled, granted, commented* (default privileges always): `matched` if a static effect of
whatever action, of this migration, is about the object or what it hangs on; `implied` if it is about what hangs on
it, if a key or NOT NULL constraint makes a column NOT NULL, if an object gets privileges as it is made while there
are default privileges, or if PostgreSQL *rebuilt* it (the index of a column whose type changes); then
`conditional-happened`, `in-unknown` and `missed` as above. The other way round nothing is asked: an ALTER, GRANT,
COMMENT or OR REPLACE may leave everything as it was.

A static pair that is certain and was not recorded is `wrong`; `in-unknown` if something not understood in the same
migration may have got in between. A static effect under a condition that nothing recorded shows is
`conditional-did-not`; what later rests on it (an IF NOT EXISTS for an object that was not made after all) is
judged as if it were under a condition too. An effect that the reading calls a no-operation is no effect: if it
happened all the same, that was missed.

At the end the objects that the history leaves behind are compared by kind and identity with those in the
database, those that were there before left out.

A migration that failed, and those after it, are not judged; nor is the end then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from auditor.model import ROW_ACTIONS, Effect, ObjectId
from auditor.replay.kinship import Head, head_of, own_head, renamed_along
from auditor.replay.net import Net, Pair
from auditor.replay.recording import RecordedEffect
from auditor.replay.verdict import Agreement, MigrationAgreement, Outcome, Verdict

if TYPE_CHECKING:
    from auditor.replay.runner import Replay, ReplayStep


class Lived(Protocol):
    """A life of :mod:`auditor.history`, as far as it is of interest here."""

    @property
    def exists(self) -> bool:
        """Whether the object is there at the end."""

    @property
    def effects(self) -> Sequence[Effect]:
        """What the history did to it."""


class StaticReading(Protocol):
    """A :class:`~auditor.history.History`, as far as it is of interest here."""

    @property
    def effects(self) -> Sequence[Effect]:
        """All effects, in order."""

    @property
    def lives(self) -> Mapping[ObjectId, Lived]:
        """By last identity."""

    @property
    def parents(self) -> Mapping[ObjectId, ObjectId]:
        """What each object hangs on."""


def agree(reading: StaticReading, run: Replay) -> Agreement:
    """Compare the static reading of a history with its replay, migration by migration and at the end."""
    return _Judge(reading, run).judge()


# Private

_SAID: tuple[Outcome, ...] = ("implied", "matched", "conditional-happened")  # best first
_NOTHING = ObjectId("", "")

# Made with what they hang on, not by themselves.
_PARTS = frozenset(
    {
        "view column", "materialized view column", "publication relation", "publication namespace",
        "default value",
    }
)  # fmt: skip
# Parts only where the recorder says what they hang on: what a range type brings.
_PARTS_OF_TYPES = frozenset({"function", "cast", "type"})
# The recorder does not list these.
_NOT_RECORDED = frozenset({"database", "tablespace", "large object", "parameter ACL"})
_NOT_AT_END = _NOT_RECORDED | _PARTS | {"default acl", "cast"}


class _Judge:
    def __init__(self, reading: StaticReading, run: Replay) -> None:
        self._reading = reading
        self._run = run
        self._parents: dict[ObjectId, ObjectId] = {}
        for item, parent in run.objects.items():
            if parent is not None:
                self._parents[item] = parent
        for step in run.steps:
            for recorded in step.recorded:
                if recorded.parent is not None:
                    self._parents.setdefault(recorded.object, recorded.parent)
        self._parents = {**reading.parents, **self._parents}
        # By migration; two of one name, in different folders, are told apart by their order.
        self._effects: dict[str, deque[list[Effect]]] = {}
        for migration, effects in groupby(reading.effects, key=lambda effect: effect.migration):
            of_catalog = [e for e in effects if e.action not in ROW_ACTIONS and e.inside in (None, "do")]
            self._effects.setdefault(migration, deque()).append(of_catalog)
        # What rests on conditions that did not hold, and what was done in statements that were not understood.
        self.doubtful: set[ObjectId] = set()
        self.in_unknown: set[ObjectId] = set()
        self.parts: set[ObjectId] = set()
        self.default_privileges = any(item.kind == "default acl" for item in run.baseline)

    def judge(self) -> Agreement:
        migrations = []
        complete = True
        for step in self._run.steps:
            if step.error is not None:
                complete = False
                migrations.append(MigrationAgreement(step.migration, step.file, (), judged=False))
                break
            remaining = self._effects.get(step.migration)
            verdicts = _MigrationJudge(self, step, remaining.popleft() if remaining else ()).verdicts()
            migrations.append(MigrationAgreement(step.migration, step.file, tuple(verdicts)))
        return Agreement(tuple(migrations), tuple(self._end()) if complete else None)

    def head(self, item: ObjectId) -> Head:
        return head_of(item, self._parents)

    def parent(self, item: ObjectId) -> ObjectId | None:
        return self._parents.get(item)

    def normal(self, item: ObjectId) -> ObjectId:
        """Under the name by which the static reading calls it: the role that runs it has none there."""
        if item.kind != "default acl":
            return item
        return ObjectId(
            item.kind, renamed_along(item.identity, f"for role {self._run.owner}", "for role current_user")
        )

    def _end(self) -> Iterator[Verdict]:
        there = (
            {item for item in self._run.objects if item.kind not in _NOT_AT_END} - self._run.baseline - self.parts
        )
        said = {
            item: life
            for item, life in self._reading.lives.items()
            if life.exists
            and item.kind not in _NOT_AT_END
            and item not in self._run.baseline
            and item not in self.parts
            and any(effect.action in {"create", "replace", "rename"} for effect in life.effects)
        }
        for item in sorted(there | said.keys()):
            if item in there and item in said:
                yield Verdict("matched", "", "exists", item)
            elif item in self.in_unknown:
                yield Verdict("in-unknown", "", "exists", item)
            elif item in there:
                outcome: Outcome = "conditional-happened" if item in self.doubtful else "missed"
                yield Verdict(outcome, "", "exists", item)
            else:
                last = said[item].effects[-1]
                outcome = "conditional-did-not" if item in self.doubtful else "wrong"
                yield Verdict(outcome, last.migration, "exists", item, location=last.location)


class _MigrationJudge:
    """Judges one migration; what later ones need to know is left with the judge."""

    def __init__(self, judge: _Judge, step: ReplayStep, effects: Sequence[Effect]) -> None:
        self._judge = judge
        self._migration = step.migration
        self._recorded = [replace(each, object=judge.normal(each.object)) for each in step.recorded]
        self._unknown = [e for e in effects if e.action == "unknown" or e.certainty == "unknown"]
        known = [e for e in effects if e.action != "unknown" and e.certainty != "unknown" and e.object is not None]
        self._active = [effect for effect in known if not effect.no_op]
        self._idle = [effect for effect in known if effect.no_op and effect.object in judge.doubtful]
        self._net = Net(self._active)
        self._by_object: dict[ObjectId, list[Effect]] = {}
        self._by_head: dict[Head, list[Effect]] = {}
        for effect in self._active:
            for item in _names(effect):
                self._by_object.setdefault(item, []).append(effect)
                self._by_head.setdefault(judge.head(item), []).append(effect)
        self._shown: set[int] = set()  # effects of which something recorded shows
        self._pairs: set[Pair] = set()
        self._made = {item for each in self._recorded for _, item in _pairs(each)}
        self._moved = [token for token in self._net.tokens if token.start not in (None, token.end)]
        self._renamed = {each.object: each.to for each in self._recorded if each.action == "rename"}

    def verdicts(self) -> Iterator[Verdict]:
        for recorded in self._recorded:
            pairs = _pairs(recorded)
            self._pairs.update(pairs)
            if recorded.action == "rebuild":
                self._pairs |= {(recorded.object, None), (None, recorded.object)}
            yield self._on_pairs(recorded, pairs) if pairs else self._on_alteration(recorded)
        yield from self._on_claims()
        self._judge.default_privileges |= any(each.object.kind == "default acl" for each in self._recorded)

    # Created, dropped, renamed

    def _on_pairs(self, recorded: RecordedEffect, pairs: Sequence[Pair]) -> Verdict:
        worst: Outcome = "implied"
        for pair in pairs:
            outcome = self._on_pair(pair)
            if outcome is None and self._follows(recorded):
                outcome = "implied"
            if outcome is None:
                return self._otherwise(recorded)
            worst = max(worst, outcome, key=_SAID.index)
        return self._verdict(worst, recorded)

    def _on_pair(self, pair: Pair) -> Outcome | None:
        """What the static effects say of one pair, or None."""
        tokens = self._net.by_pair.get(pair, [])
        self._show(effect for token in tokens for effect in token.effects)
        certain = [token for token in tokens if token.certain]
        if certain:
            return "implied" if all(token.implied for token in certain) else "matched"
        start, end = pair
        if start is None and end is not None:
            replacing = [e for e in self._by_object.get(end, ()) if e.action == "replace"]
            self._show(replacing)
            if any(e.certainty == "certain" for e in replacing):
                return "matched"
        # Under conditions, what comes of all effects together cannot be told; one that says this is enough.
        saying = [e for e in self._by_object.get(end or start or _NOTHING, ()) if _says(e, pair)]
        self._show(saying)
        return "conditional-happened" if tokens or saying else None

    def _follows(self, recorded: RecordedEffect) -> bool:
        """Whether it follows from what happens to the object it hangs on."""
        item, head = recorded.object, self._judge.head(recorded.object)
        if recorded.action == "create":
            parent = self._judge.parent(item)
            of_type = item.kind in _PARTS_OF_TYPES and parent is not None and parent.kind == "type"
            made = any(e.action in {"create", "replace", "alter"} for e in self._by_head.get(head, ()))
            if (item.kind in _PARTS or of_type) and made:
                self._judge.parts.add(item)
                return True
            return False
        for token in self._moved:
            if token.start is None or token.start == item:
                continue
            if recorded.action == "drop" and token.end is None and own_head(token.start) == head:
                return True
            if recorded.action == "rename" and token.end is not None and token.start.identity in item.identity:
                along = renamed_along(item.identity, token.start.identity, token.end.identity)
                if along == recorded.to:
                    self._rename_part(item, recorded.to)
                    return True
        if recorded.action == "drop" and item in self._judge.parts:
            self._judge.parts.discard(item)
            return True
        return False

    def _rename_part(self, item: ObjectId, to: str) -> None:
        if item in self._judge.parts:
            self._judge.parts.discard(item)
            self._judge.parts.add(ObjectId(item.kind, to))

    # Altered, enabled, disabled, granted, commented; default privileges

    def _on_alteration(self, recorded: RecordedEffect) -> Verdict:
        item = recorded.object
        names = [item]
        if item in self._renamed:
            names.append(ObjectId(item.kind, self._renamed[item] or ""))
        head = self._judge.head(item)
        family = self._by_head.get(head, [])
        exact = [e for name in names for e in self._by_object.get(name, ())]
        above = [e for e in family if e.object is not None and own_head(e.object) == head]
        below = family if own_head(item) == head else []
        self._show(e for e in exact if _alike(recorded.action, e.action))
        certain = [e for e in (*exact, *above) if e.certainty == "certain"]
        if certain:
            return self._verdict("implied" if all(e.implied for e in certain) else "matched", recorded)
        siblings = recorded.details == ("not null",) and any(
            e.object is not None and e.object.kind == "table constraint" for e in family
        )
        rebuilt = recorded.action == "rebuild" and (not recorded.details or bool(family))
        if siblings or rebuilt or any(e.certainty == "certain" for e in below) or self._given_when_made(recorded):
            return self._verdict("implied", recorded)
        if exact or above or below:
            self._show((*exact, *above, *below))
            return self._verdict("conditional-happened", recorded)
        return self._otherwise(recorded)

    def _given_when_made(self, recorded: RecordedEffect) -> bool:
        """Whether these are default privileges, or the comment of an extension, of an object just made."""
        if recorded.object not in self._made:
            return False
        return (
            recorded.action == "grant" and self._judge.default_privileges
        ) or recorded.object.kind == "extension"

    # What nothing certain says

    def _otherwise(self, recorded: RecordedEffect) -> Verdict:
        idle = [e for e in self._idle if recorded.object in _names(e)]
        if idle or recorded.object in self._judge.doubtful:
            return self._verdict("conditional-happened", recorded)
        head = self._judge.head(recorded.object)
        for effect in self._unknown:
            about = effect.object is None or self._judge.head(effect.object) == head
            if about and (not recorded.statements or effect.statement in recorded.statements):
                named = {recorded.object} | (
                    {ObjectId(recorded.object.kind, recorded.to)} if recorded.to else set()
                )
                self._judge.in_unknown |= named
                return self._verdict("in-unknown", recorded)
        return self._verdict("missed", recorded)

    # What the reading says and nobody recorded

    def _on_claims(self) -> Iterator[Verdict]:
        for token in self._net.tokens:
            item = token.end or token.start
            if item is None or item.kind in _NOT_RECORDED | _PARTS | {"default acl"}:
                continue
            doubtful = any(name is not None and name in self._judge.doubtful for name in token.pair)
            if token.certain and token.start != token.end and token.pair not in self._pairs:
                outcome: Outcome = "wrong"
                if doubtful:
                    outcome = "conditional-did-not"
                elif any(e.object is None or self._same_family(e.object, item) for e in self._unknown):
                    outcome = "in-unknown"
                if outcome != "wrong":
                    self._judge.doubtful |= {name for name in token.pair if name is not None}
                yield self._claim(outcome, token.effects[-1])
        for effect in self._active:
            if effect.certainty == "conditional" and id(effect) not in self._shown:
                if effect.action in {"create", "drop", "rename"}:
                    self._judge.doubtful |= set(_names(effect))
                yield self._claim("conditional-did-not", effect)

    def _same_family(self, one: ObjectId, other: ObjectId) -> bool:
        return self._judge.head(one) == self._judge.head(other)

    # Making verdicts

    def _show(self, effects: Iterable[Effect]) -> None:
        self._shown.update(id(effect) for effect in effects)

    def _verdict(self, outcome: Outcome, recorded: RecordedEffect) -> Verdict:
        return Verdict(
            outcome,
            self._migration,
            recorded.action,
            recorded.object,
            recorded.to,
            None,
            recorded.statements,
            recorded.details,
        )

    def _claim(self, outcome: Outcome, effect: Effect) -> Verdict:
        assert effect.object is not None  # noqa: S101 - only an unknown effect has none
        statements = (effect.statement,)
        return Verdict(
            outcome, self._migration, effect.action, effect.object, effect.to, effect.location, statements
        )


def _says(effect: Effect, pair: Pair) -> bool:
    """Whether an effect by itself says that an object is called so before and after."""
    start, end = pair
    if effect.action in {"create", "replace"}:
        return start is None and effect.object == end
    if effect.action == "drop":
        return end is None and effect.object == start
    if effect.action == "rename":
        before, after = _names(effect)[0], _names(effect)[-1]
        return (start is None or start == before) and (end is None or end == after)
    return False


def _pairs(recorded: RecordedEffect) -> tuple[Pair, ...]:
    item = recorded.object
    if item.kind == "default acl":
        return ()
    match recorded.action:
        case "create":
            return ((None, item),)
        case "drop":
            return ((item, None),)
        case "recreate":
            return ((item, None), (None, item))
        case "rename":
            return ((item, ObjectId(item.kind, recorded.to or "")),)
    return ()


def _names(effect: Effect) -> tuple[ObjectId, ...]:
    if effect.object is None:
        return ()
    return (effect.object, ObjectId(effect.object.kind, effect.to)) if effect.to is not None else (effect.object,)


def _alike(recorded: str, static: str) -> bool:
    """Whether a conditional static effect of that action is shown to have happened by a recorded one."""
    if recorded == "grant":
        return static in {"grant", "revoke", "alter"}
    return recorded == static or static in {"alter", "replace"}
