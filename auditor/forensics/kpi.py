"""Figures of the live flow over a window of time: gaps, backlog, retries, dead jobs, silent workers, failed runs.

Each figure is one statement over one or two tables. Conditions stand on bare columns, so that indexes on the times
and on the status serve; `docs/forensics-at-size.md` has their plans on a million events and a million jobs.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from auditor.declaration.readers import interval_seconds
from auditor.forensics.flow import Flow

Connection = psycopg.Connection[Any]
Time = datetime.datetime

SAMPLES = 20
"""Entities and jobs that are named for each figure."""


@dataclass(frozen=True, slots=True)
class Gap:
    """An event without its job.

    Attributes:
        age: seconds since the event; None if its time cannot be read.
    """

    entity: str
    event: str
    job: str
    at: Time | None
    age: float | None
    correlation: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A job that stands for a figure."""

    id: str
    entity: str
    type: str | None
    since: Time | None
    error: str | None


@dataclass
class Kpis:
    """What was read; a figure that the mapping does not allow is None.

    Attributes:
        now, since: the end of the window and its beginning (None: everything).
        gaps: the oldest events without their job, beyond the allowed time; `gap` of them in all.
        undated: events without their job whose time cannot be read.
        jobs: rows of type, status, state, number of the window, number in all that were looked at.
        backlog: jobs that wait and might be taken; `backlog_age` seconds since the oldest might be.
        retries: attempts beyond the first, of jobs of the window.
        dead, stale: number and samples.
        runs, failed_runs: of the window; `errors` the most frequent.
        sources: who enqueued the jobs of the window; `outside` of them not by the gateway.
        without_event: jobs of the window that no event asked for.
        not_checked: figures that could not be read, and why.
    """

    now: Time
    since: Time | None
    gap: int | None = None
    gaps: list[Gap] = field(default_factory=list)
    undated: int = 0
    jobs: list[dict[str, Any]] = field(default_factory=list)
    waiting: int = 0
    backlog: int = 0
    backlog_age: float | None = None
    retries: int | None = None
    dead: int = 0
    dead_jobs: list[Sample] = field(default_factory=list)
    stale: int = 0
    stale_jobs: list[Sample] = field(default_factory=list)
    runs: int | None = None
    failed_runs: int | None = None
    errors: list[tuple[str, int]] = field(default_factory=list)
    sources: dict[str, int] | None = None
    outside: int | None = None
    outside_jobs: list[Sample] = field(default_factory=list)
    without_event: int | None = None
    without_event_jobs: list[Sample] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)


def read_kpis(connection: Connection, flow: Flow, window: str) -> Kpis:
    """Read every figure that the mapping allows.

    Args:
        connection: inside a read-only transaction.
        flow: the tables.
        window: `24h`, `7d`..., a date or time, or `all`.

    Raises:
        ValueError: the window is none of these.
        psycopg.Error: from the server.
    """
    connection.execute(b"select set_config('work_mem', '64MB', true)")  # hashes of a million jobs stay in memory
    now = connection.execute(b"select now()").fetchone()
    assert now is not None  # noqa: S101 - for the type checker: one row always comes
    kpis = Kpis(now[0], beginning(window, now[0]))
    _read_jobs(connection, flow, kpis)
    _read_runs(connection, flow, kpis)
    if kpis.since is None or (flow.in_array and flow.events is not None and "updated" not in flow.events):
        # All events are read: one pass over each table, not a look-up for each event.
        connection.execute(b"select set_config('enable_nestloop', 'off', true)")
    _read_gaps(connection, flow, kpis)
    _read_without_event(connection, flow, kpis)
    return kpis


def beginning(window: str, now: Time) -> Time | None:
    """When a window begins; None for `all`.

    Raises:
        ValueError: it is neither an interval, nor a date or time, nor `all`.
    """
    if window == "all":
        return None
    try:
        return now - datetime.timedelta(seconds=interval_seconds(window))
    except ValueError:
        pass
    try:
        found = datetime.datetime.fromisoformat(window)
    except ValueError:
        raise ValueError(f'"{window}" is no window; write 24h, 7d, a date such as 2027-01-31, or all') from None
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)


# Private


