"""A snapshot as a JSON text, and back.

`{"version": 1, "server_version_num": 180006, "objects": [{"kind": ..., "identity": ..., ...fields}]}`: one
object a line, sorted, so that two files can be compared with any tool.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import msgspec

from auditor.catalog.kinds import BY_KIND
from auditor.errors import ConfigurationError, ConfigurationProblem
from auditor.model import CatalogObject, ObjectId, Snapshot

VERSION = 1


def dump(snapshot: Snapshot) -> str:
    """The snapshot as JSON; the same snapshot gives the same text, whatever the order of its objects."""
    head = {
        "version": VERSION,
        "server_version_num": snapshot.server_version_num,
        "migration_role": snapshot.migration_role,
        "unread": [list(item) for item in snapshot.unread],
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
    problems: list[ConfigurationProblem] = []
    objects: dict[ObjectId, CatalogObject] = {}
    for number, item in enumerate(saved.objects, 1):
        try:
            made = _object(item)
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
    return Snapshot(saved.server_version_num, objects, saved.migration_role, saved.unread)


# Private


class _File(msgspec.Struct):
    """What the text holds beside its version; `objects` are read one by one, so that all problems are found."""

    server_version_num: int
    objects: list[dict[str, Any]]
    migration_role: str | None = None
    unread: tuple[tuple[str, str], ...] = ()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plain(item: CatalogObject) -> dict[str, Any]:
    return {"kind": item.KIND, "identity": item.identity, **item.values()}


def _object(item: dict[str, Any]) -> CatalogObject:
    """One object; ValueError or ValidationError says what is wrong with it."""
    kind = BY_KIND.get(str(item.get("kind")))
    if kind is None:
        raise ValueError(f"{item.get('kind')!r} is no kind that a snapshot holds")
    names = [field.name for field in fields(kind)]
    if unknown := sorted(item.keys() - {"kind", *names}):
        raise ValueError(f"unknown field {unknown[0]!r}")
    return msgspec.convert({name: item[name] for name in names if name in item}, kind)


def _error(file: str, message: str, line: int | None = None, column: int | None = None) -> ConfigurationError:
    return ConfigurationError([ConfigurationProblem(file, line, column, message)])
