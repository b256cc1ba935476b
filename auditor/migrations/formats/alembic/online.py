"""Run one Alembic revision against a throw-away database, and learn which statements it executed.

This is how a revision is read that cannot be rendered: it runs where what it asks for is there.
"""

from __future__ import annotations

from pathlib import Path

from auditor.migrations.formats.alembic.config import Environment, find_environment
from auditor.migrations.formats.alembic.places import RevisionSource
from auditor.migrations.formats.alembic.process import ChildEnded, messages
from auditor.migrations.formats.base import shown
from auditor.model import Statement

SECONDS = 600.0
"""How long a revision may take between two statements."""


class RevisionFailed(Exception):
    """A revision did not run to its end. Its transaction was rolled back.

    Attributes:
        reason: PostgreSQL's message, or what was raised; one line.
        sqlstate: PostgreSQL's error code, or None if it was not PostgreSQL that refused.
        line: 1-based line of the revision's file, 1 if that cannot be told.
        statements: what was executed up to there, the failed one included.
    """

    def __init__(self, reason: str, sqlstate: str | None, line: int, statements: tuple[Statement, ...]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sqlstate = sqlstate
        self.line = line
        self.statements = statements


def run_revision(script_location: Path, url: str, revision: str, *, seconds: float = SECONDS) -> list[str]:
    """Run one revision, and nothing else, in a transaction of its own.

    Args:
        script_location: the environment: whatever `find_environment` takes, the revision's file among it.
        url: the database, as SQLAlchemy spells it (`postgresql+psycopg://...`). It is given to the process on its
            standard input, so that no password is to be seen in a list of processes.
        revision: id of the revision.
        seconds: how long it may take between two statements.

    Returns:
        The text of each statement executed, parameters written into it; `COMMIT` and `BEGIN` where the revision
        left its transaction. What SQLAlchemy looked up in the system catalogs is left out.

    Raises:
        RevisionFailed: it did not run to its end.
    """
    return [
        statement.text
        for statement in capture_revision(script_location, url, revision, script_location.parent, seconds=seconds)
    ]


def capture_revision(
    script_location: Path, url: str, revision: str, root: Path, *, seconds: float = SECONDS
) -> tuple[Statement, ...]:
    """The same as :func:`run_revision`, each statement with its place in the revision's file.

    Args:
        script_location: see there, as for `url`, `revision` and `seconds`.
        url: see there.
        revision: see there.
        root: what paths are relative to.
        seconds: see there.

    Raises:
        RevisionFailed: it did not run to its end.
    """
    environment = find_environment(script_location)
    if environment is None:
        raise RevisionFailed(f"there is no Alembic environment at {script_location}", None, 1, ())
    statements: list[Statement] = []
    source = RevisionSource(shown(script_location, root), b"")
    try:
        for message in messages(
            "auditor.migrations.formats.alembic.run",
            # Of several histories the id may have its place behind it; Alembic allows no @ in an id of its own.
            _request(environment, url, revision.partition("@")[0], root),
            environment.directory,
            seconds,
        ):
            match message:
                case ["file", path]:
                    source = RevisionSource(shown(Path(path), root), Path(path).read_bytes())
                case ["statement", text, places]:
                    statements += source.place(text, places)
                case ["more"]:
                    statements.append(
                        Statement("", source.file, 1, problem="further statements of the revision were not noted")
                    )
                case ["failed", reason, line, sqlstate]:
                    raise RevisionFailed(reason, sqlstate, line, tuple(statements))
                case ["done"]:
                    return tuple(statements)
    except ChildEnded as error:
        raise RevisionFailed(f"the process {error.reason}", None, 1, tuple(statements)) from None
    raise RevisionFailed("the process ended early", None, 1, tuple(statements))


# Private


def _request(environment: Environment, url: str, revision: str, root: Path) -> dict[str, object]:
    return {
        "files": [str(file) for file in environment.revision_files()],
        "revision": revision,
        "url": url,
        **environment.for_a_program(root),
    }
