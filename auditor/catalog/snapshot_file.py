"""A snapshot as a JSON text, and back.

`{"version": 1, "server_version_num": 180006, "kinds": {"schema": ["owner", ...], ...},
"objects": [{"kind": ..., "identity": ..., ...fields}]}`: one object a line, sorted, so that two files can be
compared with any tool. `kinds` says what the program that wrote the file reads, so that a later one, which reads
more, knows what the file cannot tell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from auditor.catalog.kinds import BY_KIND, KINDS
from auditor.errors import ConfigurationError, ConfigurationProblem
from auditor.model import CatalogObject, ObjectId, Snapshot

VERSION = 1

FIRST_KINDS: frozenset[str] = frozenset(
    """aggregate|default acl|domain constraint|event trigger|extension|foreign table|foreign table column|function
    |index|materialized view|policy|procedure|publication|rule|schema|sequence|table|table column|table constraint
    |trigger|type|view""".replace("\n    ", "").split("|")
)
"""What the files hold that do not say it."""


def dump(snapshot: Snapshot) -> str:
    """The snapshot as JSON; the same snapshot gives the same text, whatever the order of its objects."""
    head = {
        "version": VERSION,
        "server_version_num": snapshot.server_version_num,
        "migration_role": snapshot.migration_role,
        "unread": [list(item) for item in snapshot.unread],
        "kinds": {kind.KIND: _fields(kind, snapshot.lacking) for kind in KINDS},
    }
    objects = sorted(snapshot.objects.values(), key=lambda item: (item.KIND, item.identity))
    lines = ",\n".join(f"  {_json(_plain(item))}" for item in objects)
    members = [f"{_json(name)}: {_json(value)}" for name, value in head.items()]
    return "{" + ",\n ".join(members) + ',\n "objects": [\n' + lines + "\n ]}\n"


def load(text: str, file: str = "snapshot") -> Snapshot:
    """Read what :func:`dump` wrote.

    Args:
        text: JSON.
        file: how the file is called in errors.

    Raises:
        ConfigurationError: no JSON, another version, or objects that are not as their kind demands; every
            problem with the object it is about.

    Returns:
        The snapshot. A kind that the file does not hold is in its `unread`, a field in its `lacking`.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise _error(file, f"no JSON: {error.msg}", error.lineno, error.colno) from None
    except RecursionError:
        raise _error(file, "no snapshot: nested too deeply") from None
    if not isinstance(data, dict) or "objects" not in data:
        raise _error(file, "no snapshot: expected an object with version, server_version_num and objects")
    if data.get("version") != VERSION:
        raise _error(file, f"a snapshot of version {data.get('version')!r}; this program reads version {VERSION}")
    try:
        saved = msgspec.convert(data, _File)
    except msgspec.ValidationError as error:
        raise _error(file, f"no snapshot: {error}") from None
    known = _known(saved)
    problems: list[ConfigurationProblem] = []
    objects: dict[ObjectId, CatalogObject] = {}
    for number, item in enumerate(saved.objects, 1):
        try:
            made = _object(item, known)
        except (msgspec.ValidationError, ValueError) as error:
            name = " ".join(str(item[key]) for key in ("kind", "identity") if key in item)
            problems.append(ConfigurationProblem(file, None, None, f"object {number} ({name}): {error}"))
            continue
        if objects.setdefault(made.id, made) is not made:
            problems.append(
                ConfigurationProblem(file, None, None, f"object {number}: {made.id} stands there twice")
            )
    if problems:
        raise ConfigurationError(problems)
    said = {kind for kind, _ in saved.unread}
    unread = [
        (kind, "the snapshot is of an older version of this program, which did not read this kind")
        for kind in BY_KIND
        if kind not in known and kind not in said
    ]
    lacking = {
        (kind, field.name)
        for kind, names in known.items()
        if kind in BY_KIND
        for field in fields(BY_KIND[kind])
        if field.name not in names
    }
    return Snapshot(
        saved.server_version_num, objects, saved.migration_role, (*saved.unread, *unread), frozenset(lacking)
    )


# Private


class _File(msgspec.Struct):
    """What the text holds beside its version; `objects` are read one by one, so that all problems are found."""

    server_version_num: int
    objects: list[dict[str, Any]]
    migration_role: str | None = None
    unread: tuple[tuple[str, str], ...] = ()
    kinds: dict[str, list[str]] = {}


def _fields(kind: type[CatalogObject], lacking: Collection[tuple[str, str]]) -> list[str]:
    return [field.name for field in fields(kind) if (kind.KIND, field.name) not in lacking]


def _known(saved: _File) -> dict[str, set[str]]:
    """Which fields of which kinds the file holds: as it says, or as the objects of an early file have them."""
    if saved.kinds:
        return {kind: {"identity", *names} for kind, names in saved.kinds.items()}
    found = {
        kind: {field.name for field in fields(BY_KIND[kind])} - _LATER.get(kind, set()) for kind in FIRST_KINDS
    }
    for item in saved.objects:
        found.get(str(item.get("kind")), set()).update(item.keys() - {"kind"})
    return found


_LATER: dict[str, set[str]] = {
    "extension": {"owner", "comment"},
    "function": {"transforms"},
    "procedure": {"transforms"},
    "index": {"statistics"},
    "materialized view": {"columns", "column_settings", "column_privileges", "column_comments"},
    "table column": {"not_null_valid", "not_null_no_inherit"},
    "foreign table column": {"not_null_valid", "not_null_no_inherit"},
    "table constraint": {"clustered", "tablespace"},
    "type": {"attribute_comments", "options"},
    "view": {"columns", "column_defaults", "column_privileges", "column_comments"},
}
"""Fields that were read later than :data:`FIRST_KINDS`."""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plain(item: CatalogObject) -> dict[str, Any]:
    return {"kind": item.KIND, "identity": item.identity, **item.values()}


def _object(item: dict[str, Any], known: Mapping[str, Collection[str]]) -> CatalogObject:
    """One object; ValueError or ValidationError says what is wrong with it.

    A field that the file does not hold has some value of its type, which is not compared.
    """
    kind = BY_KIND.get(str(item.get("kind")))
    if kind is None:
        later = ", of a later version of this program" if str(item.get("kind")) in known else ""
        raise ValueError(f"{item.get('kind')!r} is no kind that a snapshot holds{later}")
    names = _names(kind.KIND)
    if unknown := sorted(item.keys() - {"kind", *names}):
        raise ValueError(f"unknown field {unknown[0]!r}")
    values = {}
    for name, some in names.items():
        if name not in item and name in known.get(kind.KIND, names):
            raise ValueError(f"Object missing required field `{name}`")
        values[name] = item[name] if name in item else some()
    return msgspec.convert(values, kind)


@cache
def _names(kind: str) -> dict[str, Callable[[], Any]]:
    """The fields of a kind, each with what makes some value of its type."""
    hints = get_type_hints(BY_KIND[kind])
    made: dict[str, Callable[[], Any]] = {}
    for field in fields(BY_KIND[kind]):
        hint = hints[field.name]
        made[field.name] = (lambda: None) if NoneType in get_args(hint) else (get_origin(hint) or hint)
    return made


def _error(file: str, message: str, line: int | None = None, column: int | None = None) -> ConfigurationError:
    return ConfigurationError([ConfigurationProblem(file, line, column, message)])
