"""What the audits have in common on the files alone: what could be read, what was understood, whose it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from typing import Any

from auditor.audits.parts.inputs import BOOKKEEPING, Inputs, Outcome
from auditor.contract.breach import Unmatched
from auditor.contract.resolve import unmatched_entries
from auditor.declaration.load import Configuration
from auditor.history.classification import Classification, classify
from auditor.migrations.formats import Problem
from auditor.model import Location, OwnerClass, Severity, Statement
from auditor.model.change import Unknown
from auditor.rules.classification import mixed_migration, unowned_object
from auditor.rules.configuration import entry_matches_nothing
from auditor.rules.reading import (
    needs_a_database,
    not_understood,
    parsers_disagree,
    syntax_error,
    unreadable_input,
)
from auditor.sql import SqlSyntaxError, UnreadableSql

READING = frozenset(
    module.RULE.code
    for module in (not_understood, syntax_error, parsers_disagree, needs_a_database, unreadable_input)
)
CLASSIFICATION = frozenset(module.RULE.code for module in (unowned_object, mixed_migration, entry_matches_nothing))


def reading(inputs: Inputs, captured: Container[str] = ()) -> Outcome:
    """Findings about what could not be read or understood.

    Args:
        inputs: see the class.
        captured: ids of migrations whose statements a replay has captured.
    """
    broken = dict(_broken_statements(inputs))
    syntax = [(place, message) for place, message, is_syntax in broken.values() if is_syntax]
    unreadable = [(place, message) for place, message, is_syntax in broken.values() if not is_syntax]
    problems = {p.location: p for p in inputs.migrations.problems if p.kind != "nothing-to-check"}
    told = {(p.location.file, p.message) for p in problems.values()}
    unreadable = [(place, message) for place, message in unreadable if (place.file, message) not in told]
    unknown = [
        effect
        for effect in inputs.history.effects
        if effect.certainty == "unknown" and (effect.migration, effect.statement) not in broken
    ]
    statements = sum(len(read.migration.statements) for read in inputs.reads)
    return Outcome(
        findings=(
            *syntax_error.check(sorted(set(syntax))),
            *unreadable_input.check(sorted(set(unreadable))),
            *(
                unreadable_input.RULE.finding(p.message, location=place, help=p.help, severity=_severity(p))
                for place, p in problems.items()
            ),
            *not_understood.check(unknown),
            *needs_a_database.check(inputs.history.migrations, captured),
            *parsers_disagree.check(_disagreements(inputs)),
        ),
        evaluated=READING | BOOKKEEPING,
        checked={"migration": len(inputs.reads), "statement": statements},
        not_understood=len(broken) + sum(1 for effect in unknown if effect.inside in (None, "do")),
        could_not_check=inputs.missing_places,
    )


def classification(inputs: Inputs, configuration: Configuration) -> tuple[tuple[Classification, ...], Outcome]:
    """The class of each migration, and the findings about classes."""
    found = classify(inputs.history, configuration.ownership, configuration.overrides)
    return found, Outcome(
        findings=(
            *unowned_object.check(found, inputs.history, Severity(configuration.severity.unowned)),
            *mixed_migration.check(found),
            *entry_matches_nothing.check(_unmatched(configuration, inputs)),
        ),
        evaluated=CLASSIFICATION,
        data=class_values(found),
    )


def class_values(found: tuple[Classification, ...]) -> dict[str, Any]:
    """Classes as the JSON of `auditor classify` has them."""
    counts = Counter(one.owner_class.value for one in found)
    return {
        "migrations": [_class_of_one(one) for one in found],
        "summary": {owner_class.value: counts[owner_class.value] for owner_class in OwnerClass},
    }


# Private


def _severity(problem: Problem) -> Severity:
    return Severity.ERROR if problem.kind == "unreadable-input" else Severity.WARNING


_Broken = tuple[Location, str, bool]


def _broken_statements(inputs: Inputs) -> Iterator[tuple[tuple[str, int], _Broken]]:
    """(migration, ordinal) of statements that no grammar reads: the place, why, and whether it is the syntax."""
    from auditor.sql.grammar import parse

    for read in inputs.reads:
        for number, (statement, changes) in enumerate(
            zip(read.migration.statements, read.changes, strict=True), start=1
        ):
            key = (read.migration.id, number)
            if statement.problem is not None:
                yield key, (Location(statement.file, statement.line, statement.column), statement.problem, False)
            elif any(isinstance(change, Unknown) and change.inside is None for change in changes):
                try:
                    parse(statement.text)
                except UnreadableSql as error:
                    place = _place(statement, error.position)
                    yield key, (place, error.message, isinstance(error, SqlSyntaxError))


def _place(statement: Statement, position: int | None) -> Location:
    """Where in the file a byte of the statement stands; where it begins, if it does not stand in the file."""
    before = statement.text.encode()[: position or 0].decode(errors="ignore") if statement.start >= 0 else ""
    lines = before.count("\n")
    column = len(before) - before.rfind("\n") if lines else statement.column + len(before)
    return Location(statement.file, statement.line + lines, column)


def _disagreements(inputs: Inputs) -> Iterator[tuple[Location, str]]:
    """Statements that the two parsers read differently."""
    for read in inputs.reads:
        for statement, found in zip(read.migration.statements, read.disagreements, strict=True):
            if found is not None:
                yield Location(statement.file, statement.line, statement.column), found


def _unmatched(configuration: Configuration, inputs: Inputs) -> Iterator[Unmatched]:
    """Entries that name nothing; the tool's own ledger is made by no migration, and is there."""
    ledgers = {ledger.table.rpartition(".")[2] for ledger in inputs.migrations.ledgers}
    for entry in unmatched_entries(configuration, inputs.history):
        if not (entry.text.startswith("table ") and entry.text.rpartition(".")[2] in ledgers):
            yield entry


def _class_of_one(found: Classification) -> Mapping[str, Any]:
    values: dict[str, Any] = {
        "migration": found.migration,
        "file": found.file,
        "class": found.owner_class.value,
        "declared": found.declared,
        "reasons": [
            {
                "kind": reason.object.kind,
                "identity": reason.object.identity,
                "class": reason.owner_class.value,
                "entry": reason.entry.text if reason.entry else None,
            }
            for reason in found.reasons
        ],
        "unowned": [{"kind": reason.object.kind, "identity": reason.object.identity} for reason in found.unowned],
        "unknown": found.unknown,
        "mixed": found.mixed,
    }
    if found.declared_reason is not None:
        values["declared_reason"] = found.declared_reason
    return values
