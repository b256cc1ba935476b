"""The class of each migration, with reasons."""

from __future__ import annotations

from auditor.audits.parts.inputs import read_inputs, report, required
from auditor.audits.parts.reading import classification, reading
from auditor.config import Settings
from auditor.model import Report


def run(settings: Settings) -> Report:
    """Classify every migration.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong.
        CouldNotCheck: there are no migrations.
    """
    inputs = read_inputs(settings, configured=True)
    configuration = required(inputs.configuration, settings)
    _, outcome = classification(inputs, configuration)
    return report("classify", reading(inputs) + outcome, inputs, settings)
