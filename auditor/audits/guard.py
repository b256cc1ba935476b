"""Runtime source code held against the guards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from auditor.audits.parts.comments import inline
from auditor.audits.parts.inputs import BOOKKEEPING, Outcome, read_configuration, report, required
from auditor.audits.parts.record import record_run
from auditor.config import Settings
from auditor.contract.baseline import Compared, compare, read_baseline, write_baseline
from auditor.contract.guards import Judged, Matcher, Violation, judge
from auditor.declaration.load import Configuration
from auditor.errors import CouldNotCheck, UsageError
from auditor.migrations.discovery import discover
from auditor.model import Location, Report
from auditor.rules import RULES
from auditor.rules.guard import (
    access_not_understood,
    access_outside,
    baseline_stale,
    forbidden_access,
    guard_without_files,
    source_not_read,
)
from auditor.source.files import UNREAD, Listing, list_files
from auditor.source.read import ReadFile, read_source

GUARD = frozenset(rule.code for rule in RULES if rule.code.startswith("GRD"))


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the guards found.

    Attributes:
        outcome: as a part of a report.
        violations: all of them, whatever the baseline knows.
        files: that were looked at.
    """

    outcome: Outcome
    violations: tuple[Violation, ...]
    files: tuple[ReadFile, ...] = ()


def run(
    settings: Settings,
    *,
    paths: Sequence[Path] = (),
    update_baseline: bool = False,
    record: Path | None = None,
) -> Report:
    """Hold the source code against the guards. No migrations are read.

    Args:
        settings: of the run.
        paths: files and directories to look at; none: all that guards are about.
        update_baseline: record what guards in `mode: compat` find as known.
        record: a file to which one line about this run is appended.

    Raises:
        ConfigurationError: `classifications.yaml` or the baseline is missing or wrong.
        UsageError: a path does not exist, or the baseline of a part is asked for.
        CouldNotCheck: there are no guards, or no source files.
    """
    configuration = required(read_configuration(settings), settings)
    if not configuration.guards:
        raise CouldNotCheck(f"there are no `guards:` in {configuration.file}, so there is nothing to check")
    if update_baseline and paths:
        raise UsageError("--update-baseline records all files; leave out the paths")
    found = guarded(configuration, settings, paths=paths)
    notes: tuple[str, ...] = ()
    if update_baseline:
        count = write_baseline(settings.root, found.violations)
        found = guarded(configuration, settings)
        notes = (f"baseline: {count} known violation{'s' * (count != 1)} recorded",)
    made = report("guard", found.outcome + Outcome(notes=notes), None, settings, configuration)
    if record is not None:
        record_run(record, made, settings)
    return made


def guarded(configuration: Configuration, settings: Settings, *, paths: Sequence[Path] = ()) -> Guarded:
    """The guards' part of a report.

    Args:
        configuration: with at least one guard.
        settings: of the run.
        paths: see :func:`run`.

    Raises:
        ConfigurationError: the baseline is wrong.
        UsageError: a path does not exist.
        CouldNotCheck: there are no source files, or ast-grep is not installed.
    """
    listing, files = read_sources(configuration, settings)
    asked = _selected(files, paths, settings)
    if not asked:
        raise CouldNotCheck("no source files in the paths given; name files, or directories that hold some")
    judged = judge(
        configuration.guards,
        asked,
        search_path=search_path_of(configuration),
        functions=[str(entry.name) for entry in configuration.contract.functions],
    )
    baseline = read_baseline(settings.root)
    compared = compare(judged.violations, baseline)
    unread = {} if paths else _unread(listing, configuration)
    outcome = Outcome(
        findings=(
            *forbidden_access.check(_strict(compared, new=False)),
            *access_outside.check(_strict(compared, new=False)),
            *forbidden_access.check(_strict(compared, new=True), new=True),
            *access_outside.check(_strict(compared, new=True), new=True),
            *forbidden_access.check(compared.counted, counted=True),
            *access_outside.check(compared.counted, counted=True),
            *(() if paths else guard_without_files.check(judged.without_files)),
            *source_not_read.check(_unparsed(asked, judged, minor=False), unread),
            *source_not_read.check_minor(_unparsed(asked, judged, minor=True)),
            *access_not_understood.check(judged.unclear),
            *(() if paths else baseline_stale.check(compared.stale)),
        ),
        evaluated=(GUARD | BOOKKEEPING) if not paths else GUARD - {"GRD003", "GRD006"},
        checked={
            "guard": len(configuration.guards),
            "source file": len(judged.covered),
            "access": sum(len(file.accesses) for file in asked if file.path in judged.covered),
        },
        not_understood=len(judged.unclear)
        + len({place.file for place, _ in _unparsed(asked, judged, minor=False)}),
        data={"guards": _values(configuration, judged, compared)},
        inline=tuple(one for file in asked for one in inline(file.path, file.file.allowances)),
    )
    return Guarded(outcome, judged.violations, tuple(asked))


