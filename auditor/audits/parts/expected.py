"""The catalog that the history makes, for comparing a live one with it; remembered by content between runs.

A replay gives the same catalog whenever it runs the same statements in the same PostgreSQL, so its snapshot is
kept under the hash of both, and of what the contract asks for beside the catalog. `check` and `replay` always
run the history.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from auditor.audits.parts.captured import with_captured
from auditor.audits.parts.inputs import Inputs
from auditor.audits.parts.replaying import Where, prelude_of, run_history
from auditor.catalog.snapshot_file import dump, load
from auditor.contract.lookups import Data, data_asked
from auditor.errors import CouldNotCheck
from auditor.migrations.cache import Cache, fingerprint_of_source, key_of
from auditor.model import Snapshot, Statement
from auditor.replay.runner import replay_cache_key


@dataclass(frozen=True, slots=True)
class Expected:
    """What a history makes.

    Attributes:
        inputs: with the statements of revisions that could only be read while they ran.
        snapshot: the catalog.
        data: what the contract asks for beside it; None without a contract.
        notes, not_checked: for the report.
    """

    inputs: Inputs
    snapshot: Snapshot
    notes: tuple[str, ...]
    not_checked: tuple[str, ...]
    data: Data | None = None


def expected_catalog(inputs: Inputs, where: Where) -> Expected:
    """The catalog after the whole history, from an earlier run if nothing has changed since.

    Raises:
        CouldNotCheck: see :func:`~auditor.audits.parts.replaying.run_history`; or a migration fails.
    """
    migrations = [read.migration for read in inputs.reads]
    cache = Cache.of_history("replay", inputs.migrations.identity, fingerprint_of_source("replay", "catalog"))
    asked = data_asked(inputs.configuration.contract) if inputs.configuration is not None else None
    key = key_of(f"{replay_cache_key(migrations, where.build, prelude=prelude_of(inputs))} {asked!r}")
    known = cache.get(key, _DECODER)
    if known is None:
        known = _replayed(inputs, where)
        cache.put(key, known)
    cache.save()
    return Expected(
        inputs=with_captured(inputs, known.captured, where.major),
        snapshot=load(known.snapshot),
        notes=known.notes,
        not_checked=known.not_checked,
        data=known.data,
    )


# Private


class _Remembered(msgspec.Struct, frozen=True):
    snapshot: str
    captured: dict[str, tuple[Statement, ...]]
    notes: tuple[str, ...]
    not_checked: tuple[str, ...]
    data: Data | None


_DECODER = msgspec.msgpack.Decoder(_Remembered)


def _replayed(inputs: Inputs, where: Where) -> _Remembered:
    replayed = run_history(inputs, where)
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
