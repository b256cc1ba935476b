"""The flight recorder of a live database: the SQL that makes it, its reverse, and what it has noted."""

from __future__ import annotations

from collections.abc import Collection

from auditor.audits.parts.inputs import Outcome, report
from auditor.audits.parts.live_flow import wants_live
from auditor.catalog.session import read_only_session
from auditor.catalog.url import parse_url
from auditor.config import Settings
from auditor.errors import CouldNotCheck, UsageError
from auditor.forensics.kpi import beginning
from auditor.forensics.recorder import find_recorder, install_sql, read_entries, uninstall_sql
from auditor.globs import matches_name
from auditor.model import Report


def install(settings: Settings, schema: str, readers: Collection[str]) -> Report:  # noqa: ARG001
    """The migration to review and to run."""
    return Report("forensics recorder", data={"sql": install_sql(schema, readers)})


def uninstall(settings: Settings, schema: str) -> Report:  # noqa: ARG001
    """Its reverse."""
    return Report("forensics recorder", data={"sql": uninstall_sql(schema)})


def show(settings: Settings, window: str, limit: int) -> Report:
    """What was noted, newest first; of the objects that `settings.subject` names, if it does.

    Raises:
        UsageError: no database is given, or the window is none.
        CouldNotCheck: there is no recorder, or it cannot be read.
    """
    if not wants_live(settings):
        raise UsageError("the recorder is read from a live database: name it with --db URL")
    with read_only_session(settings.db or None) as connection:
        found = find_recorder(connection)
        if found is None:
            raise CouldNotCheck(
                "there is no flight recorder in this database; `auditor forensics recorder install` prints one"
            )
        if isinstance(found, str):
            raise CouldNotCheck(found)
        now = connection.execute(b"select now()").fetchone()
        try:
            since = beginning(window, now[0]) if now is not None else None
        except ValueError as error:
            raise UsageError(f"--since: {error}") from None
        pattern = settings.subject
        entries = read_entries(connection, found, since=since, limit=None if pattern else limit)
    if pattern is not None:
        entries = [
            one
            for one in entries
            if matches_name(pattern, one.identity or "") or matches_name(pattern, f"{one.kind} {one.identity}")
        ][:limit]
    outcome = Outcome(
        checked={"entry": len(entries)},
        notes=(str(parse_url(settings.db or None)),),
        not_checked=() if found.on else ("what happens now: an event trigger of the recorder is disabled",),
        data={"entries": [one.as_json() for one in entries]},
    )
    return report("forensics recorder", outcome, None, settings)
