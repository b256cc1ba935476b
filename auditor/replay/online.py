"""Runs a revision that cannot be read without a database, and notes what it sends to one."""

from __future__ import annotations

from pathlib import Path

from auditor.model import Location, Migration, Statement
from auditor.replay.attempt import ReplayError
from auditor.replay.platform import Place, Supplied, supply
from auditor.replay.session import Failure


class OnlineAttempt:
    """One revision being run by its own tool, perhaps more than once until what it needs is there.

    Attributes:
        error: why it failed, or None.
        supplied: what the platform would have had and was supplied.
        captured: the statements it sent, reads of the system catalogs left out.
    """

    def __init__(self, migration: Migration, url: str, place: Place, root: Path | None) -> None:
        self.error: ReplayError | None = None
        self.supplied: list[Supplied] = []
        self.captured: tuple[Statement, ...] = ()
        self._migration = migration
        self._url = url
        self._place = place
        self._root = root

    def run(self) -> None:
        """Run it to its end or its first error."""
        if self._root is None or self._migration.layout != "alembic":
            self._fail(None, f"it cannot be run: {self._migration.unreadable}", self._migration.line)
            return
        from auditor.migrations.formats.alembic.online import RevisionFailed, capture_revision

        file = self._root / self._migration.file
        while True:
            try:
                self.captured = capture_revision(file, self._url, self._migration.id, self._root)
            except RevisionFailed as failed:
                self.captured = failed.statements
                if not self._mended(failed.sqlstate, failed.reason):
                    self._fail(failed.sqlstate, failed.reason, failed.line)
                    return
            else:
                return

    # Private

    def _mended(self, sqlstate: str | None, reason: str) -> bool:
        if sqlstate is None:
            return False
        supplied = supply(Failure(sqlstate, reason), self._place)
        if supplied is None or supplied in self.supplied:
            return False
        self.supplied.append(supplied)
        return True

    def _fail(self, sqlstate: str | None, reason: str, line: int) -> None:
        ordinal = len(self.captured) if sqlstate is not None and self.captured else None
        where = Location(self._migration.file, line)
        self.error = ReplayError(where, ordinal, sqlstate, reason)
