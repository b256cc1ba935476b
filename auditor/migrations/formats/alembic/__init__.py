"""Alembic: revisions are Python; what they do is rendered as SQL without a database, as far as that goes.

A revision that reads rows, or asks anything else that only a database knows, is marked `unreadable` with the
reason; what it rendered before is kept. Its statements are captured when the history is replayed
(:mod:`auditor.migrations.formats.alembic.online`).

https://alembic.sqlalchemy.org/en/latest/
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from auditor.migrations.cache import Cache, key_of, versions_of
from auditor.migrations.formats.alembic.config import BadConfiguration, Environment, find_environment
from auditor.migrations.formats.alembic.places import RevisionSource
from auditor.migrations.formats.alembic.process import ChildEnded, messages
from auditor.migrations.formats.base import WEAK, Folder, Format, Ledger, Options, Problem, ReadResult, shown
from auditor.migrations.input import bytes_of
from auditor.migrations.statements import checksum
from auditor.model import Location, Migration, Statement
from auditor.model.advice import advice

NAME = "alembic"

SECONDS = 60.0
"""How long one revision may take to render."""

MAX_RESTARTS = 5
"""How often rendering goes on behind a revision that hung or ended the process."""


def detect(folder: Folder) -> int:
    """Sure of a directory with `env.py` and revisions, and of a configuration that leads to one.

    The directory of `alembic.ini` may hold other histories as well, so it is not taken for one unless it is named.
    """
    path = folder.path
    try:
        environment = find_environment(path)
    except BadConfiguration:
        return 60
    if environment is None or not environment.revision_files():
        return 0 if environment is None else WEAK - 5
    return 95 if folder.is_file or environment.script_directory == path.absolute() else WEAK - 1


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """Every revision in the order of `alembic upgrade heads`: branches, merges and dependencies included."""
    try:
        environment = find_environment(path)
    except BadConfiguration as error:
        return ReadResult(
            [], [Problem(Location(shown(error.file, root)), str(error), "Correct it; Alembic reads it too.")]
        )
    if environment is None:
        message = "there is no Alembic environment here: no alembic.ini that leads to one, no env.py"
        return ReadResult(
            [], [Problem(Location(shown(path, root)), message, "Name the folder of alembic.ini or of env.py.")]
        )
    sources: dict[str, bytes] = {}
    unreadable: list[Problem] = []
    for file in environment.revision_files():
        try:
            sources[str(file)] = bytes_of(file)
        except OSError as error:
            place = Location(shown(file, root))
            unreadable.append(Problem(place, f"cannot be opened: {error.strerror}", "Make it readable."))
    key = _key(environment, root, sources)
    remembered = _remembered(options.cache, key)
    if remembered is not None:
        return remembered
    rendered = _Rendered(environment, root, sources)
    rendered.run()
    result = rendered.result()
    result.problems.extend(unreadable)
    if not rendered.interrupted:
        hashes = {name: checksum(data) for name in rendered.opened if (data := _bytes_of(name)) is not None}
        options.cache.put(key, _Remembered(hashes, tuple(result.migrations), tuple(result.problems)))
    return result


FORMAT = Format(
    NAME,
    "Alembic",
    "https://alembic.sqlalchemy.org/en/latest/tutorial.html",
    detect,
    read,
    Ledger("alembic_version", "version_num"),
)


# Private


class _Remembered(msgspec.Struct, frozen=True):
    """What rendering gave, and the SHA-256 of the files beside the revisions that were opened for it."""

    opened: dict[str, str]
    migrations: tuple[Migration, ...]
    problems: tuple[Problem, ...]


_DECODER = msgspec.msgpack.Decoder(_Remembered)


class _Rendered:
    """What the program that renders has sent."""

    def __init__(self, environment: Environment, root: Path, sources: dict[str, bytes]) -> None:
        self.environment = environment
        self.root = root
        self.sources = {name: RevisionSource(shown(Path(name), root), data) for name, data in sources.items()}
        self.paths: dict[str, str] = {}  # the file of each revision, in order
        self.current: str | None = None
        self.statements: dict[str, list[Statement]] = {}
        self.reasons: dict[str, str | None] = {}
        self.problems: list[Problem] = []
        self.opened: list[str] = []
        self.interrupted = False

    def run(self) -> None:
        """Render; start again behind a revision that ends the process."""
        if not self.sources:
            return
        only: list[str] | None = None
        for _ in range(MAX_RESTARTS + 1):
            try:
                self._run(only)
                return
            except ChildEnded as error:
                self.interrupted = True
                if self.current is None:
                    self._failed(f"the process {error.reason}")
                    return
                line = self.sources[self.paths[self.current]].upgrade_line
                self._broken(line, f"while the revision was rendered the process {error.reason}")
                self.reasons[self.current] = None
            only = [revision for revision in self.paths if revision not in self.reasons]
            if not only:
                return
        self._failed("too many revisions hung or ended the process")

    def result(self) -> ReadResult:
        """Migrations in order, and what could not be read."""
        migrations = []
        for revision, path in self.paths.items():
            source = self.sources[path]
            migrations.append(
                Migration(
                    revision,
                    source.file,
                    NAME,
                    tuple(self.statements.get(revision, ())),
                    line=source.upgrade_line,
                    unreadable=self.reasons.get(revision),
                    checksum=checksum(source.data),
                )
            )
        return ReadResult(migrations, self.problems)

    def _run(self, only: Sequence[str] | None) -> None:
        self.current = None
        request = {
            "files": list(self.sources),
            "only": only,
            "root": str(self.root),
            **self.environment.for_a_program(self.root),
        }
        program = messages(
            "auditor.migrations.formats.alembic.render", request, self.environment.directory, SECONDS
        )
        with closing(program):
            for message in program:
                self._take(message)
                if message[0] == "files":
                    return
        raise ChildEnded("ended early")

    def _take(self, message: Sequence[Any]) -> None:
        match message:
            case ["order", order] if not self.paths:
                self.paths = dict(order)
            case ["problem", path, line, text] if not self.paths:
                file = self.sources[path].file if path else shown(self.environment.script_directory, self.root)
                self.problems.append(
                    Problem(Location(file, line), text, "`alembic heads` and `alembic history` say more.")
                )
            case ["begin", str(revision)]:
                self.current = revision
                self.statements[revision] = []
            case ["statement", text, places] if self.current is not None:
                self.statements[self.current] += self.sources[self.paths[self.current]].place(text, places)
            case ["broken", line, text]:
                self._broken(line, text)
            case ["end", str(revision), reason]:
                self.reasons[revision] = reason
                self.current = None
            case ["files", opened]:
                self.opened = [name for name in opened if name not in self.sources]

    def _broken(self, line: int, text: str) -> None:
        """The current revision is no Python, or does not behave as a program can bear."""
        if self.current is not None:
            file = self.sources[self.paths[self.current]].file
            self.statements[self.current].append(Statement("", file, line, problem=text))
            self.problems.append(
                Problem(Location(file, line), text, advice(text) or "the other revisions were read")
            )

    def _failed(self, reason: str) -> None:
        """Nothing more can be rendered."""
        why = f"revisions could not be rendered: {reason}"
        self.problems.append(
            Problem(
                Location(shown(self.environment.script_directory, self.root)),
                why,
                "Run `alembic upgrade head --sql` to see whether Alembic can.",
            )
        )
        if not self.paths:
            self.paths = {Path(path).stem: path for path in self.sources}
        for revision in self.paths:
            self.reasons.setdefault(revision, why)


def _key(environment: Environment, root: Path, sources: dict[str, bytes]) -> bytes:
    parts: list[bytes | str] = [NAME, repr(environment), str(root), versions_of("alembic", "sqlalchemy")]
    for name, data in sources.items():
        parts += [name, data]
    return key_of(*parts)


def _remembered(cache: Cache, key: bytes) -> ReadResult | None:
    found = cache.get(key, _DECODER)
    if found is None or not _unchanged(found.opened.items()):
        return None
    return ReadResult(list(found.migrations), list(found.problems))


def _unchanged(files: Iterable[tuple[str, str]]) -> bool:
    for name, expected in files:
        data = _bytes_of(name)
        if data is None or checksum(data) != expected:
            return False
    return True


def _bytes_of(name: str) -> bytes | None:
    try:
        return Path(os.fspath(name)).read_bytes()
    except OSError:
        return None
