"""A live database against the migrations that it has rather than all: before a deploy some are pending."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from auditor.audits.parts.inputs import Inputs, Outcome
from auditor.audits.parts.live import Live
from auditor.errors import CouldNotCheck
from auditor.history.fold import fold
from auditor.model import ROW_ACTIONS, Finding, Migration, ObjectId, Severity


@dataclasses.dataclass(frozen=True, slots=True)
class Pending:
    """What is not applied yet.

    Attributes:
        migrations: in the order of the tool.
        touches: object -> the first pending migration that changes it, or what hangs on it.
        writes: table -> the first pending migration that writes its rows, for tables whose rows the contract
            lists.
    """

    migrations: tuple[Migration, ...]
    touches: dict[ObjectId, str]
    writes: dict[ObjectId, str] = dataclasses.field(default_factory=dict)


def applied_only(inputs: Inputs, live: Live) -> tuple[Inputs, Pending]:
    """The inputs without the migrations that the ledger does not name, and what these would do.

    Raises:
        CouldNotCheck: no ledger was read.
    """
    if live.ledger is None or live.ledger.applied is None:
        unread = "; ".join(live.ledger.unread) if live.ledger is not None else ""
        reason = unread or "this database has none that is known"
        raise CouldNotCheck(
            f"which migrations are applied is not known, since no ledger was read: {reason}. `--against history` "
            "compares with all of them"
        )
    applied = live.ledger.applied
    reads = tuple(read for read in inputs.reads if read.migration.id in applied)
    waiting = tuple(m for m in inputs.history.migrations if m.id not in applied)
    here = dataclasses.replace(inputs.migrations, migrations=tuple(read.migration for read in reads))
    history = fold(reads, pg_major=inputs.history.pg_major)
    touches: dict[ObjectId, str] = {}
    ids = {migration.id for migration in waiting}
    for effect in inputs.history.effects:
        if effect.migration in ids and effect.object is not None and effect.action not in ROW_ACTIONS:
            for item in (effect.object, *inputs.history.ancestors(effect.object)):
                touches.setdefault(item, effect.migration)
    rows = inputs.configuration.contract.rows if inputs.configuration is not None else ()
    listed = {ObjectId("table", str(one.table)) for one in rows if not isinstance(one.equal, str)}
    writes = {
        effect.object: effect.migration
        for effect in reversed(inputs.history.effects)
        if effect.migration in ids
        and effect.object in listed
        and effect.action == "write"
        and effect.inside in (None, "do")
    }
    return dataclasses.replace(inputs, migrations=here, reads=reads, history=history), Pending(
        waiting, touches, writes
    )


def told_as_pending(outcome: Outcome, pending: Pending, unmatched: frozenset[str]) -> Outcome:
    """The outcome with a note in the place of what a pending migration will change.

    The contract is written for the end of the history. Where a pending migration changes the object of a breach,
    the live database may well be right until then, which cannot be told.

    Args:
        outcome: of the comparison with the applied migrations.
        pending: what is not applied.
        unmatched: fingerprints of findings about entries that name nothing, of the whole history.
    """
    return dataclasses.replace(outcome, findings=tuple(_sifted(outcome.findings, pending, unmatched)))


def note_of(pending: Pending) -> str:
    """What is pending, for people."""
    if not pending.migrations:
        return "no migration is pending"
    names = [migration.id for migration in pending.migrations]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"pending: {', '.join(names[:_NAMED])}{more}"


# Private

_NAMED = 10


def _sifted(findings: tuple[Finding, ...], pending: Pending, unmatched: frozenset[str]) -> Iterator[Finding]:
    for finding in findings:
        if finding.code == "CFG001":
            if finding.fingerprint in unmatched:
                yield finding
            continue  # it names what a pending migration makes
        migration = pending.touches.get(finding.object) if finding.object is not None else None
        if finding.code == "CON013" and finding.object is not None:
            migration = migration or pending.writes.get(finding.object)
        if migration is None or not finding.code.startswith("CON"):
            yield finding
        else:
            message = f"{finding.message}; migration {migration}, which is pending, changes it"
            yield dataclasses.replace(finding, severity=Severity.NOTE, message=message, repair=None)
