"""Anchors of the page, and how much room is left on it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Values = Mapping[str, Any]


class Room:
    """What a page has room for.

    Args:
        left: characters of long texts.
        lives: objects whose life is told.
        boxes: of the map; with more there is no picture.
    """

    def __init__(self, left: int, lives: int, boxes: int) -> None:
        self.left = left
        self.lives = lives
        self.boxes = boxes

    def take(self, text: str) -> bool:
        """Whether the text has room; if so it is taken."""
        if len(text) > self.left:
            return False
        self.left -= len(text)
        return True


class Anchors:
    """Names within the page, each given once, and the same in every page that is about the same."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._objects: dict[tuple[str, str], str] = {}
        self._identities: dict[str, str] = {}
        self.migrations: list[tuple[Values, str]] = []

    def take(self, *parts: str) -> str:
        """A name made of some words."""
        name = "-".join(slug for part in parts if (slug := _slug(part))) or "it"
        self._taken[name] += 1
        return name if self._taken[name] == 1 else f"{name}--{self._taken[name]}"

    def objects(self, objects: Iterable[Values]) -> None:
        """Give each object its name, so that others may lead to it."""
        for one in objects:
            kind, identity = one["kind"], one["identity"]
            digest = hashlib.sha256(f"{kind} {identity}".encode("utf-8", "replace")).hexdigest()[:6]
            self._objects[kind, identity] = self.take("o", _slug(identity)[:28], digest)
            self._identities.setdefault(identity, self._objects[kind, identity])

    def object(self, kind: str | None, identity: str | None) -> str | None:
        """The name of an object that the page shows, or None."""
        return self._objects.get((kind or "", identity or ""))

    def href(self, identity: str) -> str | None:
        """The same, of whatever kind it is."""
        return self._identities.get(identity)


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:60]
