"""Reports of earlier runs, remembered whole: where nothing has changed nothing is read again.

A report is taken from here only if all that it depends on is the same to the byte: the files of the histories and
their names, `classifications.yaml`, what was asked and how the report is to look, the day, and this program with
the packages that read for it. The files are looked at before and after a report is made, and only a report whose
files did not change meanwhile is kept. Where it cannot be told what a report depends on (Alembic runs code,
a script includes others) there is no question, and nothing is remembered.
"""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.cli.delivery import Rendered, view_of
from auditor.config import Settings, cache_directory
from auditor.errors import AuditorError
from auditor.migrations.cache import Cache, fingerprint_of_source, key_of, versions_of
from auditor.migrations.discovery import MigrationSource, discover
from auditor.migrations.includes import INCLUDES

MAX_FILES = 50_000
"""Entries of a directory tree that are looked at; larger ones are read anew each time."""

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of files that are looked at, and of a report that is kept."""

_KIND = "report"
_DECODER = msgspec.msgpack.Decoder(Rendered)


class Question:
    """What is asked of which files.

    Args:
        command: its name.
        settings: of the run.
    """

    def __init__(self, command: str, settings: Settings) -> None:
        self._command = command
        self._settings = settings
        self._key = self._key_now()
        self._cache = Cache()
        if self._key is not None:
            identity = f"{command}\0{settings.root}\0{[output.format for output in settings.outputs]}"
            self._cache = Cache.of_history(_KIND, identity, _stamp())

    def recall(self) -> Rendered | None:
        """The report of an earlier run, if this one would be the same."""
        if self._key is None:
            return None
        found = self._cache.get(self._key, _DECODER)
        if found is not None:
            self._cache.save()  # notes that it is in use
        return found

    def remember(self, rendered: Rendered) -> None:
        """Keep a report, unless the files changed while it was made."""
        if self._key is None or sum(map(len, rendered.texts)) > MAX_BYTES or self._key_now() != self._key:
            return
        self._cache.forget()
        self._cache.put(self._key, rendered)
        self._cache.save()

    # Private

    def _key_now(self) -> bytes | None:
        settings = self._settings
        if settings.verbosity > 0 or cache_directory() is None:  # then the way there is told, too
            return None
        try:
            files = _files(settings)
        except (AuditorError, OSError):  # whoever makes the report will say so
            return None
        if files is None:
            return None
        views = [repr((output.format, view_of(output, settings))) for output in settings.outputs]
        day = datetime.datetime.now(datetime.UTC).date().isoformat()
        asked = (settings.fail_on, settings.strict, settings.pg_major, settings.subject, settings.verbosity)
        return key_of(self._command, str(settings.root), repr(asked), *views, day, files)


# Private


def _stamp() -> str:
    packages = ("click", "msgspec", "pgparse", "postgast", "pyyaml", "sqlglot", "sqlglotc")
    return versions_of(*packages) + fingerprint_of_source(".")


def _files(settings: Settings) -> bytes | None:
    """A hash of every file that a reading of the histories looks at; None where that cannot be told."""
    sources: Sequence[MigrationSource] = ()
    digest = hashlib.sha256()
    if settings.config is not None:
        from auditor.declaration.load import load

        sources = load(settings.config, settings.root).migrations
        digest.update(key_of(str(settings.config), settings.config.read_bytes()))
    found, problems = discover(settings.root.absolute(), sources)
    digest.update(repr(problems).encode("utf-8", "surrogatepass"))
    left = [MAX_FILES, MAX_BYTES]
    for history in found:
        if not history.format.self_contained:
            return None
        settings_of_it = repr((sorted(history.placeholders.items()), list(history.search_path)))
        digest.update(key_of(history.format.name, str(history.path), settings_of_it))
        for name, data in _contents(str(history.path)):
            left[0] -= 1
            left[1] -= len(data or b"")
            if data is None or min(left) < 0 or (b"\\i" in data and INCLUDES.search(data) is not None):
                return None
            digest.update(f"{len(name)} {len(data)} {name}".encode("utf-8", "surrogatepass"))
            digest.update(data)
    return digest.digest() if found else None


def _contents(path: str) -> Iterator[tuple[str, bytes | None]]:
    """Names and bytes of the files below a directory, or of a file; directories have a name, and no bytes.

    None in place of the bytes of what cannot be read, and of links to directories, which may go round.
    """
    if not Path(path).is_dir():
        yield path, _bytes(path) if Path(path).is_file() else None
        return
    waiting = [path]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            ordered = sorted((entry for entry in entries if not entry.name.startswith(".")), key=_name)
        for entry in ordered:
            if entry.is_file():
                yield entry.path, _bytes(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                yield entry.path, b""
                waiting.append(entry.path)
            else:
                yield entry.path, None


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _bytes(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- a Path for each of thousands takes longer than to read them
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None
