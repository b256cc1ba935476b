"""The contract as it is understood, and the schema of the file it stands in."""

from __future__ import annotations

from auditor.audits.parts.inputs import read_inputs, required
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.contract.resolve import resolved_contract
from auditor.declaration.schema import schema_text
from auditor.model import Report, Snapshot


def schema(settings: Settings) -> Report:  # noqa: ARG001 - every audit has this signature
    """The JSON Schema of `classifications.yaml`."""
    return Report("contract schema", data={"document": schema_text()})


def show(settings: Settings) -> Report:
    """The contract with its defaults filled in and its patterns worked out against the history.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong.
        CouldNotCheck: there are no migrations.
    """
    inputs = read_inputs(settings)
    configuration = required(inputs.configuration, settings)
    facts = Facts(configuration, inputs.history, Snapshot(0, {}))
    return Report("contract show", data={"contract": {"file": configuration.file} | resolved_contract(facts)})
