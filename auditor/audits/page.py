"""What the page shows beside the findings of a check: every core object's life, and the core as a map."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Iterator
from typing import Any

from auditor.audits import check
from auditor.audits.parts.core_map import core_map
from auditor.audits.parts.inputs import report, required
from auditor.bodies.of_snapshot import scene_of_snapshot
from auditor.comparison.bodies import body_diff
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.declaration.load import Configuration
from auditor.history import Definition, Life
from auditor.model import Finding, ObjectId, OwnerClass, Report


def run(settings: Settings) -> Report:
    """Check as `auditor check` does, and gather what the page shows.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong.
        CouldNotCheck: there are no migrations.
    """
    looked = check.look(settings)
    configuration = required(looked.inputs.configuration, settings)
    history = looked.inputs.history
    whole = report("report", looked.outcome, looked.inputs, settings)
    shown = looked.live.snapshot if looked.live is not None else looked.made
    picture = None
    facts = None
    if shown is not None:
        facts = Facts(configuration, history, shown, looked.made)
        picture = core_map(scene_of_snapshot(facts), configuration)
    core = [
        life for _, life in sorted(history.lives.items()) if _is_core(life, configuration, looked.inputs.history)
    ]
    wrong = {finding.object: finding for finding in reversed(whole.findings) if finding.object is not None}
    return dataclasses.replace(
        whole,
        data={
            **whole.data,
            "project": settings.root.resolve().name,
            "generated": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "objects": [
                _object(life, wrong.get(life.object), facts, is_live=looked.live is not None) for life in core
            ],
            "map": picture,
        },
    )


# Private

_HANGING = frozenset({"table column", "foreign table column", "sequence", "default acl", "role", "schema"})
"""Kinds that are told with their table, or that have no text of their own."""


def _is_core(life: Life, configuration: Configuration, history: Any) -> bool:
    if life.object.kind in _HANGING or not (life.exists or life.definitions):
        return False
    owner = configuration.ownership.owner_of(life.object, history.ancestors(life.object))[0]
    return owner is OwnerClass.CORE and not (life.object.kind == "table constraint" and not life.definitions)


def _object(life: Life, finding: Finding | None, facts: Facts | None, *, is_live: bool) -> dict[str, Any]:
    newest = life.last_definition if life.exists else None
    state, told = _state(life, finding, facts, is_live=is_live)
    return {
        "kind": life.object.kind,
        "identity": life.object.identity,
        "state": state,
        "told": told,
        "events": list(_events(life)),
        "differences": list(_differences(life.definitions)),
        "newest": {"migration": newest.migration, "text": _text(newest)} if newest else None,
    }


def _state(life: Life, finding: Finding | None, facts: Facts | None, *, is_live: bool) -> tuple[str, str]:
    versions = _versions(life)
    if finding is not None and finding.severity.rank == 0:
        return "error", f"{finding.code} {finding.name}"
    if not life.exists:
        return "", f"{versions}; dropped"
    if is_live and facts is not None and _read(life.object, facts):
        return "good", f"{versions}; live as it should be"
    return "", versions


def _versions(life: Life) -> str:
    count = len(life.definitions)
    if count > 1:
        return f"{count} definitions, the newest of {life.definitions[-1].migration}"
    if count == 1:
        return f"defined by {life.definitions[0].migration}"
    last = life.last_effect
    return f"last changed by {last.migration}" if last is not None else ""


def _read(item: ObjectId, facts: Facts) -> bool:
    return item in facts.live


def _events(life: Life) -> Iterator[dict[str, str]]:
    """What happened to it, each kind of thing once a migration."""
    told: set[tuple[str, str]] = set()
    for effect in life.effects:
        what = f"{effect.action}{f' to {effect.to}' if effect.to else ''}"
        if effect.no_op or (effect.migration, what) in told:
            continue
        told.add((effect.migration, what))
        certainty = "" if effect.certainty == "certain" else f" ({effect.certainty})"
        yield {"migration": effect.migration, "what": what + certainty, "place": str(effect.location)}


def _differences(definitions: list[Definition]) -> Iterator[dict[str, str]]:
    """From each definition to the next that is not the same."""
    for old, new in itertools.pairwise(definitions):
        if old.sha256 != new.sha256:
            title = f"{old.migration} to {new.migration}"
            yield {"title": title, "diff": body_diff(_text(old), _text(new), old.migration, new.migration)}


def _text(definition: Definition) -> str:
    return definition.body if definition.body is not None else definition.text
