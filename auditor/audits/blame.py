"""Who last defined an object, and which of its definitions runs live."""

from __future__ import annotations

from typing import Any

from auditor.audits.parts.forensic import (
    NO_LIVE,
    Rows,
    States,
    Unaltered,
    ancestors,
    class_of,
    of_class,
    read_rows,
    spans_of,
)
from auditor.audits.parts.inputs import Inputs, Outcome, read_inputs, report
from auditor.audits.parts.live import Live, read_live
from auditor.audits.parts.live_flow import wants_live
from auditor.audits.parts.reading import reading
from auditor.config import Settings
from auditor.errors import UsageError
from auditor.forensics.blame import change_values, contract_entries, definition_values, newest_of, version_of
from auditor.forensics.selecting import is_one_name, named
from auditor.model import ObjectId, Report, Snapshot


def run(settings: Settings, owner_class: str | None = None) -> Report:
    """Blame the objects that `settings.subject` names, or all of a class.

    Args:
        settings: of the run.
        owner_class: `core`, `legacy`, `infra` or `unclassified` instead of a name.

    Raises:
        ConfigurationError: `classifications.yaml` is wrong.
        UsageError: neither or both are given, or nothing is called so.
        CouldNotCheck: there are no migrations, or the database that was asked for cannot be read.
    """
    if (settings.subject is None) == (owner_class is None):
        raise UsageError(
            "name an object, or a class with --all; such as `auditor forensics blame 'function public.f'`"
        )
    inputs = read_inputs(settings)
    live = None
    if wants_live(settings):
        live = read_live(settings.db, inputs, further=lambda connection: read_rows(connection, inputs))
    items = chosen(inputs, live, settings.subject, owner_class)
    outcome = understood(inputs)
    if live is None:
        objects = [_values(inputs, item, None) | {"live": None} for item in items]
        outcome += Outcome(not_checked=(NO_LIVE,))
    else:
        states = States(inputs, live)
        expected = states.final()
        rows: Rows = live.further
        spans = spans_of(rows, inputs)
        unaltered = Unaltered(expected, live.snapshot)
        objects = []
        for item in items:
            values = _live_values(inputs, item, live.snapshot, expected, states)
            if values["exists"] is not False:
                values["transaction"] = spans.origin(item, as_history=unaltered(item)).as_json()
            values["recorded"] = rows.recorded(item)
            objects.append(_values(inputs, item, live) | {"live": values})
        unread = (*states.not_made, *rows.not_read)
        outcome += Outcome(notes=(live.note, *states.notes), not_checked=tuple(dict.fromkeys(unread)))
    alone = len(objects) == 1 and settings.subject is not None and is_one_name(settings.subject)
    outcome += Outcome(checked={"object": len(objects)}, data=objects[0] if alone else {"objects": objects})
    return report("forensics blame", outcome, inputs, settings)


def chosen(inputs: Inputs, live: Live | None, subject: str | None, owner_class: str | None) -> list[ObjectId]:
    """The objects that a run is about: of the history and of the live database.

    Raises:
        UsageError: there is none.
    """
    there = live.snapshot.objects if live is not None else {}
    items = sorted(inputs.history.lives.keys() | there.keys())
    if owner_class is not None:
        lives = inputs.history.lives
        return of_class(inputs, owner_class, [one for one in items if one in there or lives[one].exists], live)
    if subject is None:
        return items
    return named(subject, items, "the history" if live is None else "the history or the database")


def understood(inputs: Inputs) -> Outcome:
    """How much of the history was understood; what was not, `auditor check` tells."""
    found = reading(inputs)
    problems = len(found.findings)
    notes = (f"the reading of the migrations has findings ({problems}): `auditor classify` tells them",)
    return Outcome(
        not_understood=found.not_understood,
        could_not_check=found.could_not_check,
        checked=found.checked,
        notes=notes if problems else (),
    )


# Private


def _values(inputs: Inputs, item: ObjectId, live: Live | None) -> dict[str, Any]:
    life = inputs.history.lives.get(item)
    owner = class_of(inputs, item, live)
    configuration = inputs.configuration
    entry = configuration.ownership.owner_of(item, ancestors(inputs, item, live))[1] if configuration else None
    return {
        "kind": item.kind,
        "identity": item.identity,
        "class": owner.value if owner is not None else None,
        "class_entry": entry.text if entry is not None else None,
        "contract": contract_entries(configuration, item) if configuration is not None else [],
        "exists": life.exists if life is not None else False,
        "newest": newest_of(life),
        "definitions": definition_values(life),
        "changes": change_values(life.effects if life is not None else ()),
    }


def _live_values(
    inputs: Inputs, item: ObjectId, live: Snapshot, expected: Snapshot | None, states: States
) -> dict[str, Any]:
    version = version_of(item, inputs.history.lives.get(item), live, expected, states.after)
    return {
        "exists": version.exists,
        "matches": version.matches,
        "newest": version.newest,
        "sha256": version.sha256.removeprefix("sha256:") if version.sha256 is not None else None,
        "differs": [{"field": name, "expected": was, "actual": now} for name, was, now in version.differs],
        "diff": version.diff,
        "unknown": version.unknown,
        "transaction": None,
    }
