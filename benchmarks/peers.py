"""Others on the mutation suite: what each sees, and what it takes for a change (docs/comparison.md).

Every case is run in a copy of the suite's database, which is then compared with the original by each program, in
one run. `seen`: the program says something that it does not say of two equal databases. It need not be right,
complete, or name the object; how much it leaves unsaid is not measured.

    python benchmarks/peers.py [--step 4] [--pg-delta node_modules/.bin/pgdelta] [--migra BIN/migra]
        [--pgkit-migra node_modules/.bin/migra] [--alembic-python BIN/python]
"""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "database"))

from mutation_suite import Case, Suite, cases, create, told

from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.replay.binaries import choose
from auditor.replay.server import ThrowAwayServer, throw_away_server

Peer = Callable[[str, str], str]
"""Given URLs of the database that should be and the one that is, what the program says of the difference."""

ADDRESS = "127.77.77.77"
TIMEOUT = 120  # seconds for one comparison

ALEMBIC = Path(__file__).with_name("peer_alembic.py")


def main() -> None:
    """Run, and print Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--major", type=int, default=None)
    parser.add_argument("--step", type=int, default=1, help="every how manieth mutation")
    parser.add_argument("--noise-step", type=int, default=1, help="every how manieth change that is none")
    parser.add_argument("--minutes", type=float, default=600, help="when to stop and tell what there is")
    parser.add_argument("--pg-delta", type=Path)
    parser.add_argument("--pgkit-migra", type=Path)
    parser.add_argument("--migra", type=Path)
    parser.add_argument("--alembic-python", type=Path)
    arguments = parser.parse_args()
    everything = cases()
    chosen = [case for case in everything if not case.noise][:: arguments.step]
    noise = [case for case in everything if case.noise][:: arguments.noise_step]
    chosen = [case for pair in zip_longest(chosen, noise) for case in pair if case is not None]
    until = time.monotonic() + 60 * arguments.minutes
    with throw_away_server(choose(arguments.major), settings={"listen_addresses": ADDRESS}) as server:
        base = create(server)
        trust(server)
        peers = programs(arguments, server)
        suite = Suite(base)
        suite.connection.close()  # a database that is copied must be in nobody's use
        before = {name: called(peer, url("mutations"), url("mutations")) for name, peer in peers.items()}
        rows = {name: Row(name) for name in ("auditor", *peers)}
        for number, case in enumerate(chosen):
            if time.monotonic() > until:
                break
            print(f"{number + 1}/{len(chosen)} {case.name}", file=sys.stderr, flush=True)
            with mutated(server, case) as name:
                if name is None:
                    continue
                with read_only_session(server.conninfo(name)) as connection:
                    found = told(suite.findings(read_snapshot(connection)))
                rows["auditor"].count(case, seen=bool(found), right=found == case.expect)
                for peer_name, peer in peers.items():
                    began = time.monotonic()
                    said = called(peer, url("mutations"), url(name))
                    rows[peer_name].seconds += time.monotonic() - began
                    rows[peer_name].count(case, seen=bool(said) and said != before[peer_name])
                    if said is None:
                        rows[peer_name].failed += 1
    print("| | mutations seen | false alarms on noise | failed | seconds each |")
    print("|---|--:|--:|--:|--:|")
    for row in rows.values():
        print(row)
    for name, text in before.items():
        if text:
            print(f"\n{name} says of two equal databases: {text[:300]!r}")
    for row in rows.values():
        print(
            f"\n{row.name}: not seen: {', '.join(row.missed) or 'none'}; false: {', '.join(row.false) or 'none'}"
        )


class Row:
    """What a program has seen."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mutations = self.seen = self.exact = self.noise = self.failed = 0
        self.missed: list[str] = []
        self.false: list[str] = []
        self.seconds = 0.0

    def count(self, case: Case, *, seen: bool, right: bool = False) -> None:
        if case.noise:
            self.noise += 1
            self.false += [case.name] if seen else []
        else:
            self.mutations += 1
            self.seen += seen
            self.exact += right
            self.missed += [] if seen else [case.name]

    def __str__(self) -> str:
        exact = f", {self.exact} exactly" if self.name == "auditor" else ""
        each = f"{self.seconds / max(self.mutations + self.noise, 1):.1f}" if self.seconds else "-"
        share = f"{self.seen / max(self.mutations, 1):.0%}"
        false = f"{len(self.false)} of {self.noise}"
        seen = f"{self.seen} of {self.mutations} ({share}){exact}"
        return f"| {self.name} | {seen} | {false} | {self.failed} | {each} |"


def programs(arguments: argparse.Namespace, server: ThrowAwayServer) -> dict[str, Peer]:
    """Those that are at hand."""
    found: dict[str, Peer] = {}
    if arguments.pg_delta:
        found["pg-delta diff"] = lambda one, other: run(
            arguments.pg_delta, "diff", "--source", one, "--desired", other
        )
    if arguments.pgkit_migra:
        found["@pgkit/migra"] = lambda one, other: run(
            arguments.pgkit_migra, "run", "--unsafe", "true", "--with-privileges", "true", one, other
        )
    if arguments.migra:
        found["migra"] = lambda one, other: run(arguments.migra, "--unsafe", "--with-privileges", one, other)
    if arguments.alembic_python:
        found["alembic + alembic_utils"] = lambda one, other: run(arguments.alembic_python, ALEMBIC, one, other)
    pg_dump = server.installation.bindir / "pg_dump"
    if pg_dump.is_file():

        def dumped(target: str) -> list[str]:
            text = run(pg_dump, "--schema-only", "--restrict-key=x", target)
            return [line for line in text.splitlines() if not line.startswith("-- Dumped")]

        found["pg_dump -s, diff"] = lambda one, other: "\n".join(difflib.unified_diff(dumped(one), dumped(other)))
    return found


# Private


def run(program: Path, *arguments: str | Path) -> str:
    """Its output; a program that says that nothing differs has none."""
    ran = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if ran.returncode not in (0, 2) and not ran.stdout.strip():
        raise OSError(ran.stderr[-300:])
    return ran.stdout.strip()


def called(peer: Peer, one: str, other: str) -> str | None:
    """What the program says; None if it could not be run to its end."""
    try:
        return peer(one, other)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  failed: {error}", file=sys.stderr)
        return None


def url(name: str) -> str:
    return f"postgresql://postgres@{ADDRESS}:5432/{name}"


def trust(server: ThrowAwayServer) -> None:
    """Let programs in that do not speak over sockets."""
    with server.connect() as connection:
        (path,) = connection.execute("show hba_file").fetchone()
        Path(path).write_text("local all all trust\nhost all all 127.0.0.0/8 trust\n")
        connection.execute("select pg_reload_conf()")


@contextmanager
def mutated(server: ThrowAwayServer, case: Case) -> Iterator[str | None]:
    """A copy of the database with the change; None if it cannot be made outside a transaction."""
    name = "mutated"
    with server.connect("postgres") as connection:
        connection.execute(f"create database {name} template mutations strategy file_copy".encode())
    try:
        with psycopg.connect(server.conninfo(name), autocommit=True) as connection:
            connection.execute(case.sql.encode())
        yield name
    except psycopg.Error as error:
        print(f"  {error}", file=sys.stderr)
        yield None
    finally:
        with server.connect("postgres") as connection:
            connection.execute(f"drop database {name} with (force)".encode())


if __name__ == "__main__":
    main()
