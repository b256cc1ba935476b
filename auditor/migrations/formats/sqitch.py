"""Sqitch: the changes of `sqitch.plan` in its order, each in `deploy/NAME.sql`.

https://sqitch.org/docs/manual/sqitchchanges/
"""

from __future__ import annotations

import re
from configparser import ConfigParser, Error
from dataclasses import dataclass, field
from pathlib import Path

from auditor.migrations.formats.base import Folder, Format, Ledger, Options, Problem, ReadResult, shown
from auditor.migrations.formats.files import MigrationFile, read_files
from auditor.migrations.input import text_of
from auditor.model import Location

NAME = "sqitch"


def detect(folder: Folder) -> int:
    """Sure of a `sqitch.plan`, and of a `sqitch.conf` that leads to one."""
    if folder.is_file:
        return 95 if folder.name == PLAN else 0
    if PLAN in folder.files:
        return 95
    return 95 if "sqitch.conf" in folder.files and _plan(folder.path) is not None else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """In the order of the plan. A change that was reworked stands twice in it, first as `NAME@TAG.sql`."""
    plan = path if path.is_file() else _plan(path)
    if plan is None:
        place = Location(shown(path, root))
        return ReadResult([], [Problem(place, f"there is no {PLAN} here", "Name the folder that holds it.")])
    try:
        text = text_of(plan)
    except (OSError, UnicodeDecodeError) as error:
        return ReadResult(
            [], [Problem(Location(shown(plan, root)), f"the plan cannot be read: {error}", "Mend it.")]
        )
    deploy = plan.parent / "deploy"
    files = [MigrationFile(change.file(deploy), change.id) for change in _changes(text)]
    return read_files(NAME, files, root, options)


FORMAT = Format(
    NAME,
    "Sqitch",
    "https://sqitch.org/docs/manual/sqitchchanges/",
    detect,
    read,
    Ledger("sqitch.changes", "change", "committed_at", "script_hash"),
)

PLAN = "sqitch.plan"


# Private


@dataclass(slots=True)
class _Change:
    """A change of the plan; `tags` are those between it and the one that reworks it."""

    name: str
    tags: list[str] = field(default_factory=list)
    reworked: bool = False

    @property
    def id(self) -> str:
        return f"{self.name}@{self.tags[0]}" if self.reworked and self.tags else self.name

    def file(self, deploy: Path) -> Path:
        """The script; of a reworked change that with the first of its tags for which there is one."""
        if not self.reworked:
            return deploy / f"{self.name}.sql"
        paths = [deploy / f"{self.name}@{tag}.sql" for tag in self.tags]
        return next((path for path in paths if path.is_file()), paths[0] if paths else deploy / f"{self.name}.sql")


_LINE = re.compile(r"\s*(@?)([^\s\[#%@][^\s\[#@]*)")


def _changes(plan: str) -> list[_Change]:
    changes: list[_Change] = []
    newest: dict[str, _Change] = {}
    for line in plan.splitlines():
        match = _LINE.match(line)
        if match is None or line.lstrip().startswith("%"):
            continue
        is_tag, name = match[1] == "@", match[2]
        if is_tag:
            for change in newest.values():
                change.tags.append(name)
        else:
            if (earlier := newest.get(name)) is not None:
                earlier.reworked = True
            newest[name] = _Change(name)
            changes.append(newest[name])
    return changes


def _plan(path: Path) -> Path | None:
    """`core.plan_file`, else the plan in `core.top_dir`; https://sqitch.org/docs/manual/sqitch-config/"""
    if (path / PLAN).is_file():
        return path / PLAN
    parser = ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        parser.read_string("\n".join(line.strip() for line in text_of(path / "sqitch.conf").splitlines()))
    except (OSError, UnicodeDecodeError, Error):
        return None
    top = path / parser.get("core", "top_dir", fallback=".")
    plan = path / parser.get("core", "plan_file", fallback=str(top / PLAN))
    return plan if plan.is_file() else None
