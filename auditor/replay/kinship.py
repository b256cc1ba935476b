"""Which objects belong together, as far as kinds and identities tell: a table and what hangs on it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.model import ObjectId

RELATION_KINDS = frozenset({"table", "foreign table", "view", "materialized view", "sequence", "index"})
TYPE_KINDS = frozenset({"type", "composite type"})

Head = tuple[str, str]
"""A namespace (`relation`, `type`, or a kind) and the identity in it of the object that others hang on."""


def head_of(item: ObjectId, parents: Mapping[ObjectId, ObjectId]) -> Head:
    """The object on which `item` hangs, or itself.

    Args:
        item: any object.
        parents: for those whose identity does not tell: the table of an index or of an owned sequence, the range
            type of a constructor function.
    """
    kind, identity = item.kind, item.identity
    if kind == "default value":
        kind, identity = "table column", identity.removeprefix("for ")
    if kind.endswith(" column"):
        relation = without_last_part(identity)
        return ("type" if kind == "composite type column" else "relation"), relation
    if kind in {"table constraint", "trigger", "policy", "rule"}:
        return "relation", after(identity, " on ")
    if kind == "domain constraint":
        return "type", after(identity, " on ")
    if kind in {"publication relation", "publication namespace"}:
        return "publication", after(identity, " in publication ")
    parent = parents.get(item)
    if parent is not None and parent != item:
        return head_of(parent, {})
    return own_head(item)


def own_head(item: ObjectId) -> Head:
    """`item` as something that others hang on."""
    if item.kind in RELATION_KINDS:
        return "relation", item.identity
    return ("type" if item.kind in TYPE_KINDS else item.kind), item.identity


def without_last_part(identity: str) -> str:
    """`public.t` of `public.t.c`, quoted names respected."""
    match = _LAST_PART.search(identity)
    return identity[: match.start()] if match is not None else identity


def last_part(identity: str) -> str:
    """`c` of `public.t.c`, quoted if it is."""
    match = _LAST_PART.search(identity)
    return match[0][1:] if match is not None else identity


def after(identity: str, separator: str) -> str:
    """What stands behind the last ` on ` that is not within a quoted name."""
    at = len(identity)
    while (at := identity.rfind(separator, 0, at)) >= 0:
        if identity.count('"', 0, at) % 2 == 0:
            return identity[at + len(separator) :]
    return identity


def renamed_along(identity: str, old: str, new: str) -> str:
    """`identity` after an object whose identity stands within it was renamed."""
    pattern = rf'(?<![\w$."]){re.escape(old)}(?![\w$"])'
    return re.sub(pattern, lambda _: new, identity)


# Private

_LAST_PART = re.compile(r'\.(?:"(?:[^"]|"")*"|[^".]+)$')
