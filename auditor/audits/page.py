"""What the page shows beside the findings of a check: every core object's life and live state, drift, guards, the
live flow, the core as a map, and what was looked at.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Any

from auditor.audits import check
from auditor.audits.check import Looked
from auditor.audits.guard import read_sources
from auditor.audits.parts.forensic import Rows, read_rows
from auditor.audits.parts.inputs import Inputs, report, required
from auditor.audits.showing.core_map import core_map
from auditor.audits.showing.coverage import coverage
from auditor.audits.showing.flow import COMMAND, live_flow
from auditor.audits.showing.guards import guards, lines_of
from auditor.audits.showing.live import LiveStates
from auditor.audits.showing.objects import core_objects
from auditor.bodies.of_snapshot import scene_of_snapshot
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.declaration.load import Configuration
from auditor.errors import CouldNotCheck
from auditor.model import Location, Report
from auditor.source.read import ReadFile


def run(settings: Settings) -> Report:
    """Check as `auditor check` does, read the live flow too where a database is given, and gather what the page
    shows.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong.
        UsageError: a URL cannot be understood.
        CouldNotCheck: there are no migrations.
    """
    looked = check.look(settings, further=_provenance)
    configuration = required(looked.inputs.configuration, settings)
    outcome = looked.outcome + live_flow(settings, configuration, looked.live)
    whole = report("report", outcome, looked.inputs, settings)
    live = LiveStates(looked, looked.live) if looked.live is not None else None
    return dataclasses.replace(
        whole,
        data={
            **whole.data,
            "project": settings.root.resolve().name,
            "generated": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "database": looked.live.note if looked.live is not None else None,
            "drift": _drift(settings, looked, whole),
            "objects": core_objects(looked.inputs, configuration, whole.findings, live),
            "map": _picture(settings, configuration, looked),
            "guards": guards(configuration, looked.guarded, whole.findings),
            "coverage": coverage(whole, looked, configuration, live),
            "lines": lines_of(settings.root, _places(looked, whole)),
        },
    )


# Private


def _provenance(connection: Any, inputs: Inputs) -> Rows:
    return read_rows(connection, inputs)


def _places(looked: Looked, whole: Report) -> Iterator[Location | None]:
    """Where findings stand, and where source code breaks a guard, let pass or not."""
    yield from (finding.location for finding in whole.findings)
    yield from (one.location for one in looked.guarded.violations) if looked.guarded is not None else ()


def _drift(settings: Settings, looked: Looked, whole: Report) -> dict[str, Any]:
    """Which findings the live database alone has, or why there is no answer."""
    if looked.live is not None:
        told = [one.fingerprint for one in whole.findings if one.fingerprint in looked.drifted]
        return {
            "state": "checked",
            "told": looked.live.note,
            "findings": told,
            "command": "auditor drift --db URL",
        }
    if settings.db_asked:
        why = next((one for one in whole.could_not_check if one.startswith("live database: ")), "")
        told_why = why.removeprefix("live database: ")
        return {"state": "could-not-check", "told": told_why, "findings": [], "command": "auditor drift --db URL"}
    return {"state": "not-checked", "told": "no database was given", "findings": [], "command": COMMAND}


def _picture(settings: Settings, configuration: Configuration, looked: Looked) -> dict[str, Any] | None:
    """The map, of the live database where there is one; None without a catalog."""
    shown = looked.live.snapshot if looked.live is not None else looked.made
    if shown is None:
        return None
    facts = Facts(configuration, looked.inputs.history, shown, looked.made)
    files, why = _sources(settings, configuration, looked)
    return core_map(scene_of_snapshot(facts), configuration, files) | {
        "of": "the live database" if looked.live is not None else "what the migrations make",
        "workers_unknown": why,
    }


def _sources(
    settings: Settings, configuration: Configuration, looked: Looked
) -> tuple[tuple[ReadFile, ...], str | None]:
    """The source files in which claim functions are called, or why there are none."""
    if looked.guarded is not None:
        return looked.guarded.files, None
    if not configuration.contract.queues:
        return (), None
    try:
        return read_sources(configuration, settings)[1], None
    except CouldNotCheck as error:
        return (), str(error)
