"""The path of one entity: its events in order, the job each asked for, the runs, and where the flow stopped."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import psycopg

from auditor.declaration.readers import interval_seconds
from auditor.errors import CouldNotCheck, UsageError
from auditor.forensics.flow import Flow, Mapped

Connection = psycopg.Connection[Any]
Time = datetime.datetime

StepState = Literal["done", "running", "waiting", "dead", "unknown", "missing", "due", "not required"]
"""Of an event: the state of its job; `missing` if there is none; `due` if it may still come; `not required`."""

Stopped = Literal["complete", "missing", "due", "waiting", "running", "dead", "unknown", "no event"]
"""Where a flow stands. `no event`: the last job was done, and no event came of it."""

_SETTLED = ("done", "not required")


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a job. Times are with zone; what is not mapped is None."""

    id: str | None
    status: str | None
    started: Time | None
    finished: Time | None
    error: str | None

    @property
    def failed(self) -> bool:
        """Whether it left an error."""
        return self.error is not None


@dataclass(frozen=True, slots=True)
class Job:
    """One job of the entity, with its runs, oldest first."""

    id: str
    type: str | None
    status: str | None
    state: str
    created: Time | None
    finished: Time | None
    heartbeat: Time | None
    attempts: int | None
    error: str | None
    source: str | None
    correlation: str | None
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One event, with the job that it asked for.

    Attributes:
        place: 1-based, in the order of the array, or of time.
        requires: type of the job it asks for, or None.
        jobs: those that were made for it.
        delay: seconds from the event to its first job.
    """

    place: int
    type: str | None
    at: Time | None
    correlation: str | None
    requires: str | None
    state: StepState
    jobs: tuple[Job, ...]

    @property
    def delay(self) -> float | None:
        """Seconds from the event to its first job; the job may be older by as long as its transaction took."""
        return seconds(self.at, next((job.created for job in self.jobs if job.created), None))


@dataclass(frozen=True, slots=True)
class Trace:
    """The path of an entity.

    Attributes:
        steps: its events.
        without_event: jobs that no event asked for.
        stopped: where the flow stands.
        where: the event at which it does, or None if it is complete.
    """

    entity: str
    steps: tuple[Step, ...]
    without_event: tuple[Job, ...]
    stopped: Stopped
    where: Step | None

    @property
    def has_runs(self) -> bool:
        """Whether every job that was asked for has a run."""
        return all(job.runs for step in self.steps for job in step.jobs)


def trace(connection: Connection, flow: Flow, entity: str) -> Trace:
    """Follow one entity.

    Args:
        connection: inside a read-only transaction.
        flow: the tables.
        entity: its id, as text; sent as a parameter.

    Raises:
        UsageError: the text cannot be such an id.
        CouldNotCheck: there is no such entity, nor a job of it.
        psycopg.Error: from the server.
    """
    try:
        found, rows = _events(connection, flow, entity)
        jobs = _jobs(connection, flow, entity)
    except (psycopg.errors.InvalidTextRepresentation, psycopg.errors.NumericValueOutOfRange):
        kind = flow.need("events").types["id"]
        raise UsageError(f"{entity!r} is no id of an entity: its column is of type {kind}") from None
    if not found and not jobs:
        table = flow.need("events").sql
        raise CouldNotCheck(f"no entity {entity} in {table}, and no job of it; give an id that stands there")
    now = connection.execute(b"select now()").fetchone()
    assert now is not None  # noqa: S101 - for the type checker: one row always comes
    return join(entity, rows, jobs, flow, now[0])


def recent_entities(connection: Connection, flow: Flow, kind: str, settled: float, count: int) -> list[str]:
    """The entities of which an event of a type happened last, the latest first.

    Args:
        connection: inside a read-only transaction.
        flow: the tables.
        kind: the type of event.
        settled: events of the last so many seconds are left out.
        count: at most so many.

    Raises:
        CouldNotCheck: events have no time that is mapped.
        psycopg.Error: from the server.
    """
    events = flow.need("events")
    at = flow.event_at()
    if at is None:
        raise CouldNotCheck("`events.at` of `pipeline:` is not mapped, so no event is the last")
    query = f"""
        select {events("e", "id")}::text, max({at}) from {events.sql} e{flow.elements()}
         where {flow.event_type()} = $1 and {at} < now() - make_interval(secs => $2)
         group by 1 order by 2 desc limit $3
    """  # noqa: S608
    rows = psycopg.RawCursor(connection).execute(query.encode(), [kind, settled, count])
    return [entity for entity, _ in rows]


def join(entity: str, events: Sequence[Sequence[Any]], jobs: Sequence[Job], flow: Flow, now: Time) -> Trace:
    """Put events and jobs together.

    Args:
        entity: the id.
        events: type, time, correlation of each, in order.
        jobs: of the entity.
        flow: which event asks for which job.
        now: until when a job may still come.
    """
    gap = interval_seconds(str(flow.pipeline.event_to_job_gap or "0s"))
    steps = []
    explained: set[str] = set()
    by_correlation = flow.same_correlation() is not None
    for place, (kind, at, correlation) in enumerate(events, start=1):
        requires = flow.pipeline.requires.get(kind or "")
        own = tuple(
            job
            for job in jobs
            if job.type == requires
            and (not by_correlation or correlation is None or job.correlation == correlation)
        )
        explained |= {job.id for job in own}
        late = at is None or (now - at).total_seconds() > gap
        steps.append(Step(place, kind, at, correlation, requires, _state(requires, own, late=late), own))
    stopped, where = _end(steps)
    rest = tuple(job for job in jobs if job.id not in explained)
    return Trace(entity, tuple(steps), rest, stopped, where)


def seconds(start: Time | None, end: Time | None) -> float | None:
    """From one time to the other, or None."""
    return (end - start).total_seconds() if start is not None and end is not None else None


# Private


def _state(requires: str | None, jobs: Sequence[Job], *, late: bool) -> StepState:
    if requires is None:
        return "not required"
    if not jobs:
        return "missing" if late else "due"
    states = [job.state for job in jobs]
    for state in ("dead", "unknown", "waiting", "running"):
        if state in states and "done" not in states:
            return state
    return "done"


def _end(steps: Sequence[Step]) -> tuple[Stopped, Step | None]:
    for step in steps:
        if step.state not in _SETTLED:
            return step.state, step  # type: ignore[return-value]
    if steps and steps[-1].requires is not None:
        return "no event", steps[-1]
    return "complete", None


def _events(connection: Connection, flow: Flow, entity: str) -> tuple[bool, list[tuple[Any, ...]]]:
    events = flow.need("events")
    at, correlation = flow.event_at() or "null", flow.event_correlation() or "null"
    there = f"select from {events.sql} e where {events('e', 'id')} = $1 limit 1"
    found = psycopg.RawCursor(connection).execute(there.encode(), [entity]).fetchone() is not None
    order = "x.place" if flow.in_array else "2 nulls last"
    query = f"""
        select {flow.event_type()}, {at}, {correlation}
          from {events.sql} e{flow.elements()}
         where {events("e", "id")} = $1 order by {order}
    """  # noqa: S608
    return found, psycopg.RawCursor(connection).execute(query.encode(), [entity]).fetchall()


_JOB = ("id", "type", "status", "created", "finished", "heartbeat", "attempts", "error", "source", "correlation")
_RUN = ("id", "status", "started", "finished", "error")
_TIMES = frozenset({"created", "finished", "heartbeat", "started"})


def _jobs(connection: Connection, flow: Flow, entity: str) -> list[Job]:
    jobs = flow.need("jobs")
    columns = ", ".join(_column(jobs, "j", key) for key in _JOB)
    order = jobs("j", "created" if "created" in jobs else "id")
    query = f"select {columns} from {jobs.sql} j where {jobs('j', 'entity')} = $1 order by {order}"  # noqa: S608
    rows = psycopg.RawCursor(connection).execute(query.encode(), [entity]).fetchall()
    runs = _runs(connection, flow, [row[0] for row in rows])
    return [
        Job(
            id=row[0],
            type=row[1],
            status=row[2],
            state=flow.state(row[2]),
            created=row[3],
            finished=row[4],
            heartbeat=row[5],
            attempts=int(row[6]) if row[6] is not None else None,
            error=row[7],
            source=row[8],
            correlation=row[9],
            runs=tuple(runs.get(row[0], ())),
        )
        for row in rows
    ]


def _runs(connection: Connection, flow: Flow, jobs: list[str]) -> dict[str, list[Run]]:
    """Runs of jobs, oldest first, by the id of the job."""
    if flow.runs is None or not jobs:
        return {}
    runs = flow.runs
    columns = ", ".join(_column(runs, "r", key) for key in ("job", *_RUN))
    order = runs("r", next(key for key in ("started", "id", "job") if key in runs))
    kind = runs.types["job"]
    query = f"""
        select {columns} from {runs.sql} r
         where {runs("r", "job")} = any($1::text[]::{kind}[]) order by {order}
    """  # noqa: S608
    found: dict[str, list[Run]] = {}
    for job, *values in psycopg.RawCursor(connection).execute(query.encode(), [jobs]):
        found.setdefault(job, []).append(Run(*values))
    return found


def _column(table: Mapped, alias: str, key: str) -> str:
    """A column as this program wants it: a time with zone, else text."""
    if key not in table:
        return "null"
    return f"{table(alias, key)}::{'timestamptz' if key in _TIMES else 'text'}"
