"""The catalog that the history makes, for comparing a live one with it; remembered by content between runs.

A replay gives the same catalog whenever it runs the same statements in the same PostgreSQL, so its snapshot is
kept under the hash of both, and of what the contract asks for beside the catalog. `check` and `replay` always
run the history; what `check` made is kept for the comparison after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from auditor.audits.parts.captured import with_captured
from auditor.audits.parts.inputs import Inputs
from auditor.audits.parts.replaying import Replayed, Where, prelude_of, run_history
from auditor.catalog.snapshot_file import dump, load
from auditor.contract.lookups import Data, data_asked
from auditor.errors import CouldNotCheck
from auditor.migrations.cache import Cache, fingerprint_of_source, key_of
from auditor.model import Snapshot, Statement
from auditor.replay.attempt import ReplayError
from auditor.replay.runner import replay_cache_key


@dataclass(frozen=True, slots=True)
class Expected:
    """What a history makes.

    Attributes:
        inputs: with the statements of revisions that could only be read while they ran.
        snapshot: the catalog.
        data: what the contract asks for beside it; None without a contract.
        notes, not_checked: for the report.
        failures: why migrations failed, where the catalog of the others was asked for.
    """

    inputs: Inputs
    snapshot: Snapshot
    notes: tuple[str, ...]
    not_checked: tuple[str, ...]
    data: Data | None = None
    failures: tuple[ReplayError, ...] = ()


def expected_catalog(inputs: Inputs, where: Where, *, partial: bool = False) -> Expected:
    """The catalog after the whole history, from an earlier run if nothing has changed since.

    Args:
        inputs: what was read.
        where: what to run it in.
        partial: where migrations fail, the catalog that the others make; such a one is not remembered.

    Raises:
        CouldNotCheck: see :func:`~auditor.audits.parts.replaying.run_history`; or a migration fails.
    """
    cache, key = _place(inputs, where)
    known = cache.get(key, _DECODER)
    failures: tuple[ReplayError, ...] = ()
    if known is None:
        replayed = run_history(inputs, where, partial=partial)
        failures = tuple(step.error for step in replayed.replay.steps if step.error is not None)
        known = _remembered(replayed)
        if not failures:
            cache.put(key, known)
    cache.save()
    return Expected(
        inputs=with_captured(inputs, known.captured, where.major),
        snapshot=load(known.snapshot),
        notes=known.notes,
        not_checked=known.not_checked,
        data=known.data,
        failures=failures,
    )


def remember(inputs: Inputs, replayed: Replayed) -> None:
    """Keep what a replay made, so that a comparison after it need not run the history again.

    Args:
        inputs: as they were before the replay.
        replayed: all of it; nothing is kept of one that failed.
    """
    if replayed.snapshot is not None and replayed.replay.error is None:
        cache, key = _place(inputs, replayed.where)
        if cache.get(key, _DECODER) is None:
            cache.put(key, _remembered(replayed))
        cache.save()


# Private


class _Remembered(msgspec.Struct, frozen=True):
    snapshot: str
    captured: dict[str, tuple[Statement, ...]]
    notes: tuple[str, ...]
    not_checked: tuple[str, ...]
    data: Data | None


_DECODER = msgspec.msgpack.Decoder(_Remembered)


def _place(inputs: Inputs, where: Where) -> tuple[Cache, bytes]:
    """Where the catalog of a history is remembered, and under which key."""
    migrations = [read.migration for read in inputs.reads]
    cache = Cache.of_history("replay", inputs.migrations.identity, fingerprint_of_source("replay", "catalog"))
    asked = data_asked(inputs.configuration.contract) if inputs.configuration is not None else None
    return cache, key_of(f"{replay_cache_key(migrations, where.build, prelude=prelude_of(inputs))} {asked!r}")


def _remembered(replayed: Replayed) -> _Remembered:
    if replayed.snapshot is None:
        raise CouldNotCheck(
            f"the history cannot be replayed, so there is nothing to compare with: {replayed.replay.error}"
        )
    return _Remembered(
        snapshot=dump(replayed.snapshot),
        captured={step.migration: step.captured for step in replayed.replay.steps if step.captured is not None},
        notes=replayed.notes,
        not_checked=replayed.not_checked,
        data=replayed.data,
    )
