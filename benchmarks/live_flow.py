"""`forensics kpi` on a million events and a million jobs: the time of each statement, and its plan.

python benchmarks/live_flow.py [ENTITIES]        # four events and four jobs each; default 250,000
python benchmarks/live_flow.py --plans           # and the plans, as docs/forensics-at-size.md has them
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psycopg

from auditor.catalog.session import read_only_session
from auditor.declaration.load import load
from auditor.forensics import kpi
from auditor.forensics.flow import read_flow
from auditor.forensics.trace import trace
from auditor.replay.server import throw_away_server

TABLES = """
create table document_entities (id uuid primary key, events jsonb not null, updated_at timestamptz not null);
create table executor_jobs (
    id bigint generated always as identity primary key, entity_id uuid not null, type text not null,
    status text not null, attempts int not null default 1, correlation_id uuid,
    enqueue_source text default 'listener',
    created_at timestamptz not null, available_at timestamptz not null, heartbeat_at timestamptz,
    finished_at timestamptz, last_error text);
create table executor_job_runs (
    id bigint generated always as identity primary key, job_id bigint not null, status text not null,
    started_at timestamptz not null, finished_at timestamptz, error text);
"""
FILL = """
-- An entity every ten seconds, over a month; each thousandth lacks its last job, each hundredth's were retried.
insert into document_entities
select md5(n::text)::uuid,
       (select jsonb_agg(jsonb_build_object(
            'kind', k.kind, 'at', t.at + k.place * interval '5 s', 'correlation_id', md5('c' || n)::uuid,
            'trace_id', md5('t' || n), 'payload', jsonb_build_object('digest', md5('d' || n)))
            order by k.place)
          from unnest(array['document.protected.requested', 'document.protected',
                          'tsa.confirmed', 'anchor.confirmed'])
               with ordinality k (kind, place)),
       t.at + interval '20 s'
  from generate_series(1, {entities}) n
 cross join lateral (select now() - interval '5 minutes' - n * interval '10 s' as at) t;
insert into executor_jobs (entity_id, type, status, attempts, correlation_id, created_at, available_at,
                           heartbeat_at, finished_at)
select md5(n::text)::uuid, k.type, 'succeeded', case when n % 100 = 0 then 2 else 1 end, md5('c' || n)::uuid,
       t.at + k.place * interval '5 s', t.at + k.place * interval '5 s', t.at + k.place * interval '6 s',
       t.at + k.place * interval '7 s'
  from generate_series(1, {entities}) n
 cross join lateral (select now() - interval '5 minutes' - n * interval '10 s' as at) t
 cross join unnest(array['protect_document_v2', 'run_tsa', 'submit_anchor', 'build_artifact'])
            with ordinality k (type, place)
 where not (n % 1000 = 0 and k.place = 4);
insert into executor_job_runs (job_id, status, started_at, finished_at, error)
select id, 'succeeded', created_at, finished_at, case when attempts > 1 then 'no answer' end from executor_jobs;
create index on executor_jobs (entity_id);
create index on executor_jobs (created_at);
create index on executor_jobs (status) where status in ('queued', 'running');
create index on executor_jobs (finished_at);
create index on executor_job_runs (job_id);
create index on executor_job_runs (started_at);
create index on document_entities (updated_at);
"""


def main() -> None:
    """Fill a database, and read the figures over a day, a week, and everything."""
    entities = int(next((one for one in sys.argv[1:] if one.isdigit()), "250000"))
    root = Path(__file__).parents[1]
    pipeline = load(root / "classifications.yaml").pipeline
    if pipeline is None:
        sys.exit("no pipeline")
    with throw_away_server(settings={"shared_buffers": "256MB", "max_parallel_workers_per_gather": "0"}) as server:
        url = server.conninfo(server.create_database())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLES)
            connection.execute(FILL.format(entities=entities).encode())
            connection.execute("vacuum analyze")
            counted = connection.execute(
                "select (select sum(jsonb_array_length(events)) from document_entities),"
                " (select count(*) from executor_jobs)"
            ).fetchall()
            print(f"{counted[0][0]:,} events, {counted[0][1]:,} jobs")
        for window in ("24h", "7d", "all"):
            seconds = []
            for _ in range(3):
                start = time.perf_counter()
                with read_only_session(url) as connection:
                    flow = read_flow(connection, pipeline, "classifications.yaml")
                    found = kpi.read_kpis(connection, flow, window)
                seconds.append(time.perf_counter() - start)
            print(
                f"{window:>4}: {min(seconds):.2f} s to {max(seconds):.2f} s; gap {found.gap}, "
                f"retries {found.retries}, runs {found.runs}, without event {found.without_event}"
            )
        with read_only_session(url) as connection:
            flow = read_flow(connection, pipeline, "classifications.yaml")
            start = time.perf_counter()
            trace(connection, flow, "c4ca4238-a0b9-2382-0dcc-509a6f75849b")
            print(f"trace: {time.perf_counter() - start:.3f} s")
        if "--plans" in sys.argv:
            for window in ("24h", "all"):
                _plans(url, pipeline, window)


def _plans(url: str, pipeline: object, window: str) -> None:
    with read_only_session(url) as connection:
        flow = read_flow(connection, pipeline, "classifications.yaml")  # type: ignore[arg-type]
        connection.execute(b"select set_config('work_mem', '64MB', true)")
        (now,) = connection.execute(b"select now()").fetchall()
        since = kpi.beginning(window, now[0])
        if since is None:
            connection.execute(b"select set_config('enable_nestloop', 'off', true)")
        requires = flow.pipeline.requires
        events = [since, list(requires), list(requires.values())]
        for name, query, parameters in (
            ("gap", kpi.gap_query(flow, windowed=since is not None), [*events, 60.0]),
            ("without_event", kpi.without_event_query(flow, windowed=since is not None), events),
        ):
            print(f"\n{name}, {window}\n")
            plan = psycopg.RawCursor(connection).execute(
                f"explain (analyze, costs off, timing off) {query}".encode(), parameters
            )
            for (line,) in plan:
                print(f"    {line}")


if __name__ == "__main__":
    main()
