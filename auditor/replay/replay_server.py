"""What a replay asks of the server it runs on, whether that is a throw-away one or a shadow server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg


class ReplayServer(Protocol):
    """A server on which a history may be run: as superuser what has to be, as a role of its own all the rest.

    Attributes:
        shims: names of the extensions for which there are stand-ins.
        names_are_free: whether the database of a replay may be called like any other database.
    """

    @property
    def shims(self) -> frozenset[str]: ...

    @property
    def names_are_free(self) -> bool: ...

    @property
    def name(self) -> str:
        """Which server it is, for people."""

    @property
    def version_num(self) -> int:
        """Its `server_version_num`, such as 180006."""

    def conninfo(self, dbname: str, user: str | None = None) -> str:
        """How libpq connects to a database, by default as superuser. May hold a password."""

    def sqlalchemy_url(self, dbname: str, user: str | None = None) -> str:
        """The same as a URL for SQLAlchemy."""

    def connect(self, dbname: str = ..., user: str | None = None) -> psycopg.Connection[Any]:
        """A new connection in autocommit mode with `search_path = pg_catalog`, by default of the superuser."""

    def create_database(self, name: str | None = None) -> str:
        """Create an empty database and return its name, by default one that is not used yet."""

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""

    def create_owner_role(self, name: str) -> None:
        """Create the role as which migrations are run."""

    def take_away(self, database: str, owner: str, roles: Iterable[str]) -> None:
        """Drop what is left of a replay.

        Args:
            database: its database.
            owner: the role that ran it.
            roles: identities of the roles that were made meanwhile.
        """

    def may_join(self, role: str) -> bool:
        """Whether the role that runs the migrations may be made a member of a role that is not superuser."""

    def accept_version(self, extension: str, version: str) -> bool:
        """Let a stand-in for an extension have this version; whether it has it now."""

    def advice(self, extension: str) -> str:
        """Why an extension cannot be created here, and what to do about it."""
