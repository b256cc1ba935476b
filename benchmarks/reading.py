"""The figures of docs/performance.md: how long a large history takes to read, and how long others take.

Each measurement is a whole process, from its start to its end. The commands take turns, so that whatever else the
machine does meanwhile meets all of them.

    python benchmarks/reading.py [--migrations 5000] [--rounds 5] [--others DIRECTORY]

`--others` names a directory with the programs `squawk` and `sqlfluff` (`bin` of a virtual environment of their
own); without it they are left out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generated_history import MIGRATIONS, write_history

SAMPLE = 100
"""So many files are given to sqlfluff: it would need hours for all."""

# The least that a Python program on libpg_query does: read the files, and parse each; without and with the tree.
_GRAMMAR = """
import pathlib, sys
from postgast import native
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    native.lib.pg_query_free_parse_result(native.lib.pg_query_parse(path.read_bytes()))
"""
_GRAMMAR_TREES = """
import pathlib, sys
import postgast
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    postgast.parse(path.read_text())
"""


@dataclass
class Measured:
    """One command: how it is run, and the seconds that it took."""

    name: str
    command: Sequence[str]
    before: Callable[[], object] = lambda: None
    directory: str = "."
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def run(self, directory: Path, environment: dict[str, str]) -> None:
        """Run it once more."""
        self.before()
        used = os.times()
        began = time.perf_counter()
        done = subprocess.run(
            self.command,
            cwd=directory / self.directory,
            env=environment | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        self.seconds.append(time.perf_counter() - began)
        now = os.times()
        self.processor.append(now.children_user - used.children_user + now.children_system - used.children_system)
        if done.returncode not in (0, 1):  # 1: there are findings
            raise SystemExit(f"{self.name}: exit code {done.returncode}\n{done.stderr[-2000:]}")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--migrations", type=int, default=MIGRATIONS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--others", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reading-") as name:
        root = Path(name)
        size = write_history(root, arguments.migrations)
        small = root / "small"
        small.mkdir()
        write_history(small, 1)
        measured = _commands(root, arguments.others)
        environment = os.environ | {"AUDITOR_CACHE_DIR": str(root / "cache"), "AUDITOR_NO_CACHE": ""}
        # Else every start of a Python program compiles it anew.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        began = os.getloadavg()[0]
        for turn in range(arguments.rounds):
            for one in measured:
                one.run(root, environment)
                took = f"{one.seconds[-1]:.2f} s, processor {one.processor[-1]:.2f} s"
                print(f"round {turn + 1} of {arguments.rounds}: {one.name}: {took}", file=sys.stderr, flush=True)
        load = ", ".join(f"{one:.1f}" for one in (began, *os.getloadavg()))
        print(f"{arguments.migrations} migrations, {size} bytes, {os.cpu_count()} processors")
        print(f"load of the machine at the beginning, and of the last 1, 5 and 15 minutes: {load}\n")
    print("| | median s | min | max | processor s (median) |\n|---|--:|--:|--:|--:|")
    for one in measured:
        low, high = min(one.seconds), max(one.seconds)
        middle, processor = statistics.median(one.seconds), statistics.median(one.processor)
        print(f"| {one.name} | {middle:.2f} | {low:.2f} | {high:.2f} | {processor:.2f} |")


# Private


def _commands(root: Path, others: Path | None) -> list[Measured]:
    auditor = (sys.executable, "-m", "auditor", "effects", "--format", "jsonl")
    files = sorted((root / "migrations").iterdir())
    changed = files[len(files) // 2]

    def forget() -> None:
        for path in (root / "cache").glob("*"):
            path.unlink()

    def change() -> None:
        with changed.open("a") as file:
            file.write(f"-- {time.time_ns()}\nSELECT {time.time_ns()};\n")

    apart = {"AUDITOR_CACHE_DIR": str(root / "cache-of-one")}
    found = [
        Measured("one migration, read", auditor, directory="small", environment={"AUDITOR_NO_CACHE": "1"}),
        Measured("one migration, remembered", auditor, directory="small", environment=apart),
        Measured("cold", auditor, forget),
        Measured("warm", auditor),
        Measured("one file changed", auditor, change),
        Measured("libpg_query, trees thrown away in C", (sys.executable, "-c", _GRAMMAR, "migrations")),
        Measured("libpg_query, trees in Python", (sys.executable, "-c", _GRAMMAR_TREES, "migrations")),
    ]
    if others is not None:
        names = [str(path) for path in files]
        squawk = (str(others / "squawk"), "--reporter", "Gcc", *names)
        lint = (str(others / "sqlfluff"), "lint", "--dialect", "postgres", "--nofail")
        step = max(len(names) // SAMPLE, 1)
        found.append(Measured("squawk", squawk))
        found.append(Measured(f"sqlfluff, {SAMPLE} of the files", (*lint, *names[::step][:SAMPLE])))
    return found


if __name__ == "__main__":
    main()
