"""One line about each run, appended to a file that can be committed: how a count has gone over time.

`auditor check --record FILE` writes it, a phase's gate reads it: may a guard or an entry of the contract that is
in `mode: compat` become strict, because its count has been zero for long enough?
"""

from __future__ import annotations

import datetime
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.config import Settings
from auditor.errors import CouldNotCheck
from auditor.model import Report, Severity

VERSION = 1


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run, as a line of the record tells it.

    Attributes:
        at: when it was, with time zone.
        revision: the commit that was checked, or None.
        result: `kept`, `broken`, `could-not-check`.
        counts: violations by guard, and breaches by entry in `mode: compat`.
    """

    at: datetime.datetime
    revision: str | None
    result: str
    counts: dict[str, int]


def record_run(path: Path, report: Report, settings: Settings, now: datetime.datetime | None = None) -> None:
    """Append the line about a run.

    Raises:
        CouldNotCheck: the file cannot be written.
    """
    revision, changed = git_revision(settings.root)
    findings = Counter(finding.code for finding in report.findings)
    line = {
        "version": VERSION,
        "at": (now or datetime.datetime.now(datetime.UTC)).isoformat(timespec="seconds"),
        "command": report.command,
        "revision": revision,
        "changed": changed,
        "result": report.result(Severity(settings.fail_on)),
        "guards": {one["guard"]: one["violations"] for one in report.data.get("guards", ())},
        "compat": report.data.get("compat", {}),
        "findings": dict(sorted(findings.items())),
        "allowed": report.allowed,
        "not_understood": report.not_understood,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise CouldNotCheck(f"cannot write the record {path}: {error.strerror}") from None


def read_record(path: Path) -> tuple[Recorded, ...]:
    """The runs of a record, oldest first.

    Raises:
        CouldNotCheck: there is no such file, or a line of it is none of a record.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise CouldNotCheck(f"there is no record {path.name}: `--record` of the command writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise CouldNotCheck(f"cannot read the record {path.name}: {why}") from None
    return tuple(sorted(_runs(path, lines), key=lambda run: run.at))


def zero_since(runs: tuple[Recorded, ...], name: str) -> datetime.datetime | None:
    """Since when a count has been zero in every run, up to the last one.

    A run that does not know the name, or that could not check, breaks the row: it is not known to have been zero.

    Args:
        runs: oldest first.
        name: a guard's `key`, or an entry in `mode: compat`.
    """
    since = None
    for run in runs:
        if run.result == "could-not-check" or run.counts.get(name) != 0:
            since = None
        elif since is None:
            since = run.at
    return since


def zero_for(runs: tuple[Recorded, ...], name: str, days: int, now: datetime.datetime) -> bool:
    """Whether a count has been zero for a number of days, and was looked at on the last of them.

    Args:
        runs: oldest first.
        name: see :func:`zero_since`.
        days: that the count must have been zero.
        now: the last run must not be more than a day older.
    """
    since = zero_since(runs, name)
    if since is None or now - runs[-1].at > datetime.timedelta(days=1):
        return False
    return now - since >= datetime.timedelta(days=days)


def git_revision(root: Path) -> tuple[str | None, bool | None]:
    """The commit that is checked out, and whether files differ from it; None outside of git."""
    try:
        head = _git(root, "rev-parse", "HEAD")
        return (head.strip(), bool(_git(root, "status", "--porcelain", "--untracked-files=no").strip()))
    except (OSError, subprocess.SubprocessError):
        return None, None


# Private


def _runs(path: Path, lines: list[str]) -> Iterator[Recorded]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value: dict[str, Any] = json.loads(line)
            at = datetime.datetime.fromisoformat(value["at"])
            if at.tzinfo is None:
                raise ValueError("no time zone")
            counts = {str(key): int(count) for key, count in {**value["guards"], **value["compat"]}.items()}
            yield Recorded(at, value["revision"], str(value["result"]), counts)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CouldNotCheck(f"{path}:{number}: this is no line of a record: {error}") from None


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout
