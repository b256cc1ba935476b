"""Each statement of a history reduced to what it asks for, remembered between runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache as memoized

import msgspec

from auditor.migrations.cache import Cache, collector_paused, fingerprint_of_source, key_of, versions_of
from auditor.migrations.discovery import MigrationSet
from auditor.model import Migration, Statement
from auditor.model.change import AnyChange, Harmless, Unknown

Changes = tuple[AnyChange, ...]


@dataclass(frozen=True, slots=True)
class ReadMigration:
    """A migration and what its statements ask for.

    Attributes:
        migration: as it lies in the files.
        changes: one tuple for each statement, in order.
    """

    migration: Migration
    changes: tuple[Changes, ...]


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
    known: dict[str, Changes] = {}
    reads = []
    for migration, key, changes in zip(migrations.migrations, keys, found, strict=True):
        if changes is None or len(changes) != len(migration.statements):
            changes = tuple(_changes(statement, known) for statement in migration.statements)
            cache.put(key, changes)
        reads.append(ReadMigration(migration, changes))
    cache.save()
    return tuple(reads)


def read_statements(statements: tuple[Statement, ...]) -> tuple[Changes, ...]:
    """Read statements that lie in no file, such as those captured while a revision ran; nothing is remembered."""
    known: dict[str, Changes] = {}
    return tuple(_changes(statement, known) for statement in statements)


@memoized
def stamp() -> str:
    """What the reading of a statement depends on beside its text."""
    return versions_of("postgast", "pgparse", "sqlglot") + fingerprint_of_source(
        "migrations/effects", "sql", "model"
    )


# Private

_DECODER = msgspec.msgpack.Decoder(tuple[Changes, ...])


def _key(statement: Statement) -> str:
    if statement.problem is not None:
        return f"problem {statement.problem}\0{statement.text}"
    if statement.not_sql is not None:
        return f"not sql {statement.not_sql}"
    return f"sql {statement.text}"


def _changes(statement: Statement, known: dict[str, Changes]) -> Changes:
    if statement.problem is not None:
        return (Unknown(detail=statement.problem, text=statement.text),)
    if statement.not_sql is not None:
        return (Harmless(what=statement.not_sql),)
    changes = known.get(statement.text)
    if changes is None:
        from auditor.migrations.effects import changes_of  # loads both parsers; not needed when all is known

        changes = known[statement.text] = changes_of(statement.text)
    return changes
