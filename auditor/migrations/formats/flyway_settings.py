"""What Flyway's configuration says about placeholders and schemas: `flyway.conf`, `flyway.toml`, Spring's files.

https://documentation.red-gate.com/flyway/reference/configuration
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.migrations.input import text_of

FILES = (
    "flyway.toml",
    "flyway.conf",
    "conf/flyway.toml",
    "conf/flyway.conf",
    "application.properties",
    "src/main/resources/application.properties",
)
"""Looked for beside the migrations and in each directory above them, up to the root."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What concerns the text of migrations.

    Attributes:
        placeholders: those configured, and those of Flyway's own that do not depend on the day.
        default_schema: in which Flyway runs the migrations; None: the connection's own.
        prefix, repeatable_prefix, separator: of the names of versioned and repeatable migrations.
    """

    placeholders: dict[str, str] = field(default_factory=dict)
    default_schema: str | None = None
    prefix: str = "V"
    repeatable_prefix: str = "R"
    separator: str = "__"


def find_settings(path: Path, root: Path) -> Settings:
    """The settings of the nearest configuration that has any; a file that cannot be read has none.

    Args:
        path: of the migrations.
        root: no file outside of it is read.
    """
    for directory in (path, *path.parents):
        if not directory.is_relative_to(root):
            break
        for name in FILES:
            values = _values(directory / name)
            if values:
                return _settings(values)
    return _settings({})


# Private

_LINE = re.compile(r"^[ \t]*(?:spring\.)?flyway\.([\w.-]+)[ \t]*[=:][ \t]*(.*?)[ \t]*$", re.MULTILINE)


def _settings(values: Mapping[str, str]) -> Settings:
    schema = values.get("defaultschema") or values.get("schemas", "").split(",")[0].strip() or None
    placeholders = {
        key.removeprefix("placeholders."): value
        for key, value in values.items()
        if key.startswith("placeholders.")
    }
    own = {"${flyway:defaultSchema}": schema or "public"}
    return Settings(
        own | placeholders,
        schema if schema != "public" else None,
        values.get("sqlmigrationprefix", "V"),
        values.get("repeatablesqlmigrationprefix", "R"),
        values.get("sqlmigrationseparator", "__") or "__",
    )


def _values(file: Path) -> dict[str, str]:
    """Keys without `flyway.`; those of settings in lower case and without hyphens, as Spring writes them with."""
    try:
        text = text_of(file)
        found = dict(_of_toml(tomllib.loads(text)) if file.suffix == ".toml" else _LINE.findall(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    # What the environment fills in is not known.
    return {_key(key): value for key, value in found.items() if "${" not in value}


def _key(key: str) -> str:
    return key if key.startswith("placeholders.") else key.replace("-", "").lower()


def _of_toml(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in document.get("flyway", {}).items():
        if key == "placeholders" and isinstance(value, dict):
            yield from ((f"placeholders.{name}", str(text)) for name, text in value.items())
        elif isinstance(value, list):
            yield key, ",".join(map(str, value))
        else:
            yield key, str(value)
