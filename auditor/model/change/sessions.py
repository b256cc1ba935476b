"""Privileges, rows, and the session in which statements run; and what was not understood."""

from __future__ import annotations

from typing import Literal

from auditor.model.change.parts import Access, Change, Name, TypeName


class Grant(Change, frozen=True, kw_only=True):
    """GRANT or REVOKE on one object, or on all of a kind in one schema.

    Attributes:
        kind: `table`, `sequence`, `function`, `procedure`, `schema`, `type`, `database`, `language`...
            `routine` may be either of function and procedure.
        name: the object, or for `all_in_schema` the schema (as `name`).
        privileges: upper-case words, empty for ALL.
        columns: columns of a column grant.
        grantees: role names; `public` for PUBLIC.
    """

    kind: str
    name: Name
    revoke: bool
    grantees: tuple[str, ...]
    privileges: tuple[str, ...] = ()
    arguments: tuple[TypeName | None, ...] | None = None
    columns: tuple[str, ...] = ()
    all_in_schema: bool = False
    grant_option: bool = False
    cascade: bool = False


class GrantRole(Change, frozen=True, kw_only=True):
    """GRANT role TO role, or REVOKE."""

    role: str
    member: str
    revoke: bool


class DefaultPrivileges(Change, frozen=True, kw_only=True):
    """ALTER DEFAULT PRIVILEGES, one change for each role and schema (None: current role, all schemas)."""

    role: str | None
    schema: str | None
    kind: str
    revoke: bool
    grantees: tuple[str, ...]
    privileges: tuple[str, ...] = ()


class SetSearchPath(Change, frozen=True, kw_only=True):
    """SET search_path or set_config('search_path', literal, ...); None resets it."""

    path: tuple[str, ...] | None
    local: bool = False


class SetRole(Change, frozen=True, kw_only=True):
    """SET ROLE / SET SESSION AUTHORIZATION; None resets it."""

    role: str | None
    local: bool = False


class Transaction(Change, frozen=True, kw_only=True):
    """BEGIN, COMMIT, ROLLBACK, savepoints.

    Attributes:
        what: `begin`, `commit`, `rollback`, `savepoint`, `release`, `rollback to`, `prepare`,
            `commit prepared`, `rollback prepared`.
        name: of the savepoint or the prepared transaction.
        chain: `AND CHAIN`: another transaction begins at once.
    """

    what: str
    name: str | None = None
    chain: bool = False


class Rows(Change, frozen=True, kw_only=True):
    """A statement that reads or writes rows, or calls a routine."""

    access: Access


class DropOwned(Change, frozen=True, kw_only=True):
    """DROP OWNED BY, REASSIGN OWNED BY."""

    roles: tuple[str, ...]
    what: Literal["drop", "reassign"]


class Harmless(Change, frozen=True, kw_only=True):
    """Understood, and without effect on any object: SET, SHOW, VACUUM, ANALYZE, NOTIFY, `SELECT 1`..."""

    what: str


class Unknown(Change, frozen=True, kw_only=True):
    """Not understood: the statement may do anything.

    Attributes:
        detail: why.
        text: what could not be read.
        kind, name: the object that the statement is about at least, where the text tells.
    """

    detail: str
    text: str = ""
    kind: str | None = None
    name: Name | None = None
