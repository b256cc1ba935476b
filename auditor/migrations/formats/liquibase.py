"""Liquibase: changesets in formatted SQL, `--changeset author:id` under `--liquibase formatted sql`.

Each changeset is one migration. Changelogs in XML, YAML and JSON describe changes in a language of their own; they
are named, not read, but for their list of .sql files, which gives the order.

https://docs.liquibase.com/concepts/changelogs/sql-format.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from auditor.migrations.formats.base import (
    SQL_SUFFIXES,
    Folder,
    Format,
    Ledger,
    Options,
    Problem,
    ReadResult,
    shown,
)
from auditor.migrations.formats.files import FindUpPart, MigrationFile, UpPart, left_out, natural_key, read_files
from auditor.migrations.input import bytes_of
from auditor.migrations.statements import UnreadableText, decode
from auditor.model import Location

NAME = "liquibase"


def detect(folder: Folder) -> int:
    """Sure of files that begin as formatted SQL, and of a changelog in another notation."""
    if folder.is_file:
        return 90 if _is_formatted(folder.path) or _is_changelog(folder.path) else 0
    if any(_is_formatted(folder.path / name) for name in folder.sql[:20]):
        return 90
    names = filter(_MAY_BE_CHANGELOG.search, folder.files)
    return 80 if any(_is_changelog(folder.path / name) for name in names) else 0


def read(path: Path, root: Path, options: Options) -> ReadResult:
    """Changesets in the order of the master changelog, else of the files' names; rollbacks are left out."""
    if path.is_file():
        directory, candidates = path.parent, [path] if _is_formatted(path) else []
        changelogs = [path] if _is_changelog(path) else []
    else:
        directory = path
        below = [path / name for name in _below(Folder(path), PurePosixPath())]
        candidates = [one for one in below if one.name.lower().endswith(SQL_SUFFIXES)]
        changelogs = [one for one in below if _is_changelog(one)]
    result = ReadResult([], [])
    for changelog in changelogs:
        candidates += [one for one in _included(changelog, directory) if one not in candidates]
    formatted = [one for one in candidates if _is_formatted(one)]
    formatted.sort(key=lambda one: [natural_key(part) for part in one.relative_to(directory).parts])
    order = [one for changelog in changelogs for one in _included(changelog, directory)]
    formatted.sort(key=lambda one: order.index(one) if one in order else len(order))
    for file in formatted:
        _read_file(file, root, options, result)
    own = [shown(changelog, root) for changelog in changelogs if _OWN_CHANGES.search(_text(changelog))]
    if own:
        more = f" ({len(own)} files)" if len(own) > 1 else ""
        result.problems.append(Problem(Location(own[0]), _WHY_NOT + more, _ADVICE))
    others = [str(one.relative_to(directory)) for one in candidates if one not in formatted]
    why = "Liquibase reads no changeset from this file: it does not begin with `--liquibase formatted sql`"
    result.problems.extend(
        left_out(directory, others, why, "If a <sqlFile> runs it, list it as a migration.", root)
    )
    return result


FORMAT = Format(
    NAME,
    "Liquibase",
    "https://docs.liquibase.com/concepts/changelogs/sql-format.html",
    detect,
    read,
    Ledger("databasechangelog", "id", "dateexecuted", "md5sum"),
)


# Private

_ADVICE = "Write them in formatted SQL; or keep the output of `liquibase update-sql` in a file, and list that."
_MAY_BE_CHANGELOG = re.compile(
    r"(?:change|master|liquibase|migrat|^db\.|^v?\d).*\.(?:xml|ya?ml|json)$", re.IGNORECASE
)
_WHY_NOT = "changes in a Liquibase changelog of XML, YAML or JSON were not read"
_FORMATTED = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*--\s*liquibase\s+formatted\s+sql\b", re.IGNORECASE)
_CHANGELOG = re.compile(rb"databaseChangeLog\b")
_OWN_CHANGES = re.compile(r"<changeSet\b|[\"']?\bchangeSet[\"']?\s*:")
_INCLUDED = re.compile(r"\b(?:file|path)[\"']?\s*[=:]\s*[\"']?([^\"'\s,}>]+)")
_CHANGESET = re.compile(
    r"^[ \t]*--[ \t]*changeset[ \t]+(\"[^\"]+\"|[^\s:]+):(\"[^\"]+\"|\S+)([^\n]*)$",
    re.MULTILINE | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"(\w+):(?:\"([^\"]*)\"|(\S+))")
