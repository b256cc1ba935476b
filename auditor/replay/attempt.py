"""One migration, run as its tool would, until PostgreSQL has taken it or refused it for good.

How is decided by what PostgreSQL says, never by the static reading that the record is there to judge: in one
transaction, unless the tool runs it without one, or its text begins or ends transactions itself, or a statement is
refused because it cannot run in one (CREATE INDEX CONCURRENTLY, a new enum value used at once); then statement by
statement.

A statement that fails for want of the platform, or of a superuser, is mended where that is harmless, and what its
transaction had done is done again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.model import Location, Migration, Statement
from auditor.replay import privileged
from auditor.replay.instead import Instead, instead_of
from auditor.replay.missing import missing_thing
from auditor.replay.platform import Place, Supplied, role_to_join, supply
from auditor.replay.privileged import Privileged
from auditor.replay.session import Failure, Session
from auditor.sql.names import quote_identifier


@dataclass(frozen=True, slots=True)
class ReplayError:
    """Why a migration failed.

    Attributes:
        location: of the statement, or within it where PostgreSQL points.
        statement: its 1-based ordinal, or None if it was the end of the migration (a deferred constraint).
        sqlstate: https://www.postgresql.org/docs/current/errcodes-appendix.html; None if it was not PostgreSQL
            that refused.
        message: PostgreSQL's.
        hint: PostgreSQL's detail and hint, or what to do about it in a replay; may be empty.
    """

    location: Location
    statement: int | None
    sqlstate: str | None
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """`file:line:column: message (SQLSTATE ...)`."""
        state = f" (SQLSTATE {self.sqlstate})" if self.sqlstate else ""
        return f"{self.location}: {self.message}{state}"


class Attempt:
    """One migration being run, perhaps more than once until what it needs is there.

    Attributes:
        error: why it failed, or None.
        supplied: what the platform would have had and was supplied.
        as_superuser: indexes of the statements that were run as superuser.
        instead: by index, what was run in the place of a statement.
        in_transaction: whether it runs in one transaction.
    """

    def __init__(
        self, session: Session, privileged_statements: Privileged, place: Place, migration: Migration
    ) -> None:
        self.migration = migration
        self.error: ReplayError | None = None
        self.supplied: list[Supplied] = []
        self.as_superuser: set[int] = set()
        self.instead: dict[int, Instead] = {}
        self._joins: dict[int, str] = {}
        self._guarded: set[int] = set()
        self._session = session
        self._privileged = privileged_statements
        self._place = place
        texts = [statement.text for statement in migration.statements]
        self.in_transaction = migration.transactional and not any(_OWN_TRANSACTIONS.match(text) for text in texts)

    def skipped(self) -> list[int]:
        """Indexes of the commands that only psql understands."""
        statements = enumerate(self.migration.statements)
        return [index for index, one in statements if one.not_sql is None and one.text.startswith("\\")]

    def sent(self) -> list[str]:
        """The texts that PostgreSQL saw, one for each statement."""
        statements = enumerate(self.migration.statements)
        return [
            privileged.STATEMENT if index in self.as_superuser else self._text(index, one)
            for index, one in statements
        ]

    def run(self) -> None:
        """Run it to its end or its first error."""
        if self.in_transaction and not self._run_in_transaction():
            self.in_transaction = False
        if not self.in_transaction:
            self._run_alone()

    # Private half

    def _run_in_transaction(self) -> bool:
        """Run it in one transaction; False if a statement cannot be run in one."""
        indexes = self._to_run()
        at = 0
        while True:
            if at == 0:
                self._session.run("begin")
            if at == len(indexes):
                note_in_ledger(self._session, self.migration)
                self._commit()
                return True
            failure = self._run_one(indexes[at])
            if failure is None:
                at += 1
                continue
            self._session.run("rollback")
            if failure.sqlstate in _NOT_IN_TRANSACTION:
                return False
            if not self._mended(indexes[at], failure):
                return True
            at = 0

    def _run_alone(self) -> None:
        """Run it statement by statement, in the transactions that it begins itself."""
        indexes = self._to_run()
        at = start = 0
        while at < len(indexes):
            if not self._session.in_transaction:
                start = at
            failure = self._run_one(indexes[at])
            if failure is None:
                at += 1
                continue
            if self._session.in_transaction:
                self._session.run("rollback")
            if not self._mended(indexes[at], failure):
                return
            at = start
        if self._session.in_transaction:
            # As with a tool that knows nothing of a transaction left open: its own commit ends it.
            self._commit()
        if self.error is None:
            note_in_ledger(self._session, self.migration)

    def _text(self, index: int, statement: Statement) -> str:
        return self.instead[index].text if index in self.instead else statement.text

    def _commit(self) -> None:
        failure = self._session.run("commit")
        if failure is not None:
            self._fail(None, failure)

    def _to_run(self) -> list[int]:
        left_out = set(self.skipped())
        statements = enumerate(self.migration.statements)
        return [index for index, one in statements if one.not_sql is None and index not in left_out]

    def _run_one(self, index: int) -> Failure | None:
        statement = self.migration.statements[index]
        if index in self.as_superuser:
            return self._privileged.run(self._session, statement.text)
        if index in self._guarded:
            return self._privileged.run_guarded(self._session, self._text(index, statement), statement.data)
        if (role := self._joins.get(index)) is not None:
            self._session.run(f"grant {quote_identifier(role)} to current_user")
        # Once one has needed a superuser, others are tried behind a savepoint, so that a file with many of them is
        # not run again and again.
        guard = bool(self.as_superuser) and self._session.in_transaction and privileged.on_the_list(statement.text)
        if guard:
            self._session.run("savepoint auditor_recorder")
        failure = self._session.run(self._text(index, statement), data=statement.data)
        if guard and failure is not None and failure.sqlstate == privileged.INSUFFICIENT_PRIVILEGE:
            self._session.run("rollback to savepoint auditor_recorder")
            self.as_superuser.add(index)
            failure = self._privileged.run(self._session, statement.text)
        if guard and failure is None:
            self._session.run("release savepoint auditor_recorder")
        return failure

    def _mended(self, index: int, failure: Failure) -> bool:
        """Whether it can be tried again; else the error is noted."""
        text = self.migration.statements[index].text
        if failure.message == privileged.GUARDED and index not in self._guarded:
            self._guarded.add(index)
            return True
        refused = failure.sqlstate == privileged.INSUFFICIENT_PRIVILEGE and index not in self.as_superuser
        if refused and privileged.on_the_list(text):
            self.as_superuser.add(index)
            return True
        role = role_to_join(failure)
        server = self._place.server
        if role is not None and index not in self._joins and server.version_num < 160000 and server.may_join(role):
            # From 16 on it is a member of each role that it makes. Before, it joins now: the role may be one that
            # its own transaction has made, which nobody else sees.
            self._joins[index] = role
            return True
        instead = instead_of(text, failure, server.version_num) if index not in self.instead else None
        if instead is not None:
            self.instead[index] = instead
            return True
        supplied = supply(failure, self._place)
        if supplied is not None and supplied not in self.supplied:
            self.supplied.append(supplied)
            return True
        self._fail(index, failure)
        return False

    def _fail(self, index: int | None, failure: Failure) -> None:
        hint = self._advice(failure) or failure.hint
        if index is None:
            where = Location(self.migration.file, self.migration.line)
            self.error = ReplayError(where, None, failure.sqlstate, failure.message, hint)
            return
        where = _place_of(self.migration.statements[index], failure.position)
        self.error = ReplayError(where, index + 1, failure.sqlstate, failure.message, hint)

    def _advice(self, failure: Failure) -> str:
        server = self._place.server
        if (match := _NO_EXTENSION.match(failure.message)) is not None:
            return server.advice(match[1] or match[2])
        if (match := _ROLE_EXISTS.match(failure.message)) is not None and not server.may_join(match[1]):
            return (
                f"{server.name} had this role before, and roles belong to a whole server: drop it there if you can"
            )
        return self._advice_on_missing(failure)

    def _advice_on_missing(self, failure: Failure) -> str:
        thing = missing_thing(failure)
        if thing is None:
            return ""
        making = next(self._place.own.makings(thing), None)
        if making is None:
            return f"no migration makes {thing}; if the platform does, run SQL that makes it first: --prelude FILE"
        # PostgreSQL's own hint says more where there is a function of that name.
        return "" if thing.kind == "function" else f"{making.location} makes it"


def note_in_ledger(session: Session, migration: Migration) -> None:
    """What `alembic upgrade` does at the end of each revision of a single line; nothing for other layouts."""
    if migration.layout == "alembic" and len(migration.id) <= _LEDGER_WIDTH:
        session.run_with(
            "with former as (delete from alembic_version) insert into alembic_version values ($1)", migration.id
        )


# Private

_OWN_TRANSACTIONS = re.compile(
    r"\s*(?:begin|start\s+transaction|commit|end|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b)|abort)\b",
    re.IGNORECASE,
)
# active_sql_transaction, invalid_transaction_termination, unsafe_new_enum_value_usage
_NOT_IN_TRANSACTION = frozenset({"25001", "2D000", "55P04"})
_LEDGER_WIDTH = 32
_ROLE_EXISTS = re.compile(r'role "(.+)" already exists', re.DOTALL)
_NO_EXTENSION = re.compile(r'(?:extension "(.+)" is not available|permission denied to create extension "(.+)")')


def _place_of(statement: Statement, position: int | None) -> Location:
    """Where PostgreSQL points in a statement of a file, or where the statement begins."""
    if position is None or statement.start < 0:
        return Location(statement.file, statement.line, statement.column)
    before = statement.text[: position - 1]
    lines = before.count("\n")
    column = len(before) - before.rfind("\n") if lines else statement.column + len(before)
    return Location(statement.file, statement.line + lines, column)
