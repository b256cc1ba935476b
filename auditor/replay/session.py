"""The session in which migrations run: one statement after the other, each bounded in time and memory.

It works on libpq directly (`psycopg.pq`): the text of a statement is sent as it is in the simple protocol, as
migration tools do; rows are thrown away as they come, however many; and a statement that does not end is
cancelled, and if it catches that, its process is ended.

https://www.postgresql.org/docs/current/libpq-async.html
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import CouldNotCheck

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

SESSION_LOST = "08006"  # connection_failure
_GRACE = 5.0  # seconds between the time-out of the server, our cancellation, and the end of the process
_COPY_PIECE = 65_536  # characters


@dataclass(frozen=True, slots=True)
class Failure:
    """Why PostgreSQL refused a statement.

    Attributes:
        sqlstate: https://www.postgresql.org/docs/current/errcodes-appendix.html
        message: its primary message.
        hint: its detail and hint, or empty.
        position: 1-based character in the statement, or None.
    """

    sqlstate: str
    message: str
    hint: str = ""
    position: int | None = None


class Session:
    """A connection that runs statements and says how they failed; it never raises for what they do.

    Args:
        conninfo: of a role that is not superuser, if what it runs is not to be trusted.
        settings: of the session; they are there again after :meth:`reset`.
        timeout: seconds for each statement.
        terminate: ends the server process of that id; used when a statement does not heed its cancellation.

    Raises:
        CouldNotCheck: no connection.
    """

    def __init__(
        self, conninfo: str, *, settings: dict[str, str], timeout: float, terminate: Callable[[int], None]
    ) -> None:
        import psycopg

        options = {"statement_timeout": f"{timeout * 1000:.0f}", **settings}
        try:
            self._connection: psycopg.Connection[Any] = psycopg.connect(
                conninfo,
                autocommit=True,
                client_encoding="utf8",
                options=" ".join(f"-c {name}={value}" for name, value in options.items()),
            )
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            raise CouldNotCheck(f"the PostgreSQL of the replay cannot be reached: {reason}") from error
        self._pgconn = self._connection.pgconn
        self._terminate = terminate
        self._timeout = timeout

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction block is open, failed ones included."""
        from psycopg.pq import TransactionStatus

        return self._pgconn.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    def run(self, text: str, *, data: str | None = None) -> Failure | None:
        """Run what may be any statement.

        Args:
            text: sent as it is.
            data: the lines that follow `COPY ... FROM stdin`.
        """
        return self._guarded(lambda: self._pgconn.send_query(text.encode()), data)

    def run_with(self, text: str, *parameters: str) -> Failure | None:
        """Run a statement with parameters."""
        values = [value.encode() for value in parameters]
        return self._guarded(lambda: self._pgconn.send_query_params(text.encode(), values), None)

    def reset(self) -> Failure | None:
        """Make the session as good as new: settings, role, temporary tables, prepared statements, locks."""
        if self.in_transaction:
            self.run("rollback")
        return self.run("discard all")

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    # Private

    def _guarded(self, send: Callable[[], None], data: str | None) -> Failure | None:
        import psycopg

        try:
            send()
            self._pgconn.set_single_row_mode()
            return self._results(data)
        except (psycopg.Error, OSError) as error:
            return Failure(SESSION_LOST, f"the session was lost: {' '.join(str(error).split())}")

    def _results(self, data: str | None) -> Failure | None:
        from psycopg.pq import ExecStatus

        deadline = _Deadline(self._timeout + _GRACE, self._give_up)
        failure: Failure | None = None
        while (result := self._next(deadline)) is not None:
            if result.status in (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE):
                failure = failure or _failure(result)
            elif result.status == ExecStatus.COPY_IN:
                self._copy_in(data, deadline)
            elif result.status == ExecStatus.COPY_OUT:
                self._copy_out(deadline)
        return failure

    def _next(self, deadline: _Deadline) -> PGresult | None:
        while self._pgconn.flush():
            self._wait(deadline, writing=True)
        while self._pgconn.is_busy():
            self._wait(deadline)
            self._pgconn.consume_input()
        return self._pgconn.get_result()

    def _copy_in(self, data: str | None, deadline: _Deadline) -> None:
        if data is None:
            self._pgconn.put_copy_end(b"no data follows COPY ... FROM stdin")
            return
        # libpq may buffer all of it: it is in memory already.
        for start in range(0, len(data), _COPY_PIECE):
            self._pgconn.put_copy_data(data[start : start + _COPY_PIECE].encode())
            while self._pgconn.flush():
                self._wait(deadline, writing=True)
        self._pgconn.put_copy_end()

    def _copy_out(self, deadline: _Deadline) -> None:
        while True:
            length, _ = self._pgconn.get_copy_data(1)
            if length < 0:
                return
            if length == 0:
                self._wait(deadline)
                self._pgconn.consume_input()

    def _wait(self, deadline: _Deadline, *, writing: bool = False) -> None:
        poll = select.poll()
        poll.register(self._pgconn.socket, select.POLLIN | (select.POLLOUT if writing else 0))
        while not poll.poll(deadline.milliseconds()):
            deadline.passed()

    def _give_up(self, attempt: int) -> None:
        if attempt == 1:
            self._pgconn.get_cancel().cancel()
        elif attempt == 2:
            self._terminate(self._pgconn.backend_pid)
        else:
            raise OSError("a statement could not be stopped")


class _Deadline:
    """A moment after which something is done about it, and again after another grace."""

    def __init__(self, seconds: float, act: Callable[[int], None]) -> None:
        self._at = time.monotonic() + seconds
        self._act = act
        self._attempts = 0

    def milliseconds(self) -> float:
        return max(0.0, (self._at - time.monotonic()) * 1000)

    def passed(self) -> None:
        self._attempts += 1
        self._at = time.monotonic() + _GRACE
        self._act(self._attempts)


def _failure(result: PGresult) -> Failure:
    from psycopg.pq import DiagnosticField as Field

    def text(field: Field) -> str:
        value = result.error_field(field)
        return value.decode(errors="replace") if value else ""

    position = text(Field.STATEMENT_POSITION)
    hint = " ".join(part for part in (text(Field.MESSAGE_DETAIL), text(Field.MESSAGE_HINT)) if part)
    message = text(Field.MESSAGE_PRIMARY) or result.error_message.decode(errors="replace").strip()
    return Failure(text(Field.SQLSTATE) or SESSION_LOST, message, hint, int(position) if position else None)
