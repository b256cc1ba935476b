"""What must wake somebody: the contract broken in the live database, or the flow standing still. For cron.

One read-only transaction: the objects that the contract names, and the figures of the flow over a short window.
Its cost does not grow with the number of objects in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.audits.kpi import flow_kpis, flow_outcome
from auditor.audits.parts.inputs import Outcome, Sources, find_sources, report, required
from auditor.audits.parts.live import read_live
from auditor.audits.parts.live_flow import flow_of, wants_live
from auditor.audits.parts.record import record_run
from auditor.audits.parts.remembered import ContractCheck
from auditor.config import Settings
from auditor.declaration.load import Configuration
from auditor.errors import UsageError
from auditor.forensics.flow import Flow
from auditor.forensics.kpi import Connection, Kpis
from auditor.model import Report


def run(settings: Settings, window: str, limits: Mapping[str, float | None], record: Path | None = None) -> Report:
    """Look at everything that must wake somebody.

    Args:
        settings: of the run.
        window: over which the flow is looked at.
        limits: thresholds instead of those of the configuration.
        record: a file to which a line about this run is appended.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong, or maps what is not there.
        UsageError: no database is given, or the window is none.
        CouldNotCheck: there are no migrations, or the database cannot be read.
    """
    if not wants_live(settings):
        raise UsageError("alerts are about a live database: name it with --db URL")
    inputs = find_sources(settings, configured=True)
    configuration = required(inputs.configuration, settings)
    made = report("forensics alert", alerts(settings, inputs, configuration, window, limits), inputs, settings)
    if record is not None:
        record_run(record, made, settings)
    return made


def alerts(
    settings: Settings,
    inputs: Sources,
    configuration: Configuration,
    window: str,
    limits: Mapping[str, float | None],
) -> Outcome:
    """The contract and the flow, as a part of a report."""
    contract = ContractCheck(inputs, configuration)

    def flow(connection: Connection) -> tuple[Flow, Kpis] | None:
        if configuration.pipeline is None:
            return None
        mapped = flow_of(connection, configuration)
        return mapped, flow_kpis(connection, mapped, window)

    live = read_live(settings.db, inputs, contract.names, further=flow)
    outcome = Outcome(notes=(live.note, f"window {window}")) + contract.outcome(live)
    breaches = sum(1 for finding in outcome.findings if finding.severity == "error")
    own = _gauge("auditor_contract_breaches", "breaches of the contract in the live database", breaches)
    if live.further is None:
        return outcome + Outcome(not_checked=("the flow: there is no `pipeline:`",), data={"metrics": [own]})
    mapped, kpis = live.further
    found = flow_outcome(mapped.pipeline, kpis, limits)
    return outcome + found + Outcome(data={"metrics": [own, *found.data["metrics"]]})


# Private


def _gauge(name: str, help_: str, value: float) -> dict[str, Any]:
    return {"name": name, "help": help_, "unit": None, "samples": [{"labels": {}, "value": value}]}