def read_sources(configuration: Configuration, settings: Settings) -> tuple[Listing, tuple[ReadFile, ...]]:
    """The source files of a project, as guards look at them.

    Raises:
        CouldNotCheck: there are none, or ast-grep is not installed.
    """
    listing = list_files(settings.root, _of_migrations(configuration, settings.root))
    files = read_source(listing)
    if not files:
        raise CouldNotCheck(f"no source files below {settings.root}")
    return listing, files


def search_path_of(configuration: Configuration) -> tuple[str, ...]:
    """Schemas in which a name without one may lie: those of the migrations, or `public`."""
    named = dict.fromkeys(str(schema) for source in configuration.migrations for schema in source.search_path)
    return tuple(named) or ("public",)


# Private


def _of_migrations(configuration: Configuration, root: Path) -> list[str]:
    """Where migrations lie: what they do is read as a history, they are not runtime."""
    found, _ = discover(root.absolute(), configuration.migrations)
    places = []
    for history in found:
        place = PurePosixPath(_shown(history.path, root))
        if place != PurePosixPath(".") and not place.is_absolute():
            places.append(place.as_posix())
    return places


def _shown(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _selected(files: Sequence[ReadFile], paths: Sequence[Path], settings: Settings) -> list[ReadFile]:
    if not paths:
        return list(files)
    places = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or directory")
        places.append(settings.shown(path))
    return [
        file
        for file in files
        if any(place in (".", file.path) or file.path.startswith(f"{place}/") for place in places)
    ]


def _strict(compared: Compared, *, new: bool) -> list[Violation]:
    return [one for at, one in enumerate(compared.failing) if (at in compared.new) == new]


def _unparsed(files: Sequence[ReadFile], judged: Judged, *, minor: bool) -> list[tuple[Location, str]]:
    return [
        (Location(file.path, one.line, one.column), one.message)
        for file in files
        if file.path in judged.covered
        for one in file.file.unparsed
        if one.minor == minor
    ]


def _unread(listing: Listing, configuration: Configuration) -> dict[str, list[str]]:
    """Files of languages that are not read, where `forbid` names them; `allow-only` is about every file."""
    matchers = [Matcher(guard, ("public",)) for guard in configuration.guards if guard.forbid is not None]
    found: dict[str, list[str]] = defaultdict(list)
    for path in listing.unread:
        if any(matcher.about_file(path) for matcher in matchers):
            found[UNREAD[PurePosixPath(path).suffix.lower()]].append(path)
    return found


def _values(configuration: Configuration, judged: Judged, compared: Compared) -> list[dict[str, Any]]:
    """Each guard with its counts, for JSON and for the record."""
    all_ = Counter(one.guard.key for one in judged.violations)
    known = Counter(one.guard.key for one in compared.counted)
    unclear = Counter(guard.key for one in judged.unclear for guard in one.guards)
    return [
        {
            "guard": guard.key,
            "mode": guard.mode or "strict",
            "reason": str(guard.reason) if guard.reason else None,
            "violations": all_[guard.key],
            "in_baseline": known[guard.key],
            "not_understood": unclear[guard.key],
            "files": judged.files[guard.key],
        }
        for guard in configuration.guards
    ]
