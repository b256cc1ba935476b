"""Is a live database still what the history and the contract say it is?"""

from __future__ import annotations

from pathlib import Path

from auditor.audits.parts.bodies import drifted_bodies
from auditor.audits.parts.captured import with_captured
from auditor.audits.parts.inputs import BOOKKEEPING, Inputs, Outcome, read_inputs, report, required
from auditor.audits.parts.judging import drifted
from auditor.audits.parts.live import Live, read_live
from auditor.audits.parts.pending import applied_only, note_of, told_as_pending
from auditor.catalog.snapshot_file import load
from auditor.catalog.spelling import NEWEST, respelled
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.contract.lookups import Data
from auditor.contract.resolve import names_of_contract, unmatched_entries
from auditor.errors import UsageError
from auditor.model import Report, Snapshot
from auditor.rules.configuration import entry_matches_nothing

OF_MIGRATIONS = ("history", "applied")
"""What `--against` may be that means the migrations: all of them, or those that the ledger names."""


def run(settings: Settings) -> Report:
    """Compare a live database, in one read-only transaction.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong, or the snapshot of `--against` is.
        UsageError: a URL cannot be understood, or the file of `--against` is not there.
        CouldNotCheck: no migrations, the database cannot be read, or the history cannot be replayed.
    """
    inputs = read_inputs(settings, configured=True)
    configuration = required(inputs.configuration, settings)
    narrow = settings.scope == "contract"
    names = names_of_contract(configuration, inputs.history) if narrow else None
    live = read_live(settings.db, inputs, names)
    everything, pending = inputs, None
    if settings.against == "applied":
        inputs, pending = applied_only(inputs, live)
    inputs, expected, data, outcome = _expected(settings, inputs, live)
    outcome += _unlike_majors(expected, live)
    snapshot = live.snapshot
    if _major(expected, inputs) != live.major:
        snapshot = respelled(snapshot, _major(expected, inputs))
        expected = respelled(expected, live.major) if expected is not None else None
        inputs = with_captured(inputs, {}, NEWEST)
    facts = Facts(
        configuration,
        inputs.history,
        snapshot,
        expected,
        live.ledger,
        whole=not narrow,
        data=live.data,
        expected_data=data,
        replayed=settings.against in OF_MIGRATIONS,
    )
    about = Outcome(evaluated=BOOKKEEPING, notes=(live.note, f"scope {settings.scope}"))
    found = drifted(facts, settings.scope) + drifted_bodies(facts)
    if pending is not None:
        unmatched = entry_matches_nothing.check(unmatched_entries(configuration, everything.history))
        found = told_as_pending(found, pending, frozenset(one.fingerprint for one in unmatched))
        about += Outcome(notes=(note_of(pending),))
    return report("drift", about + outcome + found, inputs, settings)


# Private


def _expected(
    settings: Settings, inputs: Inputs, live: Live
) -> tuple[Inputs, Snapshot | None, Data | None, Outcome]:
    """The other side of the comparison; None for the contract alone."""
    if settings.against not in OF_MIGRATIONS:
        snapshot, data, name = _other(settings.against, inputs)
        return inputs, snapshot, data, Outcome(notes=(f"compared with {name}",))
    if settings.scope == "contract":
        return inputs, None, None, Outcome(notes=("compared with the contract",))
    from auditor.audits.parts.expected import expected_catalog
    from auditor.audits.parts.replaying import notes_of, where_to_replay

    where = where_to_replay(settings, live)
    expected = expected_catalog(inputs, where)
    notes = expected.notes + notes_of(where, live)
    outcome = Outcome(notes=notes, not_checked=expected.not_checked)
    return expected.inputs, expected.snapshot, expected.data, outcome


def _major(expected: Snapshot | None, inputs: Inputs) -> int:
    """The version that the other side is spelled for."""
    return expected.server_version_num // 10_000 if expected is not None else inputs.history.pg_major


def _unlike_majors(expected: Snapshot | None, live: Live) -> Outcome:
    """What to know when the two sides are of different versions of PostgreSQL."""
    if expected is None or (major := expected.server_version_num // 10_000) == live.major:
        return Outcome()
    versions = f"expected is as PostgreSQL {major} has it, the live server is {live.major}"
    carried = any(item.kind == "extension" for item in live.snapshot.objects)
    unlike = ("versions of extensions: each version of PostgreSQL carries its own",) if carried else ()
    return Outcome(notes=(versions,), not_checked=unlike)


def _other(against: str, inputs: Inputs) -> tuple[Snapshot, Data | None, str]:
    """A saved snapshot, or another database."""
    path = Path(against)
    if path.is_file():
        return load(path.read_text(encoding="utf-8"), against), None, against
    if "://" in against or "=" in against:
        other = read_live(against, inputs)
        return other.snapshot, other.data, other.note
    raise UsageError("--against must be `history`, `applied`, a snapshot file that is there, or a URL")
