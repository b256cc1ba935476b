"""Rewrite rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.catalog.table_part import TablePart


@dataclass(frozen=True, slots=True)
class Rule(TablePart):
    """A rewrite rule of a table or view; the rule that is a view's query is the view.

    https://www.postgresql.org/docs/current/catalog-pg-rewrite.html

    Attributes:
        definition: the whole CREATE RULE, as `pg_get_ruledef()` prints it.
        enabled: `origin`, `always`, `replica`, `disabled`.
    """

    KIND: ClassVar[str] = "rule"

    definition: str
    enabled: str
    comment: str | None
