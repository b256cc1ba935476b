"""A part of the mutation suite; all of it, on every version and across versions: benchmarks/mutations.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from mutation_suite import Suite, cases, create, differences

from auditor.replay.server import ThrowAwayServer

CASES = cases()

PART = CASES[::8]
"""Every eighth; whoever changes something runs them all."""


@pytest.fixture(scope="module")
def suite(server: ThrowAwayServer) -> Iterator[Suite]:
    found = Suite(create(server))
    yield found
    found.close()


def test_there_are_enough() -> None:
    assert sum(not case.noise for case in CASES) >= 370
    assert sum(case.noise for case in CASES) >= 38
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


def test_nothing_is_found_without_a_change(suite: Suite) -> None:
    assert suite.findings(suite.read()) == ()


def test_exactly_what_changed_is_found_and_undone(suite: Suite) -> None:
    results = [suite.run(case) for case in PART if case.major <= suite.major]
    assert list(differences(results)) == []
    assert sum(result.repaired for result in results) > len(results) / 3
