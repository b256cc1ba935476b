"""The commands as functions, with the same results: for a script, a notebook, a test suite, a deployment tool.

    from auditor import api

    report = api.drift("postgresql://reader@db/app")
    if report.result(api.Severity.ERROR) != "kept":
        for finding in report.findings:
            print(finding.message, finding.repair)

Each takes the project (a directory, found upwards as the commands do, or a `classifications.yaml`) and returns a
:class:`~auditor.model.Report`. What the commands end with code 2 or 3 for is raised:
:class:`~auditor.errors.UsageError`, :class:`~auditor.errors.ConfigurationError`,
:class:`~auditor.errors.CouldNotCheck`. A report whose `could_not_check` is not empty is no clean bill either;
`report.result(...)` says so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from auditor.config import CONFIG_NAME, Scope, Settings, database, find_config, given_config
from auditor.errors import AuditorError, ConfigurationError, CouldNotCheck, UsageError
from auditor.model import Finding, Report, Severity

__all__ = [
    "AuditorError",
    "ConfigurationError",
    "CouldNotCheck",
    "Finding",
    "Report",
    "Severity",
    "UsageError",
    "check",
    "classify",
    "drift",
    "effects",
    "history",
    "rendered",
    "review",
    "settings_of",
]

Place = str | Path | None
"""A directory of the project, its `classifications.yaml`, or None: the current directory."""


def check(place: Place = None, *, db: str | None = None, **further: Any) -> Report:
    """`auditor check`: classes, rules, replay, contract; with `db` also drift.

    Args:
        place: see :data:`Place`.
        db: URL or conninfo of a live database to compare too; it is only read.
        further: other fields of :class:`~auditor.config.Settings`.
    """
    from auditor.audits import check as audit

    return audit.run(settings_of(place, db=db, **further))


def classify(place: Place = None, **further: Any) -> Report:
    """`auditor classify`: the class of each migration; `report.data["migrations"]`."""
    from auditor.audits import classify as audit

    return audit.run(settings_of(place, **further))


def effects(place: Place = None, **further: Any) -> Report:
    """`auditor effects`: what each statement does; `report.data["effects"]`."""
    from auditor.audits import effects as audit

    return audit.run(settings_of(place, **further))


def history(subject: str | None = None, place: Place = None, **further: Any) -> Report:
    """`auditor history`: the life of one object, or of all; `report.data["objects"]`."""
    from auditor.audits import history as audit

    return audit.run(settings_of(place, subject=subject, **further))


def review(base: str, place: Place = None, **further: Any) -> Report:
    """`auditor review`: what is new since the work tree left a revision of git."""
    from auditor.audits import review as audit

    return audit.run(settings_of(place, base=base, **further))


def drift(
    db: str | None = None,
    place: Place = None,
    *,
    scope: Scope = "core",
    against: str = "history",
    **further: Any,
) -> Report:
    """`auditor drift`: a live database against history and contract, or against another.

    Args:
        db: URL or conninfo; None: as the command finds it, in the environment.
        place: see :data:`Place`.
        scope: `contract`, `core`, `owned` or `all`.
        against: `history`, a snapshot's file, or a URL.
        further: other fields of :class:`~auditor.config.Settings`.
    """
    from auditor.audits import drift as audit

    if db is None:
        db, _ = database(None, os.environ)
    return audit.run(settings_of(place, db=db, scope=scope, against=against, **further))


def rendered(report: Report, format: str = "json", *, fail_on: Severity = Severity.ERROR) -> str:  # noqa: A002
    """A report as one of the formats of the commands."""
    from auditor.reports import REPORTS, View

    return REPORTS[format](report, View(fail_on=fail_on))


def settings_of(place: Place = None, *, db: str | None = None, **further: Any) -> Settings:
    """What a command would be run with.

    Raises:
        UsageError: the file named is not there.
        TypeError: for a field that `Settings` does not have.
    """
    path = Path(place) if place is not None else Path.cwd()
    if path.name == CONFIG_NAME or path.is_file():
        config: Path | None = given_config(path)
    elif path.is_dir():
        config = find_config(path)
    else:
        raise UsageError(f"{path} is neither a directory nor a {CONFIG_NAME}")
    root = config.parent if config is not None else path.resolve()
    source = "--db" if db is not None else "libpq"
    return Settings(root=root, config=config, db=db or "", db_from=source, **further)
