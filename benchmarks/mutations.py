"""The mutation suite on every PostgreSQL at hand, and across them: the tables of docs/comparison.md.

Every case of tests/cases/mutations is run on each live version and compared with a catalog of the same version and
of each other version: is exactly what is expected found, and nothing any more when it is undone?

    python benchmarks/mutations.py [--bindir /usr/lib/postgresql/16/bin ...] [--major 15 18] [--live 15]
        [--expected 18] [--same]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "database"))

from mutation_suite import Suite, cases, create, differences

from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.model import Snapshot
from auditor.replay.binaries import Installation, find_installations, version_number
from auditor.replay.server import throw_away_server


def main() -> None:
    """Run, and print Markdown; exit code 1 if anything is not as expected."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--bindir", type=Path, action="append", default=[], help="further server binaries")
    parser.add_argument("--major", type=int, nargs="*", help="only these versions")
    parser.add_argument("--live", type=int, nargs="*", help="only databases of these versions")
    parser.add_argument("--expected", type=int, nargs="*", help="only with catalogs of these versions")
    parser.add_argument("--same", action="store_true", help="not across versions")
    parser.add_argument("--case", default="", help="only cases with this in their name")
    arguments = parser.parse_args()
    found = {one.major: one for one in [*map(installation, arguments.bindir), *find_installations()]}
    majors = sorted(major for major in found if not arguments.major or major in arguments.major)
    chosen = [case for case in cases() if arguments.case in case.name]
    wrong: list[str] = []
    print("| live | expected from | mutations | exactly found | undone | by what is printed | noise | false | s |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    with ExitStack() as stack:
        places = {major: create(stack.enter_context(throw_away_server(found[major]))) for major in majors}
        catalogs = {major: read(place) for major, place in places.items()}
        for live in [one for one in majors if not arguments.live or one in arguments.live]:
            for expected in [live] if arguments.same else [live, *(one for one in majors if one != live)]:
                if arguments.expected and expected not in arguments.expected:
                    continue
                began = time.monotonic()
                suite = Suite(places[live], None if expected == live else catalogs[expected])
                results = [suite.run(case) for case in chosen if case.major <= min(live, expected)]
                suite.close()
                wrong += [f"- {live} with {expected}: {text}" for text in differences(results)]
                mutations = [one for one in results if not one.case.noise]
                noise = [one for one in results if one.case.noise]
                undone = [one for one in mutations if one.left is not None]
                cells = (
                    found[live].name.removeprefix("PostgreSQL "),
                    expected,
                    len(mutations),
                    sum(one.found == one.case.expect for one in mutations),
                    f"{sum(not one.left for one in undone)} of {len(undone)}",
                    sum(one.repaired for one in mutations),
                    len(noise),
                    sum(bool(one.found) for one in noise),
                    f"{time.monotonic() - began:.0f}",
                )
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    print("\n" + "\n".join(wrong))
    sys.exit(bool(wrong))


# Private


def installation(bindir: Path) -> Installation:
    """The binaries of a folder."""
    version = subprocess.run(
        [bindir / "postgres", "-V"], capture_output=True, text=True, check=True
    ).stdout.strip()
    number = version_number(version)
    if number is None:
        raise SystemExit(f"{bindir}: {version}")
    return Installation(bindir, version, number, "given")


def read(place: str) -> Snapshot:
    """The catalog of a database."""
    with read_only_session(place) as connection:
        return read_snapshot(connection)


if __name__ == "__main__":
    main()
