"""Triggers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.catalog.table_part import TablePart


@dataclass(frozen=True, slots=True)
class Trigger(TablePart):
    """A trigger that somebody created; those behind foreign keys are not read.

    A trigger that PostgreSQL cloned onto a partition is not listed, unless its `enabled` is not that of the
    trigger it was cloned from.

    https://www.postgresql.org/docs/current/catalog-pg-trigger.html

    Attributes:
        function: identity of the function it calls.
        timing: `before`, `after`, `instead of`.
        events: among `insert`, `update`, `delete`, `truncate`, in this order.
        columns: of UPDATE OF, sorted.
        level: `row` or `statement`.
        when: the WHEN condition, as `pg_get_triggerdef()` prints it, without the outer parentheses.
        arguments: literals handed to the function.
        old_table, new_table: names of the transition tables.
        constraint: True for a constraint trigger.
        deferrable, initially_deferred: of a constraint trigger.
        referenced_table: of a constraint trigger, identity of the FROM table.
        enabled: `origin`, `always`, `replica`, `disabled`.
        cloned_from: identity of the trigger of the partitioned table.
    """

    KIND: ClassVar[str] = "trigger"

    function: str
    timing: str
    events: list[str]
    columns: list[str]
    level: str
    when: str | None
    arguments: list[str]
    old_table: str | None
    new_table: str | None
    constraint: bool
    deferrable: bool
    initially_deferred: bool
    referenced_table: str | None
    enabled: str
    cloned_from: str | None
    comment: str | None
