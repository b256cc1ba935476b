"""Django: migrations are Python; what they do is rendered as SQL by Django itself, without a database.

Every installed app's migrations are read in the order of `manage.py migrate`, those of packages too. What
`RunPython` does cannot be rendered: such a migration is marked `unreadable`, with what the rest of it does.

https://docs.djangoproject.com/en/stable/topics/migrations/
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from auditor.migrations.formats.alembic.places import RevisionSource
from auditor.migrations.formats.alembic.process import ChildEnded, messages
from auditor.migrations.formats.base import Folder, Format, Options, Problem, ReadResult, shown
from auditor.migrations.statements import checksum
from auditor.model import Location, Migration, Statement

NAME = "django"

SECONDS = 60.0
"""How long one migration may take to render."""

MANAGE = "manage.py"


def detect(folder: Folder) -> int:
    """Sure of a project with `manage.py` and migrations of its own, and of an app's migrations."""
    if MANAGE in folder.files and any(_of_an_app(app) for app in _below(folder)):
        return 80
    return 70 if _of_an_app(folder) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:  # noqa: ARG001 -- as every layout
    """Of a project all migrations; of an app's folder the app's own."""
    place = Location(shown(path, root))
    project = _project(path)
    settings = os.environ.get(_SETTINGS) or (_settings(project) if project is not None else None)
    if project is None or settings is None:
        what = "there is no manage.py here or above that names a settings module"
        return ReadResult([], [Problem(place, f"Django migrations were not read: {what}", _NO_PROJECT)])
    if find_spec("django") is None:
        return ReadResult(
            [], [Problem(place, "Django migrations were not read: Django cannot be imported", _ADVICE)]
        )
    folder = None if (path / MANAGE).is_file() else str(path.resolve())
    return _Rendered(path, root).run(
        {"project": str(project), "settings": settings, "folder": folder}, project, place
    )


FORMAT = Format(
    NAME,
    "Django",
    "https://docs.djangoproject.com/en/stable/topics/migrations/",
    detect,
    read,
)


# Private

_SETTINGS = "DJANGO_SETTINGS_MODULE"
_NAMED_SETTINGS = re.compile(rf"{_SETTINGS}['\"]\s*,\s*['\"]([\w.]+)['\"]")
_MARKER = re.compile(rb"^from django\.db import .*\bmigrations\b|^from django\.db\.migrations\b", re.MULTILINE)
_NUMBERED = re.compile(r"\d{4}_\w+\.py")
_UPWARDS = 4
_OTHERWISE = (
    "Otherwise keep the output of `python manage.py sqlmigrate APP NUMBER` for each migration in a folder, and "
    "list that."
)
_NO_PROJECT = f"Set {_SETTINGS}, or list the folder of manage.py (`- path: .`). {_OTHERWISE}"
_ADVICE = f"Install auditor where Django and the project's own packages are. {_OTHERWISE}"


def _of_an_app(folder: Folder) -> bool:
    numbered = [name for name in folder.files if _NUMBERED.fullmatch(name)]
    return bool(numbered) and not folder.sql and folder.holds(_MARKER, numbered)


def _below(folder: Folder, depth: int = 3) -> Iterator[Folder]:
    for name in folder.folders:
        inner = folder.folder(name)
        if name == "migrations":
            yield inner
        elif depth:
            yield from _below(inner, depth - 1)


def _project(path: Path) -> Path | None:
    """The directory of `manage.py`, here or above."""
    path = path.absolute()
    return next((d for d in (path, *path.parents[:_UPWARDS]) if (d / MANAGE).is_file()), None)


def _settings(project: Path) -> str | None:
    """The settings module that `manage.py` names."""
    try:
        match = _NAMED_SETTINGS.search((project / MANAGE).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return match[1] if match else None


class _Rendered:
    """What the program that renders has sent."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.root = root
        self.sources: dict[str, RevisionSource] = {}
        self.order: dict[str, tuple[str, str]] = {}  # file and the name that is shown for it, by migration
        self.statements: dict[str, list[Statement]] = {}
        self.ends: dict[str, tuple[str | None, bool]] = {}
        self.problems: list[Problem] = []
        self.current: str | None = None

    def run(self, request: dict[str, Any], project: Path, place: Location) -> ReadResult:
        """Render, and gather what comes of it."""
        reason = "ended early"
        done = False
        try:
            program = messages("auditor.migrations.formats.django.render", request, project, SECONDS)
            with closing(program):
                for message in program:
                    done = message[0] == "done" or done
                    self._take(message, place)
        except ChildEnded as error:
            reason, done = error.reason, False
        if not done:
            self._ended(reason, place)
        return ReadResult(list(self._migrations()), self.problems)

    def _take(self, message: Sequence[Any], place: Location) -> None:
        match message:
            case ["order", order]:
                self.order = {id_: (file, self._shown(file, relative)) for id_, file, relative in order}
            case ["problem", str(text)]:
                message_ = f"Django migrations were not read: {text}"
                self.problems.append(Problem(place, message_, "`python manage.py migrate --plan` says more."))
            case ["begin", str(id_)]:
                self.current = id_
                self.statements[id_] = []
            case ["statement", text, span] if self.current is not None:
                source = self._source(self.current)
                self.statements[self.current] += source.place(text, [span] if span else [])
            case ["end", str(id_), reason, transactional]:
                self.ends[id_] = (reason, transactional)
                self.current = None

    def _migrations(self) -> Iterator[Migration]:
        for id_, (_, name) in self.order.items():
            reason, transactional = self.ends.get(id_, ("it was not rendered", True))
            yield Migration(
                id_,
                name,
                NAME,
                tuple(self.statements.get(id_, ())),
                transactional=transactional,
                unreadable=reason,
                checksum=checksum(self._source(id_).data),
            )

    def _ended(self, reason: str, place: Location) -> None:
        """The program did not reach its end."""
        why = f"the process {reason}"
        if self.current is not None:
            why = f"while {self.current} was rendered {why}"
            place = Location(self.order[self.current][1])
        self.problems.append(Problem(place, why, "Nothing after it was read."))
        for id_ in self.order:
            self.ends.setdefault(id_, (f"it could not be rendered: {why}", True))

    def _source(self, id_: str) -> RevisionSource:
        file, name = self.order[id_]
        if file not in self.sources:
            try:
                data = Path(file).read_bytes()
            except OSError:
                data = b""
            self.sources[file] = RevisionSource(name, data)
        return self.sources[file]

    def _shown(self, file: str, relative: str) -> str:
        """Relative to the root; of an installed package relative to where packages lie."""
        path = Path(file)
        return shown(path, self.root) if path.is_relative_to(self.root) else relative
