"""Histories in program code, which cannot be read: named as what they are, never read as empty."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from auditor.migrations.formats.base import Folder, Format, Options, Problem, ReadResult, shown
from auditor.migrations.formats.files import CODE
from auditor.model import Location

NAME = "code"


class Tool(NamedTuple):
    """A tool whose migrations are programs.

    Attributes:
        title: its name.
        suffixes: of its files.
        marker: stands in them.
        advice: how to get SQL out of it.
    """

    title: str
    suffixes: tuple[str, ...]
    marker: re.Pattern[bytes]
    advice: str


_SCRIPTS = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
_DUMP = (
    "Run it on an empty database, write that with `pg_dump --schema-only`, and list the dump (`- path: dump.sql`)."
)

TOOLS: tuple[Tool, ...] = (
    Tool(
        "Rails",
        (".rb",),
        re.compile(rb"ActiveRecord::Migration"),
        "Set `active_record.schema_format = :sql`, run `bin/rails db:schema:dump`, and list db/structure.sql.",
    ),
    Tool(
        "Ecto",
        (".exs",),
        re.compile(rb"use Ecto\.Migration"),
        "Run `mix ecto.dump`, and list priv/repo/structure.sql.",
    ),
    Tool("TypeORM", _SCRIPTS, re.compile(rb"MigrationInterface"), _DUMP),
    Tool("Sequelize", _SCRIPTS, re.compile(rb"queryInterface|Sequelize"), _DUMP),
    Tool("MikroORM", _SCRIPTS, re.compile(rb"@mikro-orm/migrations"), _DUMP),
    Tool("Kysely", _SCRIPTS, re.compile(rb"\bKysely\b|from ['\"]kysely['\"]"), _DUMP),
    Tool("node-pg-migrate", _SCRIPTS, re.compile(rb"\bpgm\b|MigrationBuilder"), _DUMP),
    Tool("Knex", _SCRIPTS, re.compile(rb"\bknex\b|\bKnex\b"), _DUMP),
    Tool(
        "Laravel",
        (".php",),
        re.compile(rb"Illuminate\\Database\\Migrations"),
        "Run `php artisan schema:dump`, and list it.",
    ),
    Tool("Flyway", (".java", ".kt"), re.compile(rb"BaseJavaMigration"), _DUMP),
    Tool("goose", (".go",), re.compile(rb"goose\.Add\w*Migration"), _DUMP),
    Tool(
        "Entity Framework",
        (".cs",),
        re.compile(rb": Migration\b"),
        "Run `dotnet ef migrations script`, and list its output.",
    ),
)
"""The first whose marker stands in a file."""


def detect(folder: Folder) -> int:
    """Sure of a folder with numbered programs of a known tool, and without SQL."""
    if folder.sql or not _programs(folder):
        return 0
    return 60 if _tool(folder) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:  # noqa: ARG001 -- as every layout
    """Nothing, and one problem that says so."""
    folder = Folder(path)
    names = _programs(folder)
    tool = _tool(folder)
    what = f"{tool.title} migrations" if tool else "migrations"
    span = (
        names[0] if len(names) == 1 else f"{len(names)} files, {names[0]} to {names[-1]}" if names else "no file"
    )
    message = f"{what} in program code cannot be read ({span})"
    return ReadResult([], [Problem(Location(shown(path, root)), message, tool.advice if tool else _DUMP)])


FORMAT = Format(
    NAME,
    "program code (Rails, Ecto, Knex, TypeORM, ...)",
    "https://www.postgresql.org/docs/current/app-pgdump.html",
    detect,
    read,
)


# Private


def _programs(folder: Folder) -> list[str]:
    return [name for name in folder.files if CODE.fullmatch(name) and not name.endswith(".d.ts")]


def _tool(folder: Folder) -> Tool | None:
    names = _programs(folder)
    for tool in TOOLS:
        own = [name for name in names if name.lower().endswith(tool.suffixes)]
        if own and folder.holds(tool.marker, own):
            return tool
    return None
