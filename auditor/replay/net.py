"""The static effects of one migration, reduced to what they come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.model import Effect, ObjectId
from auditor.replay.kinship import renamed_along

Pair = tuple[ObjectId | None, ObjectId | None]
"""What an object is called before and after; None: it is not there."""


@dataclass(slots=True, eq=False)
class Token:
    """One object through one migration, as the static reading has it.

    Attributes:
        start: its identity before, or None if it is made.
        end: its identity after, or None if it is dropped.
        effects: what happens to it, in order.
        certain: whether nothing of that stands under a condition.
    """

    start: ObjectId | None
    end: ObjectId | None
    effects: list[Effect] = field(default_factory=list)
    certain: bool = True

    @property
    def pair(self) -> Pair:
        """Before and after."""
        return self.start, self.end

    @property
    def implied(self) -> bool:
        """Whether nothing in the text names it."""
        return all(effect.implied for effect in self.effects)


class Net:
    """What a migration comes to.

    Args:
        effects: those that are understood and do something, in order.

    Attributes:
        tokens: every object mentioned.
        by_pair: the same by what they are called before and after.
    """

    def __init__(self, effects: Iterable[Effect]) -> None:
        self.tokens: list[Token] = []
        self._live: dict[ObjectId, Token] = {}
        self._renames: list[tuple[str, str]] = []
        for effect in effects:
            assert effect.object is not None  # noqa: S101 - only an unknown effect has none
            self._add(effect, effect.object)
        self.by_pair: dict[Pair, list[Token]] = {}
        for token in self.tokens:
            self.by_pair.setdefault(token.pair, []).append(token)

    def _add(self, effect: Effect, item: ObjectId) -> None:
        if effect.action == "create":
            former = self._live.pop(item, None)
            if former is not None:
                former.certain = False
            token = self._new(None, item)
        else:
            found = self._live.get(item)
            token = found if found is not None else self._new(self._former(item), item)
        if effect.action == "replace" and len(token.effects) == 0:
            token.certain = False  # made or replaced: either is right
        if effect.action == "drop":
            self._live.pop(item, None)
            token.end = None
        elif effect.action == "rename" and effect.to is not None:
            self._live.pop(item, None)
            token.end = ObjectId(item.kind, effect.to)
            other = self._live.get(token.end)
            if other is not None:
                other.certain = False
            self._live[token.end] = token
            self._renames.append((item.identity, effect.to))
        token.effects.append(effect)
        token.certain = token.certain and effect.certainty == "certain"

    def _new(self, start: ObjectId | None, end: ObjectId) -> Token:
        token = Token(start, end)
        self.tokens.append(token)
        self._live[end] = token
        return token

    def _former(self, item: ObjectId) -> ObjectId:
        """What an object was called before what it hangs on was renamed, if nobody said that it is too."""
        identity = item.identity
        for old, new in reversed(self._renames):
            identity = renamed_along(identity, new, old)
        return ObjectId(item.kind, identity)
