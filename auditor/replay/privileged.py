"""The few statements that only a superuser may run, that a replay runs all the same, and how.

What decides is the statement's parse tree. On the list is only what gives the migration nothing beyond the objects
themselves: event triggers (their functions run as whoever runs a command) and publications (nothing can
subscribe); other owners for objects that belong to no superuser, who may not become one's either; and before 18,
which has no folder of our own for extensions, the harmless extensions. Not on it, ever: COPY from or to files and
programs, ALTER SYSTEM, functions in C or an untrusted language, grants of PostgreSQL's own roles.

A migration's event trigger would run its function as superuser if a superuser ran a command in its database. So
once there is one, only commands on event triggers, which fire none, are run this way; and it is disabled while an
extension is created or updated, whose script runs as superuser (`privileged_guard.sql`).
https://www.postgresql.org/docs/current/event-trigger-definition.html
"""

from __future__ import annotations

import hashlib
import re
import secrets
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from auditor.replay.extensions import HARMLESS
from auditor.replay.session import Failure, Session
from auditor.sql import UnreadableSql

if TYPE_CHECKING:
    import psycopg

INSUFFICIENT_PRIVILEGE = "42501"
GUARDED = "an extension is created or changed beside an event trigger"
"""The message of `privileged_guard.sql`."""
STATEMENT = "select pg_catalog.auditor_recorder_run_as_superuser($1, $2, $3)"
"""What PostgreSQL sees as the query of a statement that is run this way."""


class Privileged:
    """Runs statements of the list as superuser, within the migration's own transaction.

    Args:
        connection: of the superuser; the recorder is installed already.
        owner: the role that runs the migrations.
        guard: whether that role is no superuser, and must not become one.
    """

    def __init__(self, connection: psycopg.Connection[Any], owner: str, *, guard: bool = True) -> None:
        from psycopg import sql

        self._connection = connection
        self._secret = secrets.token_hex(32)
        connection.execute(files(__package__).joinpath("privileged.sql").read_bytes())
        self._guard = guard
        if guard:
            connection.execute(files(__package__).joinpath("privileged_guard.sql").read_bytes())
        connection.execute("insert into pg_catalog.auditor_recorder_secret values (%s)", [self._secret])
        connection.execute(
            sql.SQL(
                "grant execute on function pg_catalog.auditor_recorder_run_as_superuser(text, text, text) to {}"
            ).format(sql.Identifier(owner))
        )

    def run(self, session: Session, text: str) -> Failure | None:
        """Run a statement for which :func:`on_the_list` is true, in the session's transaction."""
        kind = _kind(text) or ""
        token = hashlib.sha256(f"{self._secret}{kind}{text}".encode()).hexdigest()
        return session.run_with(STATEMENT, token, text, kind)

    def run_guarded(self, session: Session, text: str, data: str | None) -> Failure | None:
        """Run a statement that creates or updates an extension, with the migrations' event triggers disabled."""
        failure = self._on_event_triggers(session, "select pg_catalog.auditor_recorder_silence()")
        if failure is None:
            failure = session.run(text, data=data)
        if failure is not None and session.in_transaction:
            return failure  # what was done in the transaction is rolled back
        enabled = self._on_event_triggers(session, "select pg_catalog.auditor_recorder_unsilence()")
        return failure or enabled

    def remove_guard(self) -> None:
        """Take it out of the database, which no migration runs in any more."""
        if self._guard:
            self._connection.execute("drop event trigger auditor_recorder_guard")

    # Private half

    def _on_event_triggers(self, session: Session, text: str) -> Failure | None:
        kind = "event trigger"
        token = hashlib.sha256(f"{self._secret}{kind}{text}".encode()).hexdigest()
        return session.run_with(STATEMENT, token, text, kind)


def on_the_list(text: str) -> bool:
    """Whether a statement may be run as superuser."""
    return _kind(text) is not None


# Private

_CANDIDATE = re.compile(
    r"\s*(create|alter|drop|comment)\b.*?\b(event\s+trigger|publication|extension|owner\s+to)\b",
    re.IGNORECASE | re.DOTALL,
)
_KINDS = {"OBJECT_EVENT_TRIGGER": "event trigger", "OBJECT_PUBLICATION": "publication"}
_OWNED = frozenset(
    f"OBJECT_{kind}"
    for kind in (
        "AGGREGATE", "DOMAIN", "FOREIGN_TABLE", "FUNCTION", "MATVIEW", "PROCEDURE", "ROUTINE", "SCHEMA",
        "SEQUENCE", "TABLE", "TYPE", "VIEW",
    )
)  # fmt: skip


def _kind(text: str) -> str | None:
    """`event trigger`, `publication`, `owner` or `extension` for a statement of the list, else None."""
    if not _CANDIDATE.match(text):
        return None
    from auditor.sql.grammar import parse  # loads the parser; few histories come here

    try:
        statements = parse(text)
    except UnreadableSql:
        return None
    # Looked for in the tree: in the text a name can be written in another way (U&"\0061...").
    if len(statements) != 1 or "auditor_recorder" in str(statements):
        return None
    ((node, fields),) = statements[0]["stmt"].items()
    match node:
        case "CreateEventTrigStmt":
            # A login trigger would run as superuser as soon as one connects.
            return None if fields.get("eventname") == "login" else "event trigger"
        case "AlterEventTrigStmt":
            return "event trigger"
        case "CreatePublicationStmt" | "AlterPublicationStmt":
            return "publication"
        case "DropStmt":
            return _KINDS.get(fields["removeType"])
        case "CommentStmt":
            return _KINDS.get(fields["objtype"])
        case "RenameStmt":
            return _KINDS.get(fields["renameType"])
        case "AlterOwnerStmt":
            return "owner" if fields["objectType"] in _OWNED and _is_named(fields["newowner"]) else None
        case "AlterTableStmt":
            commands = [command["AlterTableCmd"] for command in fields["cmds"]]
            handed = all(one["subtype"] == "AT_ChangeOwner" and _is_named(one["newowner"]) for one in commands)
            return "owner" if handed and fields["objtype"] in _OWNED else None
        case "CreateExtensionStmt":
            return "extension" if fields["extname"] in HARMLESS else None
    return None


def _is_named(role: dict[str, Any]) -> bool:
    """Not CURRENT_USER, which would be the superuser."""
    return role.get("roletype") == "ROLESPEC_CSTRING"