def _read_jobs(connection: Connection, flow: Flow, kpis: Kpis) -> None:
    jobs = flow.need("jobs")
    status = jobs.text("j", "status")
    in_window, where = "true", "true"
    if kpis.since is not None and "created" in jobs:
        in_window = f"{jobs('j', 'created')} >= $1"
        ended = f" or {jobs('j', 'finished')} >= $1" if "finished" in jobs else ""
        where = f"{in_window} or {status} = any($2){ended}"
    elif "created" not in jobs:
        kpis.not_checked.append("the window of jobs: `jobs.created` is not mapped, all were read")
    ready = f"{jobs('j', 'available')} <= now()" if "available" in jobs else "true"
    times = [jobs("j", key) for key in ("created", "available") if key in jobs]
    since = f"greatest({', '.join(times)})" if times else "null::timestamptz"
    retries = "null::bigint"
    if "attempts" in jobs:
        retries = f"sum(greatest({jobs('j', 'attempts')} - 1, 0)) filter (where {in_window})"
    silent = _silence(flow)
    ended_in_window = f"{jobs('j', 'finished')} >= $1" if "finished" in jobs and kpis.since else in_window
    source = jobs.text("j", "source") if "source" in jobs else "null::text"
    query = f"""
        select {jobs.text("j", "type")}, {status}, {source}, count(*) filter (where {in_window}), count(*),
               count(*) filter (where {ready}), min({since}) filter (where {ready}), {retries},
               count(*) filter (where {silent or "false"}), count(*) filter (where {ended_in_window})
          from {jobs.sql} j
         where ({where}) and $1::timestamptz is not distinct from $1 and $2::text[] is not null
           and $3::float8 is not null
         group by 1, 2, 3
    """  # noqa: S608
    stale_after = interval_seconds(flow.pipeline.stale_after)
    parameters = [kpis.since, flow.statuses("waiting", "running"), stale_after]
    rows = psycopg.RawCursor(connection).execute(query.encode(), parameters).fetchall()
    _sum_up(flow, kpis, rows)
    if retries.startswith("null"):
        kpis.retries = None
        kpis.not_checked.append("retries: `jobs.attempts` is not mapped")
    if silent is None:
        kpis.not_checked.append("stale jobs: neither `jobs.heartbeat` nor `jobs.created` is mapped")
    if kpis.dead:
        kpis.dead_jobs = _samples(connection, flow, kpis, flow.statuses("dead"), ended_in_window)
    if kpis.stale:
        kpis.stale_jobs = _samples(connection, flow, kpis, flow.statuses("running"), silent or "false")
    if "source" in jobs:
        _read_sources(connection, flow, kpis, in_window)


def _read_sources(connection: Connection, flow: Flow, kpis: Kpis, in_window: str) -> None:
    jobs = flow.need("jobs")
    source = jobs.text("j", "source")
    gateway = [str(one) for one in flow.pipeline.gateway]
    if not gateway:
        kpis.not_checked.append("jobs outside the gateway: `pipeline.gateway` does not name its sources")
        return
    kpis.outside = sum(count for name, count in (kpis.sources or {}).items() if name not in gateway)
    if kpis.outside:
        others = [name for name in kpis.sources or () if name not in gateway]
        where = f"coalesce({source}, '') = any($2) and ({in_window})"
        kpis.outside_jobs = _samples(connection, flow, kpis, others, where, by_status=False)


def without_event_query(flow: Flow, *, windowed: bool) -> str:
    """The statement that finds jobs that no event asked for.

    Parameters: $1 beginning of the window, $2 and $3 events and the jobs they ask for.
    """
    jobs = flow.need("jobs")
    event_entity, job_entity = flow.same_entity()
    narrow = windowed and "created" in jobs
    window = f"{jobs('j', 'created')} >= $1" if narrow else "true"
    created = f"{jobs('j', 'created')}::timestamptz" if "created" in jobs else "null::timestamptz"
    # Few jobs: the events of each one's entity are looked up. All jobs: all events are read once.
    own = f"{event_entity} = {job_entity}" if narrow else "true"
    return f"""
        select {jobs("j", "id")}::text, {jobs("j", "entity")}::text, {jobs.text("j", "type")}, {created}, null,
               count(*) over ()
          from {jobs.sql} j
         where {window} and {jobs.text("j", "type")} = any($3::text[])
           and $1::timestamptz is not distinct from $1
           and not exists (select from ({_events(flow, own)}) v
                            where v.entity = {job_entity} and v.job = {jobs.text("j", "type")} {_same(flow)})
         order by 4 desc nulls last limit {SAMPLES}
    """  # noqa: S608


