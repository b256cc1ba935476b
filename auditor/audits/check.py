"""The main job: classes, rules, guards, replay, contract against what the replay makes; with --db also drift."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from auditor.audits.guard import Guarded, guarded
from auditor.audits.parts.bodies import drifted_bodies, judge_bodies
from auditor.audits.parts.expected import remember
from auditor.audits.parts.inputs import Inputs, Outcome, read_inputs, report, required
from auditor.audits.parts.judging import drifted, keeps_contract
from auditor.audits.parts.live import Live, read_live
from auditor.audits.parts.migrations import judge_migrations
from auditor.audits.parts.plpgsql import judge_plpgsql
from auditor.audits.parts.reading import classification, reading
from auditor.audits.parts.record import record_run
from auditor.audits.parts.replaying import Replayed, notes_of, run_history, where_to_replay
from auditor.audits.parts.squawk import judge_with_squawk
from auditor.audits.parts.whitelist_rows import rows_using
from auditor.audits.replay import agreement
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.declaration.load import Configuration
from auditor.errors import CouldNotCheck
from auditor.model import Report, Snapshot

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a check looked at.

    Attributes:
        outcome: what was found, before `allow:` is applied.
        inputs: what was read.
        replayed: the migrations as they ran, or None if they could not be run at all.
        live: the live database, or None.
        drifted: fingerprints of the findings that only the live database has.
        guarded: what the guards found, or None: there are none, or they could not be asked.
    """

    outcome: Outcome
    inputs: Inputs
    replayed: Replayed | None
    live: Live | None
    drifted: frozenset[str] = frozenset()
    guarded: Guarded | None = None

    @property
    def made(self) -> Snapshot | None:
        """The catalog that the migrations make, or None if they could not be run to their end."""
        return self.replayed.snapshot if self.replayed is not None else None


def run(settings: Settings, *, record: Path | None = None, keep: bool = True) -> Report:
    """Check everything that can be checked here.

    Args:
        settings: of the run.
        record: a file to which one line about this run is appended.
        keep: remember the catalog that the replay made, for `auditor drift` after it.

    What has no answer (no PostgreSQL to replay in, a live database that does not answer) is said, and makes
    the result `could-not-check`; all the rest is reported.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong.
        UsageError: a URL cannot be understood, or the shadow server's leads to the live database.
        CouldNotCheck: there are no migrations.
    """
    looked = look(settings, keep=keep)
    made = report("check", looked.outcome, looked.inputs, settings)
    if record is not None:
        record_run(record, made, settings)
    return made


def look(
    settings: Settings,
    asked: Callable[[Inputs], Iterable[str]] | None = None,
    further: Callable[[Connection, Inputs], Any] | None = None,
    keep: bool = False,
) -> Looked:
    """All that :func:`run` tells; it raises the same.

    Args:
        settings: of the run.
        asked: gives the ids of the migrations that are new; the newest one is if not given.
        further: reads what else is wanted of the live database, in the same transaction as its catalog.
        keep: see :func:`run`.
    """
    inputs = read_inputs(settings, configured=True)
    configuration = required(inputs.configuration, settings)
    live, live_outcome = _live(settings, inputs, further)
    replayed, replay_outcome = _replayed(settings, inputs, live)
    captured: Container[str] = ()
    if replayed is not None:
        if keep:
            remember(inputs, replayed)
        inputs, captured = replayed.inputs, replayed.captured
    _, classes = classification(inputs, configuration)
    summary = ", ".join(f"{count} {name}" for name, count in classes.data["summary"].items())
    outcome = reading(inputs, captured) + classes + Outcome(notes=(f"migrations: {summary}",)) + replay_outcome
    new = list(asked(inputs)) if asked is not None else None
    counting = partial(rows_using, settings.db) if live is not None else None
    made = replayed.snapshot if replayed is not None else None
    outcome += judge_migrations(inputs, configuration, new, counting, made)
    outcome += judge_with_squawk(inputs, configuration, new)
    if replayed is not None and replayed.snapshot is not None:
        outcome += keeps_contract(inputs, replayed.snapshot, replayed.data) + _bodies(inputs, replayed.snapshot)
        outcome += judge_plpgsql(replayed, configuration, outcome.findings)
    outcome += live_outcome
    drift = Outcome()
    if live is not None:
        expected = replayed.snapshot if replayed is not None else None
        facts = Facts(
            configuration,
            inputs.history,
            live.snapshot,
            expected,
            live.ledger,
            data=live.data,
            expected_data=replayed.data if replayed is not None else None,
        )
        drift = _without_what_was_said(drifted(facts, "core"), outcome)
        drift += _without_what_was_said(drifted_bodies(facts), outcome + drift)
        outcome += drift
    guards, guard_outcome = _guards(configuration, settings)
    fingerprints = frozenset(finding.fingerprint for finding in drift.findings)
    return Looked(outcome + guard_outcome, inputs, replayed, live, fingerprints, guards)


# Private


def _replayed(settings: Settings, inputs: Inputs, live: Live | None) -> tuple[Replayed | None, Outcome]:
    try:
        where = where_to_replay(settings, live)
        replayed = run_history(inputs, where, plpgsql=True)
    except CouldNotCheck as error:
        return None, Outcome(could_not_check=(f"replay and contract: {error}",))
    found, _, outcome = agreement(replayed)
    outcome += Outcome(data={"replay": found.totals, "supplied": replayed.supplied}, notes=notes_of(where, live))
    if replayed.snapshot is None:
        outcome += Outcome(not_checked=("contract: the history did not replay to its end",))
    return replayed, outcome


def _bodies(inputs: Inputs, snapshot: Snapshot) -> Outcome:
    if inputs.configuration is None:
        return Outcome()
    return judge_bodies(Facts(inputs.configuration, inputs.history, snapshot, snapshot), source="replay")


def _live(
    settings: Settings, inputs: Inputs, further: Callable[[Connection, Inputs], Any] | None
) -> tuple[Live | None, Outcome]:
    if not settings.db_asked:
        return None, Outcome(not_checked=("live database: none was given (--db URL)",))
    more = (lambda connection: further(connection, inputs)) if further is not None else None
    try:
        live = read_live(settings.db, inputs, further=more)
    except CouldNotCheck as error:
        return None, Outcome(could_not_check=(f"live database: {error}",))
    return live, Outcome(notes=(live.note,))


def _without_what_was_said(later: Outcome, earlier: Outcome) -> Outcome:
    """What breaks the contract in the migrations breaks it in the live database too; it is one finding."""
    import dataclasses

    said = {finding.fingerprint for finding in earlier.findings}
    return dataclasses.replace(
        later, findings=tuple(finding for finding in later.findings if finding.fingerprint not in said)
    )


def _guards(configuration: Configuration, settings: Settings) -> tuple[Guarded | None, Outcome]:
    if not configuration.guards:
        return None, Outcome()
    try:
        found = guarded(configuration, settings)
    except CouldNotCheck as error:
        return None, Outcome(could_not_check=(f"guards: {error}",))
    return found, found.outcome
