"""Event triggers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class EventTrigger(CatalogObject):
    """An event trigger.

    https://www.postgresql.org/docs/current/catalog-pg-event-trigger.html

    Attributes:
        event: `ddl_command_start`, `ddl_command_end`, `table_rewrite`, `sql_drop`, `login`.
        function: identity of the function it calls.
        tags: command tags it is limited to, sorted; none for all.
        enabled: `origin`, `always`, `replica`, `disabled`.
    """

    KIND: ClassVar[str] = "event trigger"

    owner: str
    event: str
    function: str
    tags: list[str]
    enabled: str
    comment: str | None
