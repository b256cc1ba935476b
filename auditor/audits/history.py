"""The life of each object over the migrations."""

from __future__ import annotations

from typing import Any

from auditor.audits.effects import effect_values
from auditor.audits.parts.inputs import Inputs, read_inputs, report
from auditor.audits.parts.reading import reading
from auditor.config import Settings
from auditor.forensics.selecting import named
from auditor.history.lives import Life
from auditor.model import Report


def run(settings: Settings) -> Report:
    """The lives of all objects, or of those that `settings.subject` names.

    Raises:
        ConfigurationError: `classifications.yaml` is wrong.
        CouldNotCheck: there are no migrations.
        UsageError: no object of the history has that name.
    """
    inputs = read_inputs(settings)
    outcome = reading(inputs)
    lives = [inputs.history.lives[item] for item in sorted(inputs.history.lives)]
    if settings.subject:
        lives = [inputs.history.lives[item] for item in named(settings.subject, [one.object for one in lives])]
    outcome.checked["object"] = len(lives)
    outcome.data["objects"] = [_values(life, inputs) for life in lives]
    return report("history", outcome, inputs, settings)


# Private


def _values(life: Life, inputs: Inputs) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": life.object.kind,
        "identity": life.object.identity,
        "exists": life.exists,
        "class": None,
        "effects": [effect_values(effect) for effect in life.effects],
        "definitions": [
            {
                "migration": definition.migration,
                "file": definition.location.file,
                "line": definition.location.line,
                "action": definition.action,
                "sha256": definition.sha256,
            }
            for definition in life.definitions
        ],
    }
    if inputs.configuration is not None:
        ancestors = inputs.history.ancestors(life.object)
        values["class"] = inputs.configuration.ownership.owner_of(life.object, ancestors)[0].value
    return values
