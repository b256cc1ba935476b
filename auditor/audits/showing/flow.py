"""The live flow as the page shows it: every figure with its threshold, or why there is none."""

from __future__ import annotations

from auditor.audits.kpi import FLOW, flow_kpis, judged
from auditor.audits.parts.inputs import Outcome
from auditor.audits.parts.live import Live
from auditor.audits.parts.live_flow import flow_of
from auditor.catalog.session import read_only_session
from auditor.config import Settings
from auditor.declaration.load import Configuration
from auditor.errors import ConfigurationError, CouldNotCheck
from auditor.forensics.figures import DESCRIPTIONS, figures, kpi_values

WINDOW = "24h"

COMMAND = "auditor report --db URL"


def live_flow(settings: Settings, configuration: Configuration, live: Live | None) -> Outcome:
    """Read the figures of the last day.

    Where `pipeline:` maps what the database does not have, or the role may not read it, the part has no answer;
    the rest of the page has.

    Returns:
        its `data` has the key `pipeline`.
    """
    pipeline = configuration.pipeline
    if pipeline is None:
        why = "classifications.yaml has no `pipeline:`, which says where events, jobs and runs are"
        return _without("not-checked", why, "auditor contract schema")
    if not settings.db_asked:
        return _without("not-checked", "no database was given", COMMAND)
    if live is None:
        return _without("could-not-check", "the live database could not be read", COMMAND)
    try:
        with read_only_session(settings.db or None) as connection:
            kpis = flow_kpis(connection, flow_of(connection, configuration), WINDOW)
    except ConfigurationError as error:
        return _failed("; ".join(str(problem) for problem in error.problems))
    except CouldNotCheck as error:
        return _failed(str(error))
    found = figures(kpis, pipeline, {})
    values = kpi_values(kpis, found)
    for one in found:
        values["figures"][one.name] |= {"told": DESCRIPTIONS[one.name], "example": one.example}
    return Outcome(
        findings=tuple(judged(found, pipeline)),
        evaluated=FLOW,
        checked={"figure": sum(1 for one in found if one.value is not None)},
        not_checked=tuple(f"live flow: {reason}" for reason in kpis.not_checked),
        data={
            "pipeline": {
                "state": "checked",
                "window": WINDOW,
                "undone": list(kpis.not_checked),
                "command": "auditor forensics kpi --db URL",
                **values,
            }
        },
    )


# Private


def _without(state: str, told: str, command: str) -> Outcome:
    return Outcome(data={"pipeline": {"state": state, "told": told, "command": command}})


def _failed(why: str) -> Outcome:
    shown = " ".join(why.split())
    values = {"state": "could-not-check", "told": shown, "command": "auditor forensics kpi --db URL"}
    return Outcome(could_not_check=(f"live flow: {shown}",), data={"pipeline": values})
