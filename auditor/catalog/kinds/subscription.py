"""Subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Subscription(CatalogObject):
    """A subscription of this database.

    PostgreSQL shows the connection string to superusers only, and it holds a password: it is not read.

    https://www.postgresql.org/docs/current/catalog-pg-subscription.html

    Attributes:
        active: whether it is enabled.
        publications: names, sorted.
        slot: name of the replication slot, or None.
        binary: `binary`.
        streaming: `off`, `on`, `parallel`.
        two_phase: `disabled`, `pending`, `enabled`.
        disable_on_error: `disable_on_error`.
        synchronous_commit: `synchronous_commit`.
        password_required, run_as_owner: the parameters of these names (PostgreSQL 16).
        origin: `any` or `none` (PostgreSQL 16).
        failover: `failover` (PostgreSQL 17).
    """

    KIND: ClassVar[str] = "subscription"

    owner: str
    active: bool
    publications: list[str]
    slot: str | None
    binary: bool
    streaming: str
    two_phase: str
    disable_on_error: bool
    synchronous_commit: str
    password_required: bool
    run_as_owner: bool
    origin: str
    failover: bool
    comment: str | None
