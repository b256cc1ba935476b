"""By which migration's transaction each live object was last written, or between which two by none."""

from __future__ import annotations

from collections import Counter
from typing import Any

from auditor.audits.blame import chosen, understood
from auditor.audits.parts.forensic import Rows, States, Unaltered, class_of, read_rows, spans_of
from auditor.audits.parts.inputs import Outcome, read_inputs, report
from auditor.audits.parts.live import read_live
from auditor.audits.parts.live_flow import wants_live
from auditor.config import Settings
from auditor.errors import UsageError
from auditor.forensics.provenance import Spans
from auditor.model import ObjectId, OwnerClass, Report


def run(settings: Settings, owner_class: str | None = None, *, out_of_band: bool = False) -> Report:
    """The provenance of the objects that `settings.subject` names, of a class, or else of the core.

    Args:
        settings: of the run.
        owner_class: a class instead of a name.
        out_of_band: list only what no migration's transaction is known to have written.

    Raises:
        ConfigurationError: `classifications.yaml` is wrong.
        UsageError: a name and a class are given, no database is, or nothing is called so.
        CouldNotCheck: there are no migrations, or the database cannot be read.
    """
    if settings.subject is not None and owner_class is not None:
        raise UsageError("name an object, or a class with --all, not both")
    if not wants_live(settings):
        raise UsageError("provenance is read from a live database: name it with --db URL")
    inputs = read_inputs(settings)
    live = read_live(settings.db, inputs, further=lambda connection: read_rows(connection, inputs))
    if settings.subject is None and owner_class is None and inputs.configuration is not None:
        owner_class = OwnerClass.CORE.value
    rows: Rows = live.further
    spans = spans_of(rows, inputs)
    items = [one for one in chosen(inputs, live, settings.subject, owner_class) if one in spans.written]
    if not items:
        raise UsageError("nothing of that is in the database")
    states = States(inputs, live)
    unaltered = Unaltered(states.final(), live.snapshot)
    objects = [
        _values(spans, item, unaltered, class_of(inputs, item, live)) | {"recorded": rows.recorded(item)}
        for item in items
    ]
    counts = Counter(one["transaction"]["relation"] for one in objects)
    shown = [one for one in objects if one["transaction"]["relation"] in ("between", "unknown") or not out_of_band]
    outcome = understood(inputs) + Outcome(
        checked={"object": len(objects)},
        notes=(live.note, *states.notes),
        not_checked=tuple(dict.fromkeys((*states.not_made, *rows.not_read))),
        data={
            "ledger": {
                "tables": list(spans.ledger.tables),
                "rows": len(spans.ledger.rows),
                "transactions": len(spans.groups),
                "last_only": spans.ledger.last_only,
                "trusted_from": spans.groups[spans.trusted].migrations[0] if spans.trusted is not None else None,
                "doubt": spans.doubt or None,
                "commit_times": spans.commits is not None,
            },
            "summary": {one: counts[one] for one in ("migration", "own", "between", "unknown")},
            "objects": shown,
        },
    )
    return report("forensics provenance", outcome, inputs, settings)


# Private


def _values(spans: Spans, item: ObjectId, unaltered: Unaltered, owner: OwnerClass | None) -> dict[str, Any]:
    as_history = unaltered(item)
    return {
        "kind": item.kind,
        "identity": item.identity,
        "class": owner.value if owner is not None else None,
        "as_history": as_history,
        "transaction": spans.origin(item, as_history=as_history).as_json(),
    }
