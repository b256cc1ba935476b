"""One page for the week: on Monday what broke, on Wednesday how it flows, on Friday what may open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.audits.alert import alerts
from auditor.audits.gate import gate_outcome, judge_phases
from auditor.audits.parts.forensic import States, Unaltered, read_rows, spans_of
from auditor.audits.parts.inputs import Inputs, Outcome, read_inputs, report, required
from auditor.audits.parts.live import read_live
from auditor.audits.parts.live_flow import wants_live
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.declaration.load import Configuration
from auditor.errors import CouldNotCheck, UsageError
from auditor.model import Finding, Report
from auditor.reports.json import finding_values

WINDOW = "7d"
DAYS = ("monday", "wednesday", "friday")


def run(settings: Settings, day: str | None = None) -> Report:
    """The page of a day, or of all three.

    Monday: does production keep the contract, and did the flow run over the week? Wednesday: what changed
    without a migration, and is still so? Friday: which criteria of which phase are met?

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong.
        UsageError: no database is given.
        CouldNotCheck: no migrations, or the database cannot be read.
    """
    if not wants_live(settings):
        raise UsageError("the week is about a live database: name it with --db URL")
    inputs = read_inputs(settings, configured=True)
    configuration = required(inputs.configuration, settings)
    sections: dict[str, Any] = {}
    outcome = Outcome()
    for name in DAYS if day is None else (day,):
        part = {"monday": _monday, "wednesday": _wednesday, "friday": _friday}[name](
            settings, inputs, configuration
        )
        sections[name] = part.data | {"findings": [finding_values(one) for one in part.findings]}
        outcome += Outcome(
            findings=tuple(one for one in part.findings if one.fingerprint not in _said(outcome.findings)),
            checked=part.checked,
            not_checked=part.not_checked,
            could_not_check=part.could_not_check,
            notes=tuple(note for note in part.notes if note not in outcome.notes),
        )
    return report("weekly", outcome + Outcome(data={"days": sections}), inputs, settings)


# Private


def _said(findings: tuple[Finding, ...]) -> set[str]:
    return {one.fingerprint for one in findings}


def _monday(settings: Settings, inputs: Inputs, configuration: Configuration) -> Outcome:
    return alerts(settings, inputs, configuration, WINDOW, {})


def _wednesday(settings: Settings, inputs: Inputs, configuration: Configuration) -> Outcome:
    """Core objects that no migration wrote last."""
    live = read_live(settings.db, inputs, further=lambda connection: read_rows(connection, inputs))
    spans = spans_of(live.further, inputs)
    facts = Facts(configuration, inputs.history, live.snapshot)
    states = States(inputs, live)
    unaltered = Unaltered(states.final(), live.snapshot)
    found = []
    for item in sorted(spans.written):
        if facts.class_of(item) != "core":
            continue
        origin = spans.origin(item, as_history=unaltered(item))
        if origin.relation == "between":
            found.append({"kind": item.kind, "identity": item.identity, "transaction": origin.as_json()})
    return Outcome(
        notes=(live.note,),
        not_checked=(*states.not_made, *live.further.not_read),
        data={"out_of_band": found, "doubt": spans.doubt or None},
    )


def _friday(settings: Settings, inputs: Inputs, configuration: Configuration) -> Outcome:
    if not configuration.phases:
        return Outcome(not_checked=("phases: classifications.yaml has no `phases:`",), data={"phases": []})
    try:
        live, judged = judge_phases(settings, inputs, configuration, configuration.phases)
    except CouldNotCheck as error:
        return Outcome(could_not_check=(str(error),), data={"phases": []})
    parts = [gate_outcome(*one, configuration) for one in zip(configuration.phases, judged, strict=True)]
    # A phase that is not open yet is no fault: on Friday it is only told.
    return Outcome(notes=(live.note,), data={"phases": [part.data for part in parts]})


_PARTS: dict[str, Callable[[Settings, Inputs, Configuration], Outcome]] = {
    "monday": _monday,
    "wednesday": _wednesday,
    "friday": _friday,
}
