"""Every core object as the page shows it: its life, its definitions and what differs from one to the next."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.audits.parts.inputs import Inputs
from auditor.audits.showing.live import LiveStates
from auditor.comparison.bodies import body_diff
from auditor.declaration.load import Configuration
from auditor.history.lives import Definition, Life
from auditor.model import Finding, ObjectId, OwnerClass

NAMED_COLUMNS = 6
"""Columns that an event names; of more their number is told."""


def core_objects(
    inputs: Inputs, configuration: Configuration, findings: Iterable[Finding], live: LiveStates | None
) -> list[dict[str, Any]]:
    """The core objects: those of the history, and those of the live database that no migration made.

    What PostgreSQL makes along with a table (the index of its primary key, a NOT NULL constraint) is told with the
    table, unless something is wrong with it.

    Args:
        inputs: what was read.
        configuration: says whose an object is.
        findings: of the whole report; what is about an object is named with it.
        live: the live side, or None: no database was read.
    """
    return list(_Objects(inputs, configuration, findings, live).made())


# Private

_HANGING = frozenset({"table column", "foreign table column", "sequence", "default acl", "role", "schema"})
"""Kinds that are told with their table, or that have no text of their own."""

_COLUMNS = frozenset({"table column", "foreign table column"})

_WRONG = frozenset({"older", "altered", "missing", "extra"})
"""What a live object may be that is not as it should be."""


class _Objects:
    def __init__(
        self,
        inputs: Inputs,
        configuration: Configuration,
        findings: Iterable[Finding],
        live: LiveStates | None,
    ) -> None:
        self.history = inputs.history
        self.configuration = configuration
        self.live = live
        self.findings: dict[ObjectId, list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.object is not None:
                self.findings[finding.object].append(finding)
        self.columns: dict[ObjectId, list[Life]] = defaultdict(list)
        for item, life in self.history.lives.items():
            if item.kind in _COLUMNS and item in self.history.parents:
                self.columns[self.history.parents[item]].append(life)

    def made(self) -> Iterator[dict[str, Any]]:
        parts: dict[ObjectId, list[dict[str, Any]]] = defaultdict(list)
        alone = []
        for item, life in sorted(self.history.lives.items()):
            if not self._is_core(item) or not (life.exists or life.definitions):
                continue
            values = self._values(item, life)
            parent = self.history.parents.get(item)
            if parent is not None and self._goes_along(life, values):
                parts[parent].append(
                    {"kind": item.kind, "identity": item.identity, "exists": life.exists, "live": values["live"]}
                )
            else:
                alone.append(values)
        for values in alone:
            yield values | {"parts": parts[ObjectId(values["kind"], values["identity"])]}
        for item in sorted(self.live.without_history(_HANGING) if self.live is not None else ()):
            if self._is_core(item):
                yield self._values(item, None) | {"parts": []}

    def _is_core(self, item: ObjectId) -> bool:
        if item.kind in _HANGING:
            return False
        ancestors = self.history.ancestors(item)
        if not ancestors and self.live is not None:
            ancestors = self.live.ancestors(item)
        return self.configuration.ownership.owner_of(item, ancestors)[0] is OwnerClass.CORE

    def _goes_along(self, life: Life, values: Mapping[str, Any]) -> bool:
        """Whether the table made it, and nothing more is to be said about it."""
        made = [effect for effect in life.effects if effect.action in ("create", "replace")]
        wrong = values["live"] is not None and values["live"]["word"] in _WRONG
        return all(effect.implied for effect in made) and not values["findings"] and not wrong

    def _values(self, item: ObjectId, life: Life | None) -> dict[str, Any]:
        about = self.findings.get(item, [])
        definitions = self._own_definitions(item, life)
        newest = definitions[-1] if life is not None and life.exists and definitions else None
        last = life.last_effect if life is not None else None
        return {
            "kind": item.kind,
            "identity": item.identity,
            "exists": life is not None and life.exists,
            "made": life is not None,
            "last": last.migration if last is not None else None,
            "severity": min((one.severity for one in about), key=lambda one: one.rank).value if about else None,
            "findings": [one.fingerprint for one in about],
            "events": list(self._events(item, life)),
            "definitions": [
                {"migration": one.migration, "action": one.action, "place": str(one.location)}
                for one in definitions
            ],
            "differences": list(_differences(definitions)),
            "newest": {"migration": newest.migration, "text": newest.text} if newest is not None else None,
            "live": self.live.of(item, life) if self.live is not None else None,
        }

    def _own_definitions(self, item: ObjectId, life: Life | None) -> list[Definition]:
        """Those that are not the text of the table that it came with."""
        parent = self.history.parents.get(item)
        around = self.history.lives.get(parent) if parent is not None else None
        texts = {one.text for one in around.definitions} if around is not None else set()
        return [one for one in life.definitions if one.text not in texts] if life is not None else []

    def _events(self, item: ObjectId, life: Life | None) -> Iterator[dict[str, str]]:
        """What happened to it, each kind of thing once a migration; of a table also to its columns."""
        if life is None:
            return
        order = {migration.id: number for number, migration in enumerate(self.history.migrations)}
        told: dict[tuple[str, str], str] = {}
        for effect in life.effects:
            if not effect.no_op:
                certainty = "" if effect.certainty == "certain" else f" ({effect.certainty})"
                what = f"{effect.action}{f' to {effect.to}' if effect.to else ''}{certainty}"
                told.setdefault((effect.migration, what), str(effect.location))
        for (migration, action), columns in self._of_columns(item).items():
            names = list(columns)
            shown = ", ".join(names[:NAMED_COLUMNS])
            more = f" and {len(names) - NAMED_COLUMNS} more" if len(names) > NAMED_COLUMNS else ""
            word = "columns" if len(names) > 1 else "column"
            told.setdefault((migration, f"{action} {word} {shown}{more}"), next(iter(columns.values())))
        for (migration, what), place in sorted(told.items(), key=lambda one: order.get(one[0][0], 0)):
            yield {"migration": migration, "what": what, "place": place}

    def _of_columns(self, table: ObjectId) -> dict[tuple[str, str], dict[str, str]]:
        """Migration and action -> columns, each with the place."""
        found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for life in self.columns.get(table, ()):
            name = life.object.identity.removeprefix(f"{table.identity}.")
            for effect in life.effects:
                if not effect.no_op and effect.action not in ("grant", "revoke"):
                    found[effect.migration, effect.action].setdefault(name, str(effect.location))
        return found


def _differences(definitions: list[Definition]) -> Iterator[dict[str, str]]:
    """From each definition to the next that is not the same."""
    for old, new in itertools.pairwise(definitions):
        if old.text != new.text:
            diff = body_diff(old.text, new.text, old.migration, new.migration)
            yield {"title": f"{old.migration} to {new.migration}", "diff": diff}
