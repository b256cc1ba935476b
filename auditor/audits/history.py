"""The life of each object over the migrations."""

from __future__ import annotations

import re
from typing import Any

from auditor.audits.effects import effect_values
from auditor.audits.inputs import Inputs, read_inputs, report
from auditor.audits.reading import reading
from auditor.config import Settings
from auditor.errors import UsageError
from auditor.history import Life
from auditor.model import ObjectId, Report


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
        lives = _named(settings.subject, lives)
    outcome.checked["object"] = len(lives)
    outcome.data["objects"] = [_values(life, inputs) for life in lives]
    return report("history", outcome, inputs, settings)


# Private


def _named(subject: str, lives: list[Life]) -> list[Life]:
    """An identity, or kind and identity, as PostgreSQL prints it or as a person would write it."""
    patterns = {subject, _normalised(subject)}
    found = [life for life in lives if any(_matches(pattern, life.object) for pattern in patterns)]
    if not found:
        import difflib

        near = difflib.get_close_matches(subject, [life.object.identity for life in lives], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else " (auditor history lists all)"
        raise UsageError(f"no object of the history is called {subject!r}{hint}")
    return found


def _normalised(subject: str) -> str:
    from auditor.contract.readers import identity, split_kind

    try:
        return str(split_kind(subject))
    except ValueError:
        return identity("function" if "(" in subject else "table", subject)


def _matches(pattern: str, item: ObjectId) -> bool:
    wild = {"*": ".*", "?": "."}
    regex = "".join(wild.get(part, re.escape(part)) for part in re.split(r"([*?])", pattern))
    return any(re.fullmatch(regex, text, re.DOTALL) for text in (item.identity, str(item)))


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