def _silence(flow: Flow) -> str | None:
    """Whether the worker of a job was not heard of for longer than $3 seconds."""
    jobs = flow.need("jobs")
    times = [jobs("j", key) for key in ("heartbeat", "created") if key in jobs]
    return f"coalesce({', '.join(times)}) < now() - make_interval(secs => $3)" if times else None


def _sum_up(flow: Flow, kpis: Kpis, rows: Sequence[Sequence[Any]]) -> None:
    oldest: Time | None = None
    kpis.retries = 0
    sources: dict[str, int] = {}
    seen_of: dict[tuple[str | None, str | None], list[int]] = {}
    for kind, status, source, in_window, seen, ready, since, retries, silent, ended in rows:
        state = flow.state(status)
        if in_window:
            sources[source or ""] = sources.get(source or "", 0) + in_window
        counts = seen_of.setdefault((kind, status), [0, 0])
        counts[0] += in_window
        counts[1] += seen
        kpis.retries += int(retries or 0)
        if state == "waiting":
            kpis.waiting += seen
            kpis.backlog += ready
            oldest = min((one for one in (oldest, since) if one is not None), default=None)
        elif state == "running":
            kpis.stale += silent
        elif state == "dead":
            kpis.dead += ended
    for (kind, status), (in_window, seen) in sorted(seen_of.items(), key=str):
        state = flow.state(status)
        kpis.jobs.append({"type": kind, "status": status, "state": state, "window": in_window, "seen": seen})
        if state == "unknown":
            kpis.not_checked.append(
                f"{seen} jobs with status {status!r}: `jobs.states` does not say what it means"
            )
    if "source" in flow.need("jobs"):
        kpis.sources = sources
    if oldest is not None:
        aware = oldest if oldest.tzinfo is not None else oldest.replace(tzinfo=datetime.UTC)
        kpis.backlog_age = (kpis.now - aware).total_seconds()


def _samples(
    connection: Connection, flow: Flow, kpis: Kpis, words: list[str], where: str, *, by_status: bool = True
) -> list[Sample]:
    """Jobs that stand for a figure; `$2` are the words: statuses, unless the condition says otherwise."""
    jobs = flow.need("jobs")
    has_status = f"{jobs.text('j', 'status')} = any($2)" if by_status else "true"
    key = next((one for one in ("finished", "heartbeat", "created") if one in jobs), None)
    since = f"{jobs('j', key)}::timestamptz" if key is not None else "null::timestamptz"
    error = f"{jobs('j', 'error')}::text" if "error" in jobs else "null::text"
    query = f"""
        select {jobs("j", "id")}::text, {jobs("j", "entity")}::text, {jobs.text("j", "type")}, {since}, {error}
          from {jobs.sql} j
         where {has_status} and ({where})
           and $1::timestamptz is not distinct from $1 and $3::float8 is not null
         order by 4 desc nulls last limit {SAMPLES}
    """  # noqa: S608
    parameters = [kpis.since, words, interval_seconds(flow.pipeline.stale_after)]
    return [Sample(*row) for row in psycopg.RawCursor(connection).execute(query.encode(), parameters)]


def gap_query(flow: Flow, *, windowed: bool) -> str:
    """The statement that finds events without their job.

    Times are looked at last, of those few events that have none: reading a time out of JSON costs most.

    Parameters: $1 beginning of the window, $2 and $3 events and the jobs they ask for, $4 allowed seconds.
    """
    events, jobs = flow.need("events"), flow.need("jobs")
    _, job_entity = flow.same_entity()
    at = (flow.event_at() or "null::timestamptz") if flow.in_array else "x.at"
    changed = "true"
    if windowed and "updated" in events:
        changed = f"{events('e', 'updated')} >= $1"
    elif windowed and not flow.in_array:
        changed = f"{events('e', 'at')} >= $1"
    window = f"and ({at} is null or {at} >= $1)" if windowed else ""
    return f"""
        select x.entity::text, x.type, x.job, {at}, extract(epoch from now() - {at})::float8, x.correlation,
               count({at}) over (), count(*) over ()
          from (select v.* from ({_events(flow, changed)}) v
                 where v.job is not null and $1::timestamptz is not distinct from $1
                   and not exists (
                       select from {jobs.sql} j
                        where {job_entity} = v.entity and {jobs.text("j", "type")} = v.job {_same(flow)})
                offset 0) x
         where ({at} is null or {at} < now() - make_interval(secs => $4)) {window}
         order by 4 nulls last limit {SAMPLES}
    """  # noqa: S608


