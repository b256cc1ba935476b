"""The catalog of a live database, as JSON that `drift --against` reads."""

from __future__ import annotations

from collections import Counter

from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.catalog.snapshot_file import dump
from auditor.catalog.steady import read_steadily
from auditor.config import Settings
from auditor.model import Report


def run(settings: Settings) -> Report:
    """Read the catalog in one read-only transaction.

    Raises:
        UsageError: the URL cannot be understood.
        CouldNotCheck: the database cannot be read.
    """
    with read_only_session(settings.db or None) as connection:
        snapshot = read_steadily(connection, read_snapshot, whole=True)
    counts = Counter(item.KIND for item in snapshot.objects.values())
    return Report(
        "snapshot",
        checked=dict(sorted(counts.items())),
        not_checked=tuple(f"{kind}: {why}" for kind, why in snapshot.unread),
        notes=(f"PostgreSQL {snapshot.server_version_num // 10000}.{snapshot.server_version_num % 10000}",),
        data={"document": dump(snapshot)},
    )
