"""What each statement does to which object."""

from __future__ import annotations

from typing import Any

from auditor.audits.parts.inputs import read_inputs, report
from auditor.audits.parts.reading import reading
from auditor.config import Settings
from auditor.model import Effect, Report


def run(settings: Settings) -> Report:
    """List the effects of the whole history, in order.

    Raises:
        ConfigurationError: `classifications.yaml` is wrong.
        CouldNotCheck: there are no migrations.
    """
    inputs = read_inputs(settings)
    outcome = reading(inputs)
    outcome.checked["effect"] = len(inputs.history.effects)
    outcome.data["effects"] = [effect_values(effect) for effect in inputs.history.effects]
    return report("effects", outcome, inputs, settings)


def effect_values(effect: Effect) -> dict[str, Any]:
    """An effect as a line of `--format jsonl` has it; what is false or not there is left out."""
    values: dict[str, Any] = {
        "migration": effect.migration,
        "file": effect.location.file,
        "line": effect.location.line,
        "statement": effect.statement,
        "action": effect.action,
        "kind": effect.object.kind if effect.object else None,
        "identity": effect.object.identity if effect.object else None,
        "certainty": effect.certainty,
        "inside": effect.inside,
        "parser": effect.parser,
    }
    if effect.implied:
        values["implied"] = True
    if effect.no_op:
        values["no_op"] = True
    if effect.to is not None:
        values["to"] = effect.to
    if effect.detail is not None:
        values["detail"] = effect.detail
    return values