def _events(flow: Flow, where: str) -> str:
    """Events with the job that each asks for ($2 and $3), or null.

    The array is unnested in the select list: a function in FROM would fill a store for each row.
    """
    events = flow.need("events")
    entity, _ = flow.same_entity()
    job = f"($3::text[])[array_position($2::text[], {flow.event_type()})]"
    correlation = flow.event_correlation() or "null::text"
    if not flow.in_array:
        at = flow.event_at() or "null::timestamptz"
        return f"""
            select {entity} as entity, {flow.event_type()} as type, {job} as job, {correlation} as correlation,
                   {at} as at
              from {events.sql} e where {where}"""  # noqa: S608
    return f"""
            select x.entity, {flow.event_type()} as type, {job} as job, {correlation} as correlation, x.event
              from (select {entity} as entity, jsonb_array_elements({flow.array()}) as event
                      from {events.sql} e where {where}) x"""  # noqa: S608


def _same(flow: Flow) -> str:
    """That an event `v` and a job `j` have one correlation, if both are mapped and the event has one."""
    correlation = flow.same_correlation()
    return f"and (v.correlation is null or {correlation[1]} = v.correlation)" if correlation else ""


def _read_gaps(connection: Connection, flow: Flow, kpis: Kpis) -> None:
    if flow.events is None or not flow.pipeline.requires:
        kpis.not_checked.append("events without their job: `pipeline.events` or `pipeline.requires` is not mapped")
        return
    if flow.event_at() is None:
        kpis.not_checked.append("events without their job: `events.at` is not mapped, so none can be late")
        return
    requires = flow.pipeline.requires
    gap = interval_seconds(str(flow.pipeline.event_to_job_gap or "60s"))
    query = gap_query(flow, windowed=kpis.since is not None)
    parameters = [kpis.since, list(requires), list(requires.values()), gap]
    rows = psycopg.RawCursor(connection).execute(query.encode(), parameters).fetchall()
    kpis.gaps = [Gap(*row[:6]) for row in rows]
    kpis.gap = rows[0][6] if rows else 0
    kpis.undated = rows[0][7] - rows[0][6] if rows else 0
    if kpis.undated:
        kpis.not_checked.append(f"{kpis.undated} events without their job whose time cannot be read")


def _read_without_event(connection: Connection, flow: Flow, kpis: Kpis) -> None:
    if flow.events is None or not flow.pipeline.requires:
        return  # said of the gaps already
    requires = flow.pipeline.requires
    query = without_event_query(flow, windowed=kpis.since is not None)
    parameters = [kpis.since, list(requires), list(requires.values())]
    rows = psycopg.RawCursor(connection).execute(query.encode(), parameters).fetchall()
    kpis.without_event = rows[0][5] if rows else 0
    kpis.without_event_jobs = [Sample(*row[:5]) for row in rows]


def _read_runs(connection: Connection, flow: Flow, kpis: Kpis) -> None:
    if flow.runs is None:
        kpis.not_checked.append("runs with errors: `pipeline.runs` is not mapped")
        return
    runs = flow.runs
    failures = []
    if "status" in runs:
        failures.append(f"{runs.text('r', 'status')} = any($2)")
    if "error" in runs:
        failures.append(f"{runs('r', 'error')} is not null")
    if not failures:
        kpis.not_checked.append("runs with errors: neither `runs.status` nor `runs.error` is mapped")
        return
    error = f"left({runs('r', 'error')}::text, 200)" if "error" in runs else "null::text"
    where = f"{runs('r', 'started')} >= $1" if kpis.since is not None and "started" in runs else "true"
    query = f"""
        select case when {" or ".join(failures)} then coalesce({error}, '') end, count(*)
          from {runs.sql} r
         where {where} and $1::timestamptz is not distinct from $1 and $2::text[] is not null
         group by 1 order by 2 desc
    """  # noqa: S608
    found = psycopg.RawCursor(connection).execute(query.encode(), [kpis.since, list(flow.failed)]).fetchall()
    kpis.runs = sum(count for _, count in found)
    failed = [(text, count) for text, count in found if text is not None]
    kpis.failed_runs = sum(count for _, count in failed)
    kpis.errors = failed[:5]
