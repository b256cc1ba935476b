"""A history with the statements that could only be read while they ran."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import msgspec

from auditor.audits.parts.inputs import Inputs
from auditor.history.fold import fold
from auditor.migrations.read import read_migration
from auditor.model import Migration, Statement


def with_captured(inputs: Inputs, captured: Mapping[str, tuple[Statement, ...]], pg_major: int) -> Inputs:
    """The same inputs, with what a replay captured, read by the rules of the version it ran in.

    Args:
        inputs: as read from the files.
        captured: statements of the revisions that could only be read while they ran, by migration.
        pg_major: of the server they ran in.
    """
    if not captured and inputs.history.pg_major == pg_major:
        return inputs
    reads = []
    for read in inputs.reads:
        statements = captured.get(read.migration.id)
        if statements is not None:
            read = read_migration(replaced(read.migration, statements))
        reads.append(read)
    return dataclasses.replace(inputs, reads=tuple(reads), history=fold(reads, pg_major=pg_major))


def replaced(migration: Migration, statements: tuple[Statement, ...]) -> Migration:
    """The migration with other statements."""
    return msgspec.structs.replace(migration, statements=statements)
