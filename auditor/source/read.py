"""All source files of a project read, remembered by content, and their references resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache as memoized
from pathlib import Path, PurePosixPath

import msgspec

from auditor.migrations.cache import Cache, fingerprint_of_source, key_of, versions_of
from auditor.source.files import MAX_BYTES, MAX_LINE, PAGES, SCHEMAS, STATEMENTS, Listing
from auditor.source.model import SourceAccess, SourceFile, Unparsed


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was read.

    Attributes:
        path: relative to the root.
        accesses: with their tables, as far as they are known.
        file: what it says by itself.
    """

    path: str
    accesses: tuple[SourceAccess, ...]
    file: SourceFile


def read_source(listing: Listing, cache: Cache | None = None) -> tuple[ReadFile, ...]:
    """Read every source file.

    What cannot be read is told by the file's `unparsed`; nothing is raised for what a file holds.

    Args:
        listing: of the project.
        cache: where what was read is remembered; None takes the file for this root in the user's cache directory.

    Raises:
        CouldNotCheck: ast-grep is not installed.
    """
    if cache is None:
        cache = Cache.of_history("source", str(listing.root.absolute()), stamp())
    files: dict[str, SourceFile] = {}
    for path in listing.source:
        try:
            data = (listing.root / path).read_bytes()
        except OSError as error:
            files[path] = SourceFile(unparsed=(Unparsed(f"it cannot be read: {error.strerror}"),))
            continue
        key = key_of(path, data)
        known = cache.get(key, _DECODER)
        if known is None:
            known = _read(path, data)
            cache.put(key, known)
        files[path] = known
    cache.save()
    return tuple(_resolved(files))


@memoized
def stamp() -> str:
    """What the reading of a file depends on beside its path and bytes."""
    return versions_of("ast-grep-py", "ast_grep_py", "postgast", "pgparse") + fingerprint_of_source(
        "source", "sql", "migrations/effects"
    )


def text_of(data: bytes) -> str | Unparsed:
    """The text of a file's bytes, or why it is none."""
    if len(data) > MAX_BYTES:
        return Unparsed(f"it has {len(data):,} bytes; files above {MAX_BYTES:,} are not read")
    if (at := data.find(b"\0")) >= 0:
        return Unparsed("it holds a NUL byte and is no text", data.count(b"\n", 0, at) + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


# Private

_DECODER = msgspec.msgpack.Decoder(SourceFile)


def _read(path: str, data: bytes) -> SourceFile:
    from auditor.source import extract  # loads the grammars; not needed when all is known

    suffix = PurePosixPath(path).suffix.lower()
    text = text_of(data)
    if isinstance(text, Unparsed):
        return SourceFile(unparsed=(text,))
    if suffix in SCHEMAS:
        from auditor.source import prisma

        return SourceFile(definitions=tuple(prisma.definitions(text)))
    if suffix in STATEMENTS:
        from auditor.source import statements

        return statements.extract(text)
    if suffix in PAGES:
        return extract.extract_page(text, path)
    longest = max((len(line) for line in text.split("\n")), default=0)
    if longest > MAX_LINE and suffix in (".js", ".mjs", ".cjs"):
        return SourceFile(unparsed=(Unparsed(f"it is minified (a line of {longest:,} characters) and not read"),))
    return extract.extract(text, extract.language_of(suffix), path)


def _resolved(files: Mapping[str, SourceFile]) -> Iterable[ReadFile]:
    from auditor.source.index import Index

    index = Index(files)
    for path, file in files.items():
        accesses = tuple(index.resolved(path, file)) if file.accesses else ()
        yield ReadFile(path, accesses, file)


__all__ = ["Path", "ReadFile", "read_source", "text_of"]
