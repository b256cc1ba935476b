"""Each statement of a history reduced to what it asks for, remembered between runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache as memoized
from typing import TYPE_CHECKING

import msgspec

from auditor.migrations.cache import Cache, collector_paused, fingerprint_of_source, key_of, versions_of
from auditor.migrations.discovery import MigrationSet
from auditor.model import Migration, Statement
from auditor.model.change import AnyChange, Harmless, Unknown

if TYPE_CHECKING:
    from auditor.migrations.effects import Reading

Changes = tuple[AnyChange, ...]


@dataclass(frozen=True, slots=True)
class ReadMigration:
    """A migration and what its statements ask for.

    Attributes:
        migration: as it lies in the files.
        changes: one tuple for each statement, in order.
        disagreements: for each statement what the two parsers say differently about it, or None.
    """

    migration: Migration
    changes: tuple[Changes, ...]
    disagreements: tuple[str | None, ...]


def read(migrations: MigrationSet, cache: Cache | None = None) -> tuple[ReadMigration, ...]:
    """Read every statement of a history.

    What cannot be read is an `Unknown` change; nothing raises and no statement is left out.

    Args:
        migrations: the history.
        cache: where results are remembered; None takes the file for this history in the user's cache
            directory. It is saved before this returns.
    """
    if cache is None:
        cache = Cache.of_history("changes", migrations.identity, stamp())
    keys = [key_of(*(_key(statement) for statement in m.statements)) for m in migrations.migrations]
    with collector_paused():
        found = [cache.get(key, _DECODER) for key in keys]
    for at, (migration, key) in enumerate(zip(migrations.migrations, keys, strict=True)):
        if (known := found[at]) is not None and {len(one) for one in known} != {len(migration.statements)}:
            found[at] = None
        if found[at] is None and (known := _last.get(key)) is not None:
            found[at] = known
            cache.put(key, known)
    missing = [migration for migration, known in zip(migrations.migrations, found, strict=True) if known is None]
    # Not while the collector is paused: sqlglot's trees are circles.
    readings = _readings(statement for migration in missing for statement in migration.statements)
    reads = []
    for migration, key, known in zip(migrations.migrations, keys, found, strict=True):
        if known is None:
            known = _of_migration(migration, readings)
            cache.put(key, known)
        reads.append(ReadMigration(migration, *known))
    cache.save()
    _last.clear()
    _last.update((key, (one.changes, one.disagreements)) for key, one in zip(keys, reads, strict=True))
    return tuple(reads)


def read_migration(migration: Migration) -> ReadMigration:
    """Read one that lies in no file, such as a revision whose statements were captured; nothing is remembered."""
    return ReadMigration(migration, *_of_migration(migration, _readings(migration.statements)))


@memoized
def stamp() -> str:
    """What the reading of a statement depends on beside its text."""
    return versions_of("postgast", "pgparse", "sqlglot") + fingerprint_of_source(
        "migrations/effects", "sql", "model"
    )


# Private

_Known = tuple[tuple[Changes, ...], tuple[str | None, ...]]

_last: dict[bytes, _Known] = {}
"""The history read last in this process, by content: a review and a proposal read nearly the same one again, in
another directory or alone, and so under another cache file."""

_DECODER = msgspec.msgpack.Decoder(_Known)


def _key(statement: Statement) -> str:
    if statement.problem is not None:
        return f"problem {statement.problem}\0{statement.text}"
    if statement.not_sql is not None:
        return f"not sql {statement.not_sql}"
    return f"sql {statement.text}"


def _readings(statements: Iterable[Statement]) -> dict[str, Reading]:
    """What every text of SQL among the statements asks for; each is read once."""
    texts = {one.text: None for one in statements if one.problem is None and one.not_sql is None}
    if not texts:
        return {}
    from auditor.migrations.reading import read_texts  # loads both parsers; not needed when all is known

    return dict(zip(texts, read_texts(list(texts)), strict=True))


def _of_migration(migration: Migration, readings: Mapping[str, Reading]) -> _Known:
    changes: list[Changes] = []
    disagreements: list[str | None] = []
    for statement in migration.statements:
        said = None
        if statement.problem is not None:
            changes.append((Unknown(detail=statement.problem, text=statement.text),))
        elif statement.not_sql is not None:
            changes.append((Harmless(what=statement.not_sql),))
        else:
            read, said = readings[statement.text]
            changes.append(read)
        disagreements.append(said)
    return tuple(changes), tuple(disagreements)
