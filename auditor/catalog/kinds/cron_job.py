"""Jobs of pg_cron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class CronJob(CatalogObject):
    """A job of the extension pg_cron, of any database that the jobs' table names.

    PostgreSQL has no identity for one; here it is its name as a literal or, for one without, `unnamed` and its
    command as a literal. Whoever is neither superuser nor exempt from row security is shown its own jobs only.

    https://github.com/citusdata/pg_cron

    Attributes:
        schedule: as it was written.
        command: verbatim.
        database: where it runs, or None for this database.
        role: the role that it runs as.
        active: whether it runs.
    """

    KIND: ClassVar[str] = "cron job"

    schedule: str
    command: str
    database: str | None
    role: str
    active: bool