_OTHER_DBMS = re.compile(r"^(?!.*\b(?:postgresql|all)\b)(?!.*!).+$", re.IGNORECASE)


class _ChangeSet(NamedTuple):
    author: str
    id: str
    attributes: dict[str, str]
    start: int
    end: int
    line: int


def _read_file(file: Path, root: Path, options: Options, result: ReadResult) -> None:
    """Every changeset of a file that concerns PostgreSQL."""
    text = _text(file)
    changesets = list(_changesets(text))
    if not changesets:
        place = Location(shown(file, root))
        result.problems.append(Problem(place, "the file has no line `--changeset author:id`", "Add one."))
    taken = {migration.id for migration in result.migrations}
    for one in changesets:
        dbms = one.attributes.get("dbms", "")
        if _OTHER_DBMS.match(dbms) or "!postgresql" in dbms.lower().replace(" ", ""):
            continue
        part = UpPart(
            tuple(_run_ranges(text, one)),
            one.line,
            one.attributes.get("runintransaction", "true").lower() != "false",
        )
        id_ = one.id if one.id not in taken else f"{one.author}:{one.id}"
        taken.add(id_)
        read = read_files(NAME, [MigrationFile(file, id_, _constant(part))], root, options)
        result.migrations.extend(read.migrations)
        result.problems.extend(p for p in read.problems if p not in result.problems)


def _changesets(text: str) -> Iterator[_ChangeSet]:
    heads = list(_CHANGESET.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        attributes = {m[1].lower(): m[2] if m[2] is not None else m[3] for m in _ATTRIBUTE.finditer(head[3])}
        end = following.start() if following else len(text)
        line = text.count("\n", 0, head.start()) + 1
        yield _ChangeSet(head[1].strip('"'), head[2].strip('"'), attributes, head.end(), end, line)


def _run_ranges(text: str, one: _ChangeSet) -> Iterator[tuple[int, int]]:
    """A changeset, cut where a delimiter of its own stands at the end of a line; its rollbacks are comments."""
    delimiter = one.attributes.get("enddelimiter", "").strip(";")
    start = one.start
    if delimiter:
        ending = re.compile(re.escape(delimiter) + r"[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
        for match in ending.finditer(text, one.start, one.end):
            yield start, match.start()
            start = match.end()
    yield start, one.end


def _constant(part: UpPart) -> FindUpPart:
    return lambda _text: part


def _text(file: Path) -> str:
    try:
        return decode(bytes_of(file)).text
    except (OSError, UnreadableText):
        return ""


def _is_formatted(file: Path) -> bool:
    if not file.name.lower().endswith(".sql"):
        return False
    try:
        return _FORMATTED.match(bytes_of(file, 400)) is not None
    except OSError:
        return False


def _is_changelog(file: Path) -> bool:
    if not _MAY_BE_CHANGELOG.search(file.name):
        return False
    try:
        return _CHANGELOG.search(bytes_of(file, 2000)) is not None
    except OSError:
        return False


def _included(changelog: Path, directory: Path) -> list[Path]:
    """The .sql files that a changelog names, in its order, relative to it or to a directory above."""
    found = []
    for match in _INCLUDED.finditer(_text(changelog)):
        name = match[1].removeprefix("classpath:").lstrip("/")
        if not name.lower().endswith(".sql"):
            continue
        for base in (changelog.parent, *changelog.parent.parents[:6]):
            file = base / name
            if file.is_file() and file.is_relative_to(directory):
                found.append(file)
                break
    return found


def _below(folder: Folder, path: PurePosixPath, depth: int = 4) -> Iterator[PurePosixPath]:
    yield from (path / name for name in (*folder.sql, *filter(_MAY_BE_CHANGELOG.search, folder.files)))
    if depth:
        for name in folder.folders:
            yield from _below(folder.folder(name), path / name, depth - 1)
