"""Judges one migration: what PostgreSQL recorded against what the static reading says.

The rules are told in :mod:`auditor.replay.agreement`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.model import Effect, ObjectId
from auditor.replay.kinship import Head, head_of, last_part, own_head, renamed_along
from auditor.replay.net import Net, Pair, Token
from auditor.replay.recording import RecordedEffect
from auditor.replay.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from auditor.replay.runner import ReplayStep


@dataclass(slots=True)
class Memory:
    """What the judgement of one migration needs to know of the others.

    Attributes:
        parents: what objects hang on whose identities do not tell.
        owner: the role that ran the migrations.
        baseline: what was there before the first migration; OR REPLACE may leave it as it was.
        doubtful: objects whose existence rests on conditions that did not hold.
        in_unknown: objects made or renamed in statements that were not understood.
        parts: objects that were made along with another, without a word of the static reading.
        default_privileges: whether there are any by now.
    """

    parents: Mapping[ObjectId, ObjectId]
    owner: str
    baseline: frozenset[ObjectId] = frozenset()
    doubtful: set[ObjectId] = field(default_factory=set)
    in_unknown: set[ObjectId] = field(default_factory=set)
    parts: set[ObjectId] = field(default_factory=set)
    default_privileges: bool = False

    def head(self, item: ObjectId) -> Head:
        """The object that `item` hangs on, or itself."""
        return head_of(item, self.parents)

    def parent(self, item: ObjectId) -> ObjectId | None:
        """What it hangs on where the identity does not tell, or None."""
        return self.parents.get(item)

    def rename(self, item: ObjectId, to: str) -> None:
        """Remember of an object under its new name what is remembered of it."""
        for known in (self.doubtful, self.in_unknown, self.parts):
            if item in known:
                known.add(ObjectId(item.kind, to))

    def normal(self, item: ObjectId) -> ObjectId:
        """Under the name by which the static reading calls it: the role that runs it has none there."""
        if item.kind != "default acl":
            return item
        return ObjectId(item.kind, renamed_along(item.identity, f"for role {self.owner}", "for role current_user"))


def judge_migration(step: ReplayStep, effects: Sequence[Effect], memory: Memory) -> list[Verdict]:
    """One verdict for each recorded effect, and for each claim of the static reading that did not come true.

    Args:
        step: of the replay.
        effects: of the migration, those that touch rows or stand in the body of a function left out.
        memory: is brought up to date.
    """
    return list(_Judge(step, effects, memory).verdicts())


# Private

_SAID: tuple[Outcome, ...] = ("implied", "matched", "conditional-happened")  # best first
_NOTHING = ObjectId("", "")

# Made with what they hang on, not by themselves.
_PARTS = frozenset(
    {
        "view column",
        "materialized view column",
        "default value",
    }
)
# Parts only where the recorder says what they hang on: what a range type brings.
_PARTS_OF_TYPES = frozenset({"function", "cast", "type"})
# The recorder does not list these.
_NOT_RECORDED = frozenset({"database", "tablespace", "large object", "parameter ACL"})
NOT_AT_END = _NOT_RECORDED | _PARTS | {"default acl", "cast"}


class _Judge:
    """Judges one migration; what later ones need to know is left in the memory."""

    def __init__(self, step: ReplayStep, effects: Sequence[Effect], memory: Memory) -> None:
        self._memory = memory
        self._migration = step.migration
        self._recorded = [replace(each, object=memory.normal(each.object)) for each in step.recorded]
        self._unknown = [e for e in effects if e.action == "unknown" or e.certainty == "unknown"]
        known = [e for e in effects if e.action != "unknown" and e.certainty != "unknown" and e.object is not None]
        self._active = [effect for effect in known if not effect.no_op]
        self._idle = [effect for effect in known if effect.no_op and effect.object in memory.doubtful]
        self._net = Net(self._active)
        self._by_object: dict[ObjectId, list[Effect]] = {}
        self._by_head: dict[Head, list[Effect]] = {}
        for effect in self._active:
            for item in _names(effect):
                self._by_object.setdefault(item, []).append(effect)
                self._by_head.setdefault(memory.head(item), []).append(effect)
        self._shown: set[int] = set()  # effects of which something recorded shows
        self._pairs: set[Pair] = set()
        self._made = {item for each in self._recorded for _, item in _pairs(each)}
        self._moved = [token for token in self._net.tokens if token.start not in (None, token.end)]
        self._renamed = {each.object: each.to for each in self._recorded if each.to is not None}

    def verdicts(self) -> Iterator[Verdict]:
        for recorded in self._recorded:
            pairs = _pairs(recorded)
            self._pairs.update(pairs)
            if recorded.action == "rebuild":
                self._pairs |= {(recorded.object, None), (None, recorded.object)}
            yield self._on_pairs(recorded, pairs) if pairs else self._on_alteration(recorded)
        yield from self._on_claims()
        for item, to in self._renamed.items():
            self._memory.rename(item, to)
        self._memory.default_privileges |= any(each.object.kind == "default acl" for each in self._recorded)

    # Created, dropped, renamed

    def _on_pairs(self, recorded: RecordedEffect, pairs: Sequence[Pair]) -> Verdict:
        worst: Outcome = "implied"
        for pair in pairs:
            outcome = self._on_pair(pair)
            if outcome is None and self._follows(recorded.object, pair):
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

    def _follows(self, item: ObjectId, pair: Pair) -> bool:
        """Whether it follows from what happens to the object it hangs on."""
        start, end = pair
        head = self._memory.head(item)
        if start is None:
            parent = self._memory.parent(item)
            of_type = item.kind in _PARTS_OF_TYPES and parent is not None and parent.kind == "type"
            made = any(e.action in {"create", "replace", "alter"} for e in self._by_head.get(head, ()))
            if (item.kind in _PARTS or of_type) and made:
                self._memory.parts.add(item)
                return True
            return False
        if any(_takes_along(token, start, end, head) for token in self._moved):
            return True
        if end is None and item in self._memory.parts:
            self._memory.parts.discard(item)
            return True
        return False

    # Altered, enabled, disabled, granted, commented; default privileges

    def _on_alteration(self, recorded: RecordedEffect) -> Verdict:
        item = recorded.object
        names = [item]
        if item in self._renamed:
            names.append(ObjectId(item.kind, self._renamed[item]))
        head = self._memory.head(item)
        family = [e for e in self._by_head.get(head, ()) if _can_be(recorded.action, e)]
        exact = [e for name in names for e in self._by_object.get(name, ()) if _can_be(recorded.action, e)]
        above = [e for e in family if e.object is not None and own_head(e.object) == head]
        below = family if own_head(item) == head else []
        self._show(e for e in exact if e.action not in {"create", "drop", "rename"})
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
            recorded.action == "grant" and self._memory.default_privileges
        ) or recorded.object.kind == "extension"

    # What nothing certain says

    def _otherwise(self, recorded: RecordedEffect) -> Verdict:
        idle = [e for e in self._idle if recorded.object in _names(e)]
        if idle or (recorded.object in self._memory.doubtful and recorded.action != "create"):
            return self._verdict("conditional-happened", recorded)
        head = self._memory.head(recorded.object)
        for effect in self._unknown:
            about = effect.object is None or self._memory.head(effect.object) == head
            if about and (not recorded.statements or effect.statement in recorded.statements):
                named = {recorded.object} | (
                    {ObjectId(recorded.object.kind, recorded.to)} if recorded.to else set()
                )
                self._memory.in_unknown |= named
                return self._verdict("in-unknown", recorded)
        return self._verdict("missed", recorded)

    # What the reading says and nobody recorded

    def _on_claims(self) -> Iterator[Verdict]:
        for token in self._net.tokens:
            item = token.end or token.start
            if item is None or item.kind in _NOT_RECORDED | _PARTS | {"default acl"}:
                continue
            doubtful = any(name is not None and name in self._memory.doubtful for name in token.pair)
            if token.certain and token.start != token.end and token.pair not in self._pairs:
                outcome: Outcome = "wrong"
                if doubtful or (token.start is None and token.end in self._memory.baseline):
                    outcome = "conditional-did-not"
                elif any(e.object is None or self._same_family(e.object, item) for e in self._unknown):
                    outcome = "in-unknown"
                if outcome != "wrong":
                    self._memory.doubtful |= {name for name in token.pair if name is not None}
                yield self._claim(outcome, token.effects[-1])
        for effect in self._active:
            if effect.certainty == "conditional" and id(effect) not in self._shown:
                if effect.action in {"create", "drop", "rename"}:
                    self._memory.doubtful |= set(_names(effect))
                yield self._claim("conditional-did-not", effect)

    def _same_family(self, one: ObjectId, other: ObjectId) -> bool:
        return self._memory.head(one) == self._memory.head(other)

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


def _constraint_of(item: ObjectId, head: Head) -> ObjectId | None:
    """The constraint that an index may belong to, which then has its name."""
    if item.kind != "index":
        return None
    return ObjectId("table constraint", f"{last_part(item.identity)} on {head[1]}")


def _takes_along(token: Token, start: ObjectId, end: ObjectId | None, head: Head) -> bool:
    """Whether an object goes, or is renamed, because another one is."""
    if token.start is None or token.start == start:
        return False
    if token.start == _constraint_of(start, head):
        return token.end == (None if end is None else _constraint_of(end, head))
    if end is None or token.end is None:
        return end is None and token.end is None and own_head(token.start) == head
    # Most are not: the text tells it at once.
    within = token.start.identity in start.identity
    return within and renamed_along(start.identity, token.start.identity, token.end.identity) == end.identity


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


def _can_be(recorded: str, effect: Effect) -> bool:
    """Whether an effect can be what was recorded: privileges and comments only come from what is about them."""
    if recorded == "grant":
        return effect.action in {"grant", "revoke"} or (effect.action == "alter" and effect.detail == "owner")
    return recorded != "comment" or effect.action == "comment"
