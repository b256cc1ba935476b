"""The history, run: does each migration do what its text says?"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.audits.parts.inputs import Inputs, Outcome, read_inputs, report
from auditor.audits.parts.reading import reading
from auditor.audits.parts.replaying import Replayed, notes_of, run_history, where_to_replay
from auditor.config import Settings
from auditor.model import Location, Report
from auditor.replay.agreement import agree
from auditor.replay.definers import LastDefiners, last_definers
from auditor.replay.verdict import Agreement, Verdict
from auditor.replay.verdict import Outcome as Judged
from auditor.rules.replay import change_missed, change_wrong, last_definer_differs, migration_failed

REPLAY = frozenset(
    module.RULE.code for module in (change_missed, change_wrong, migration_failed, last_definer_differs)
)


def run(settings: Settings) -> Report:
    """Run the history, and compare what was recorded with what was read.

    Raises:
        ConfigurationError: `classifications.yaml` is wrong.
        CouldNotCheck: no migrations, or no PostgreSQL to run them in.
    """
    inputs = read_inputs(settings)
    where = where_to_replay(settings)
    replayed = run_history(inputs, where)
    found, definers, outcome = agreement(replayed)
    data = found.as_json() | {"last_definers": definers.as_json(), "supplied": replayed.supplied}
    outcome += Outcome(data=data, notes=notes_of(where))
    outcome = reading(replayed.inputs, replayed.captured) + outcome
    return report("replay", outcome, replayed.inputs, settings)


def agreement(replayed: Replayed) -> tuple[Agreement, LastDefiners, Outcome]:
    """What was recorded and not read, read and not recorded, defined by another migration, and what failed."""
    done = replayed.replay
    history = replayed.ran
    found = agree(history, done)
    definers = last_definers(history, done)
    failures = [(step.migration, step.error) for step in done.steps if step.error is not None]
    return (
        found,
        definers,
        Outcome(
            findings=(
                *migration_failed.check(failures),
                *change_missed.check(
                    (verdict, _place(verdict, replayed.inputs)) for verdict in _first(found, "missed")
                ),
                *change_wrong.check(_first(found, "wrong")),
                *last_definer_differs.check(definers.differing),
            ),
            evaluated=REPLAY,
            checked={
                "replayed migration": len(done.steps) - len(failures),
                "recorded change": _recorded(found),
                "last definer": len(definers.objects),
            },
            not_checked=replayed.not_checked,
            notes=replayed.notes,
        ),
    )


# Private


def _recorded(found: Agreement) -> int:
    not_recorded = ("wrong", "conditional-did-not")
    return sum(count for outcome, count in found.totals.items() if outcome not in not_recorded)


def _first(found: Agreement, outcome: Judged) -> Iterator[Verdict]:
    """What is told of a migration is not told again of the end it leads to."""
    told = set()
    for verdict in found.of(outcome):
        if verdict.migration:
            told.add(verdict.object)
        elif verdict.object in told:
            continue
        yield verdict


def _place(verdict: Verdict, inputs: Inputs) -> Location | None:
    """Where the statement stands that made a change; the migration's beginning if that cannot be told."""
    if verdict.location is not None:
        return verdict.location
    for migration in inputs.history.migrations:
        if migration.id == verdict.migration:
            if len(verdict.statements) == 1:
                statement = migration.statements[verdict.statements[0] - 1]
                return Location(statement.file, statement.line, statement.column)
            return Location(migration.file, migration.line)
    return None
