"""Extended statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.catalog.table_part import TablePart


@dataclass(frozen=True, slots=True)
class StatisticsObject(TablePart):
    """Extended statistics of a table. What ANALYZE gathered is data and is not read.

    https://www.postgresql.org/docs/current/catalog-pg-statistic-ext.html

    Attributes:
        kinds: among `ndistinct`, `dependencies`, `mcv`; none where it is on one expression.
        on: columns and expressions, as `pg_get_statisticsobjdef_columns()` prints them.
        target: statistics target, where set.
    """

    KIND: ClassVar[str] = "statistics object"

    kinds: list[str]
    on: str
    target: int | None
    owner: str
    comment: str | None
