"""How long a live database takes to be read, beside pg_dump: the section "Drift" of docs/performance.md.

Makes databases of some sizes in a throw-away PostgreSQL (of each table: 6 columns, a primary key, a foreign key,
an index, an identity sequence, a trigger), and measures: `pg_dump --schema-only` of it, `auditor snapshot`
of it (what `drift --scope all` reads) with its peak memory, and the reading of what a contract names.

    python benchmarks/drift.py [--tables 1000 10000] [--rounds 3] [--major 15]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from auditor.audits.parts.live import read_live
from auditor.catalog.session import read_only_session
from auditor.comparison.snapshots import compare
from auditor.replay.binaries import choose, find_installations
from auditor.replay.server import ThrowAwayServer, throw_away_server

NAMES = {
    "table": ["app.t1", "app.t2", "app.t3"],
    "function": ["app.touch()"],
    "trigger": ["t1_touch on app.t1", "t2_touch on app.t2"],
}
"""What a contract of the size of the reference system names."""


def main() -> None:
    """Measure, and print Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tables", type=int, nargs="*", default=[1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--major", type=int, help="of the server; it needs a pg_dump beside it")
    arguments = parser.parse_args()
    installation = choose(arguments.major) if arguments.major else with_pg_dump()
    print(f"{installation.name}, medians of {arguments.rounds} rounds, seconds\n")
    print(
        "| tables | objects | pg_dump -s | snapshot, whole process | peak MB | reading it | comparing it "
        "| connection | reading the contract |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    with throw_away_server(installation, settings={"shared_buffers": "256MB"}) as server:
        for tables in arguments.tables:
            print("| " + " | ".join(row(server, tables, arguments.rounds)) + " |", flush=True)


def row(server: ThrowAwayServer, tables: int, rounds: int) -> list[str]:
    """One line of the table."""
    target = server.conninfo(filled(server, tables))
    pg_dump = server.installation.bindir / "pg_dump"
    found: dict[str, list[float]] = {}
    objects, peaks = 0, []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            put(found, "dump", run, [pg_dump, "--schema-only", "-f", f"{folder}/dump.sql", target])
            command = [sys.executable, "-m", "auditor", "snapshot", "--db", target, "--output", f"{folder}/s.json"]
            peaks.append(put(found, "process", run, command))
        live = put(found, "reading", read_live, target)
        objects = len(live.snapshot.objects)
        put(found, "comparing", compare, live.snapshot, live.snapshot)
        put(found, "connection", connect, target)
        put(found, "contract", read_live, target, None, NAMES)
    times = {name: median(values) for name, values in found.items()}
    return [
        f"{tables:,}",
        f"{objects:,}",
        f"{times['dump']:.2f}",
        f"{times['process']:.2f}",
        f"{max(peaks) / 1024:.0f}",
        f"{times['reading']:.2f}",
        f"{times['comparing']:.2f}",
        f"{times['connection']:.3f}",
        f"{times['contract']:.3f}",
    ]


# Private


def with_pg_dump():
    """The first installation that has a pg_dump beside its server."""
    for installation in find_installations():
        if (installation.bindir / "pg_dump").is_file():
            return installation
    raise SystemExit("no pg_dump beside the PostgreSQL servers at hand")


def put(found: dict[str, list[float]], name: str, what: Callable[..., Any], *arguments: Any) -> Any:
    """Do it, and note how long it took."""
    began = time.perf_counter()
    result = what(*arguments)
    found.setdefault(name, []).append(time.perf_counter() - began)
    return result


def run(command: list) -> int:
    """Run a program to its end; returns its peak memory in kB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(process.stderr.read().decode())
    process.stderr.close()
    process.returncode = 0
    return usage.ru_maxrss


def connect(target: str) -> None:
    """A session and nothing in it."""
    with read_only_session(target):
        pass


def filled(server: ThrowAwayServer, tables: int) -> str:
    """A database with so many tables."""
    name = server.create_database(f"size_{tables}")
    with server.connect(name) as connection:
        connection.execute("create schema app")
        connection.execute(
            "create function app.touch() returns trigger language plpgsql as 'begin return new; end'"
        )
        for begin in range(1, tables + 1, 200):
            numbers = range(begin, min(begin + 200, tables + 1))
            connection.execute("".join(table(number) for number in numbers).encode())
        connection.execute("analyze")
    return name


def table(number: int) -> str:
    """A table with what hangs on it."""
    return f"""
        create table app.t{number} (
            id bigint generated always as identity primary key,
            parent_id bigint references app.t{number // 2 or 1} (id),
            name text not null default 'x', state text, amount numeric(10, 2) default 0,
            created_at timestamptz not null default now());
        create index t{number}_state on app.t{number} (state) where state = 'queued';
        create trigger t{number}_touch before update on app.t{number} for each row execute function app.touch();
    """


if __name__ == "__main__":
    main()
