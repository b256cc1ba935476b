"""A database with the repository's own history in it, as the tests of the reference system handle it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import alembic.command
import alembic.config
import psycopg
import sqlalchemy as sa

ROOT = Path(__file__).parents[2]
CATALOG = (Path(__file__).parent / "catalog.sql").read_text()
REVISIONS = [f"{number:04}" for number in range(1, 21)]


class Listed(NamedTuple):
    """What the catalog says of one object."""

    definition: str | None
    privileges: list[str]
    parent: tuple[str, str] | None


@dataclass(slots=True)
class ReferenceDatabase:
    """One database with the reference system at some revision; used as a context manager by its fixture."""

    conninfo: str
    open: ExitStack = field(default_factory=ExitStack)

    def connect(self, role: str | None = None) -> psycopg.Connection[Any]:
        """An autocommit connection of the superuser, closed with the test; acting as `role` if given."""
        connection = self.open.enter_context(psycopg.connect(self.conninfo, autocommit=True))
        if role is not None:
            connection.execute(psycopg.sql.SQL("SET ROLE {}").format(psycopg.sql.Identifier(role)))
        return connection

    def catalog(self) -> dict[tuple[str, str], Listed]:
        """Everything the history has made, by kind and identity."""
        with psycopg.connect(self.conninfo) as connection:
            rows = connection.execute(CATALOG).fetchall()
        listing = {
            (kind, identity): Listed(definition, privileges, (above, name) if above else None)
            for kind, identity, definition, privileges, above, name in rows
        }
        assert len(listing) == len(rows), "two objects with one identity"
        return listing

    def upgrade(self, revision: str = "head") -> None:
        self._alembic(alembic.command.upgrade, revision)

    def downgrade(self, revision: str) -> None:
        self._alembic(alembic.command.downgrade, revision)

    def _alembic(self, run: Callable[[alembic.config.Config, str], None], revision: str) -> None:
        # Without the ini file: its logging belongs to the command line.
        config = alembic.config.Config()
        config.set_main_option("script_location", str(ROOT / "migrations"))
        engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(self.conninfo),
            poolclass=sa.pool.NullPool,
        )
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            run(config, revision)
