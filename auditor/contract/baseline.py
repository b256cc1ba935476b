"""The baseline of guards in `mode: compat`: what was wrong when it was recorded, and is to become less.

One JSON object a line, sorted, without line numbers, so that it can be committed and merged. A violation is told
by its guard, file, function and verb; how many there are of it is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.contract.guards import Violation
from auditor.errors import ConfigurationError, ConfigurationProblem
from auditor.model import Location

BASELINE = ".auditor/guards.jsonl"
"""Relative to the directory of `classifications.yaml`."""

Key = tuple[str, str, str, str, str]
"""Guard, file, function around it, verb, object."""


@dataclass(frozen=True, slots=True)
class Known:
    """A line of the baseline.

    Attributes:
        key: which violation.
        count: how many there were.
        location: of the line.
    """

    key: Key
    count: int
    location: Location


def key_of(violation: Violation) -> Key:
    """Which violation it is."""
    access = violation.access
    return (violation.guard.key, violation.file, access.within, access.verb, str(violation.object))


def read_baseline(root: Path) -> tuple[Known, ...]:
    """The lines of the baseline; none if there is no file.

    Raises:
        ConfigurationError: a line is no such object.
    """
    path = root / BASELINE
    if not path.is_file():
        return ()
    found: dict[Key, Known] = {}
    problems: list[ConfigurationProblem] = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            guard, file, within, verb, target = (str(value[name]) for name in _FIELDS)
            key = (guard, file, within, verb, target)
            count = int(value["count"])
        except (ValueError, KeyError, TypeError):
            message = "this is no line of a baseline; record it again with `auditor guard --update-baseline`"
            problems.append(ConfigurationProblem(BASELINE, number, 1, message))
            continue
        before = found[key].count if key in found else 0
        found[key] = Known(key, before + count, Location(BASELINE, number))
    if problems:
        raise ConfigurationError(problems)
    return tuple(found.values())


def write_baseline(root: Path, violations: Iterable[Violation]) -> int:
    """Record the violations of guards in `mode: compat`; returns how many there are.

    Raises:
        OSError: the file cannot be written.
    """
    counts = Counter(key_of(one) for one in violations if one.guard.mode == "compat")
    path = root / BASELINE
    if not counts and not path.exists():
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps({**dict(zip(_FIELDS, key, strict=True)), "count": count}, ensure_ascii=False)
        for key, count in sorted(counts.items())
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return counts.total()


@dataclass(frozen=True, slots=True)
class Compared:
    """Violations held against the baseline.

    Attributes:
        failing: of strict guards, and what the baseline does not know.
        new: those of `failing` that are of guards in `mode: compat`.
        counted: what the baseline knows.
        stale: lines of which there are fewer now, each with how many there are.
    """

    failing: tuple[Violation, ...]
    new: frozenset[int]
    counted: tuple[Violation, ...]
    stale: tuple[tuple[Known, int], ...]


def compare(violations: Sequence[Violation], baseline: Sequence[Known]) -> Compared:
    """Which violations are new, which were there, and which are gone."""
    left = Counter({known.key: known.count for known in baseline})
    failing: list[Violation] = []
    new: set[int] = set()
    counted: list[Violation] = []
    for violation in violations:
        key = key_of(violation)
        if violation.guard.mode != "compat":
            failing.append(violation)
        elif left[key] > 0:
            left[key] -= 1
            counted.append(violation)
        else:
            new.add(len(failing))
            failing.append(violation)
    stale = tuple((known, known.count - left[known.key]) for known in baseline if left[known.key] > 0)
    return Compared(tuple(failing), frozenset(new), tuple(counted), stale)


# Private

_FIELDS = ("guard", "file", "within", "verb", "object")
