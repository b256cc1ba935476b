"""Objects as the newest statement of the history writes them, for when there is no replay to compare with.

`drift --scope contract` runs no migration. What the text of a definition says plainly can be compared all the
same: when a trigger fires, with whose rights a function runs.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from auditor.catalog.kinds.trigger import Trigger
from auditor.contract.facts import Facts
from auditor.history.lives import Life
from auditor.migrations.effects import plain_changes_of
from auditor.model import ObjectId
from auditor.model.change import CreateFunction
from auditor.sql.trigger_text import TriggerText, same_condition, trigger_text

_NO_ATTRIBUTE = frozenset({"owner", "comment", "schema"})
"""What ALTER may change of a function without touching what its definition says."""


def trigger_changes(facts: Facts, live: Trigger) -> tuple[dict[str, Any], list[str]]:
    """What a live trigger is not as its newest definition writes it.

    Returns:
        Field -> written value, for the fields that differ; and the fields of which that cannot be told.
    """
    definition = facts.definition(live.id)
    written = trigger_text(definition.text) if definition is not None else None
    if written is None:
        return {}, ["its definition"]
    unsure: list[str] = []
    changes: dict[str, Any] = {}
    if not _columns_stand(facts, live, written):
        unsure += ["columns", *(["when"] if written.when is not None else [])]
    for name in (field.name for field in fields(TriggerText)):
        if name in unsure:
            continue
        value = getattr(written, name)
        if name == "when":
            same = same_condition(live.when, value)
            unsure += ["when"] if same is None else []
            if same is False:
                changes[name] = value
        elif getattr(live, name) != value:
            changes[name] = value
    return changes, unsure


def function_attributes(facts: Facts, item: ObjectId) -> dict[str, Any] | None:
    """Language, security, volatility and settings as the newest definition of a function writes them.

    None where its text does not tell: no plain statement defines it, or ALTER FUNCTION changed it since.
    """
    life, definition = facts.life(item), facts.definition(item)
    if life is None or definition is None or _altered_since(life):
        return None
    made = [change for change in plain_changes_of(definition.text) if isinstance(change, CreateFunction)]
    if len(made) != 1 or any(value == "current" for _, value in made[0].settings):
        return None
    (function,) = made
    return {
        "language": function.language.lower(),
        "security_definer": function.security_definer,
        "volatility": function.volatility,
        "settings": sorted(f"{name}={value}" for name, value in function.settings),
    }


# Private


def _columns_stand(facts: Facts, live: Trigger, written: TriggerText) -> bool:
    """Whether the columns that the text names still have these names; a renamed one takes its trigger along."""
    columns = (ObjectId(f"{live.table_kind} column", f"{live.table}.{name}") for name in written.columns)
    return all(column in facts.live for column in columns)


def _altered_since(life: Life) -> bool:
    altered = False
    for effect in life.effects:
        if effect.no_op:
            continue
        if effect.action in {"create", "replace"}:
            altered = False
        elif effect.action == "alter" and effect.detail not in _NO_ATTRIBUTE:
            altered = True
    return altered
