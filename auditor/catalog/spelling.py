"""How PostgreSQL spells a name depends on its version: bringing identities of older servers to today's spelling.

A name is quoted where it is a keyword, and 16 and 17 made keywords of `json`, the `json_*` words, `system_user`
and `merge_action`: the column `public.t.json` of 15 is `public.t."json"` of 18. The type json, in the list of a
function's arguments, is `pg_catalog.json` up to 16 and `json` since.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

from auditor.catalog.identity import names_in
from auditor.model import CatalogObject, ObjectId, Snapshot

NEWEST = 18
"""The major version whose spelling everything is brought to."""


def respelled(snapshot: Snapshot, other_major: int = NEWEST) -> Snapshot:
    """The snapshot as it can be compared with one of another version.

    Every identity, in objects and in what refers to them, is as the newest version spells it, and privileges that
    the other version does not have are left out.

    Args:
        snapshot: of any version.
        other_major: major version of what it is compared with.
    """
    major = snapshot.server_version_num // 10_000
    if major >= _KEYWORDS_SINCE and other_major >= _MAINTAIN_SINCE:
        return snapshot
    items: Iterable[CatalogObject] = snapshot.objects.values()
    if major < _KEYWORDS_SINCE:
        items = map(_respelled, items)
    if other_major < _MAINTAIN_SINCE <= major:
        items = map(_without_maintain, items)
    return dataclasses.replace(snapshot, objects={item.id: item for item in items})


def respelled_id(item: ObjectId) -> ObjectId:
    """The object as the newest version spells it."""
    identity = respelled_identity(item.identity)
    return item if identity == item.identity else ObjectId(item.kind, identity)


def respelled_identity(identity: str) -> str:
    """An identity as the newest version spells it.

    >>> respelled_identity("public.t.json")
    'public.t."json"'
    >>> respelled_identity("public.f(pg_catalog.json,pg_catalog.text,json.t)")
    'public.f(json,pg_catalog.text,"json".t)'
    >>> respelled_identity("json_table on public.system_user")
    '"json_table" on public."system_user"'
    """
    if not _LATE_WORD.search(identity):
        return identity
    _, rest = names_in(identity)
    text = _NAMES.sub(_quoted, identity.removesuffix(rest))
    if rest.startswith(" on "):
        return f"{text} on {respelled_identity(rest.removeprefix(' on '))}"
    return text + _TYPE.sub("json", _SCHEMA.sub(r'"\1"', rest))


def without_late_quotes(value: Any) -> Any:
    """A text, or a list of them, with the words that became keywords late unquoted and the type json bare."""
    if isinstance(value, list):
        return [without_late_quotes(one) for one in value]
    if not isinstance(value, str):
        return value
    return _TYPE.sub("json", _QUOTED.sub(r"\1", value))


# Private

_KEYWORDS_SINCE = 17
_MAINTAIN_SINCE = 17
_WORDS = (
    "json|json_array|json_arrayagg|json_exists|json_object|json_objectagg|json_query|json_scalar|json_serialize"
    "|json_table|json_value|merge_action|system_user"
)
_LATE_WORD = re.compile(rf"(?<![\w$])({_WORDS})(?![\w$])")
_QUOTED = re.compile(rf'(?<!")"({_WORDS})"(?!")')
_SCHEMA = re.compile(rf'(?<![\w$".])({_WORDS})(?=\.)')
_TYPE = re.compile(r'(?<![\w$".])pg_catalog\.json(?![\w$"])')

_NAMES = re.compile(r'"(?:[^"]|"")*"|[^".]+')

_IDENTITIES = (
    "identity",
    "table",
    "function",
    "references",
    "referenced_table",
    "partition_of",
    "inherits",
    "owned_by",
    "domain",
    "cloned_from",
    "object",
)
"""Fields that name another object."""


def _quoted(match: re.Match[str]) -> str:
    return f'"{match[0]}"' if re.fullmatch(_WORDS, match[0]) else match[0]


def _without_maintain(item: CatalogObject) -> CatalogObject:
    privileges: list[str] | None = getattr(item, "privileges", None)
    if not privileges:
        return item
    known = [text for text in privileges if text.rpartition(": ")[2].rstrip("*") != "MAINTAIN"]
    return dataclasses.replace(item, privileges=known) if known != privileges else item  # type: ignore[call-arg]


def _respelled(item: CatalogObject) -> CatalogObject:
    changes: dict[str, Any] = {}
    for name in _IDENTITIES:
        value = getattr(item, name, None)
        if isinstance(value, str) and (spelled := respelled_identity(value)) != value:
            changes[name] = spelled
        elif isinstance(value, list) and (several := [respelled_identity(one) for one in value]) != value:
            changes[name] = several
    return dataclasses.replace(item, **changes) if changes else item
