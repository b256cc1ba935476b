"""`classifications.yaml` read whole: typed, normalised, every entry with its place, or every problem at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from msgspec import inspect

from auditor.declaration.document import (
    Allowance,
    Classes,
    Document,
    Replaying,
    Review,
    Severities,
    Source,
    Squawk,
)
from auditor.declaration.entries import Contract, DefinitionFile, LedgerEntry
from auditor.declaration.guards import Guard
from auditor.declaration.phases import Phase
from auditor.declaration.pipeline import Pipeline
from auditor.declaration.positions import compose, place, text_of
from auditor.declaration.readers import split_kind
from auditor.declaration.reading import WRONG, Reading
from auditor.errors import ConfigurationError, ConfigurationProblem
from auditor.history.classification import Override
from auditor.history.ownership import Ownership, OwnershipEntry
from auditor.model import OwnerClass


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that `classifications.yaml` says.

    Attributes:
        path: the file.
        root: directory to which every path in it and every location is relative.
        file: the file as locations name it.
        sha256: of its text.
        migrations: where migrations lie; empty: to be discovered below the root.
        ownership: which class owns which object.
        overrides: by id, migrations whose class is declared.
        contract: what must hold of the core.
        guards: what runtime source code must not do.
        ledger: where the applied migrations are noted, or None for the tool's own table.
        pipeline: how forensics reads the live flow, or None.
        phases: what must be so before the next phase opens.
        replay: what a replay of the migrations needs.
        review: what a change is asked for.
        allow: findings that are let pass.
        squawk: what is asked of squawk.
        severity: how bad drift is, by class.
    """

    path: Path
    root: Path
    file: str
    sha256: str = ""
    migrations: tuple[Source, ...] = ()
    ownership: Ownership = field(default_factory=lambda: Ownership(()))
    overrides: dict[str, Override] = field(default_factory=dict)
    contract: Contract = field(default_factory=Contract)
    guards: tuple[Guard, ...] = ()
    ledger: LedgerEntry | None = None
    pipeline: Pipeline | None = None
    phases: tuple[Phase, ...] = ()
    replay: Replaying = field(default_factory=Replaying)
    review: Review = field(default_factory=Review)
    allow: tuple[Allowance, ...] = ()
    squawk: Squawk = field(default_factory=Squawk)
    severity: Severities = field(default_factory=Severities)


def load(path: Path, root: Path | None = None) -> Configuration:
    """Read a `classifications.yaml`.

    Args:
        path: the file.
        root: the project's root; the file's directory if not given.

    Raises:
        ConfigurationError: with every problem of the file, each with line, column and what to do.
    """
    root = root or path.parent
    shown = _shown(path, root)
    reading = Reading(shown)
    text = text_of(path, shown)
    node = compose(text, shown)
    try:
        document: Document = reading.value(node, _document_type(), "the file")
    except OverflowError:
        where = place(node, shown)
        message = "the file unfolds to too many values (aliases of aliases?)"
        raise ConfigurationError([ConfigurationProblem(shown, where.line, where.column, message)]) from None
    if document is not WRONG:
        _look_for_files(document.contract, root, reading)
        _look_for_prelude(document.replay, root, reading)
    if reading.problems:
        problems = sorted(reading.problems, key=lambda problem: (problem.line or 0, problem.column or 0))
        raise ConfigurationError(problems)
    return Configuration(
        path=path,
        root=root,
        file=shown,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        migrations=document.migrations,
        ownership=_ownership(document.classes),
        overrides={
            entry.migration: Override(
                str(entry.migration), OwnerClass(entry.owner_class), str(entry.reason), entry.location
            )
            for entry in document.overrides
        },
        contract=document.contract,
        guards=document.guards,
        ledger=document.ledger,
        pipeline=document.pipeline,
        phases=document.phases,
        replay=document.replay,
        review=document.review,
        allow=document.allow,
        squawk=document.squawk,
        severity=document.severity,
    )


# Private


@cache
def _document_type() -> inspect.Type:
    return inspect.type_info(Document)


def _shown(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _ownership(classes: Classes) -> Ownership:
    entries: list[OwnershipEntry] = []
    for owner_class in (OwnerClass.CORE, OwnerClass.LEGACY, OwnerClass.INFRA):
        for text in getattr(classes, owner_class.value):
            named = split_kind(text)
            entries.append(OwnershipEntry(owner_class, named.kind, named.identity, str(text), text.location))
    return Ownership(entries)


def _look_for_files(contract: Contract, root: Path, reading: Reading) -> None:
    for entry in contract.functions:
        file = entry.definition_file
        if file is not None and not (root / file).is_file():
            where = entry.definition.location if isinstance(entry.definition, DefinitionFile) else entry.location
            message = f"`definition`: there is no file {file}"
            reading.problems.append(ConfigurationProblem(reading.shown, where.line, where.column, message))


def _look_for_prelude(replay: Replaying, root: Path, reading: Reading) -> None:
    if replay.prelude is not None and not (root / str(replay.prelude)).is_file():
        where = replay.prelude.location
        message = f"`prelude`: there is no file {replay.prelude}"
        reading.problems.append(ConfigurationProblem(reading.shown, where.line, where.column, message))
