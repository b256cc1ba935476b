"""Is a live catalog still what the contract and the history say it is?

The contract comes first: what an entry says about an object is said once, as a breach of that entry. What
the comparison of the replay with the live catalog shows beside that is drift of its own. How bad it is follows
from the class of the object (`severity:` of `classifications.yaml`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from auditor.catalog.kinds.function import Function
from auditor.comparison.beyond import CLUSTER_KINDS
from auditor.comparison.snapshots import Equal, compare
from auditor.contract.breach import Breach, Cause, Unmatched, listed
from auditor.contract.check import check_entries
from auditor.contract.facts import Facts, body_fields, body_message
from auditor.contract.merge import merged
from auditor.contract.resolve import objects_of_contract
from auditor.contract.triggers import state_word
from auditor.model import CatalogObject, Comparison, ObjectId, OwnerClass, Provenance, Severity

Scope = Literal["contract", "core", "owned", "all"]

_PRIVILEGES = frozenset({"privileges", "owner"})
_SECURITY = frozenset({"security_definer", "settings", "leakproof"})
_STATE_KINDS = frozenset({"trigger", "rule", "event trigger"})


@dataclass(frozen=True, slots=True)
class DriftResult:
    """What is wrong with a live catalog, and what was looked at.

    Attributes:
        breaches: each cause once, those of the contract first.
        unmatched: entries of the contract that name nothing.
        checked: how many of each kind of thing were looked at.
        not_checked: what was not, each with the reason.
        could_not_check: entries of the contract that have no answer now, each with the reason and what to do.
    """

    breaches: tuple[Breach, ...]
    unmatched: tuple[Unmatched, ...]
    checked: dict[str, int]
    not_checked: tuple[str, ...]
    could_not_check: tuple[str, ...] = ()

    @property
    def compat(self) -> int:
        """Number of breaches that `mode: compat` turned into warnings."""
        return sum(1 for one in self.breaches if one.compat)


def drift(facts: Facts, scope: Scope = "core", *, equal: Equal | None = None) -> DriftResult:
    """Compare a live catalog with the contract and with the history.

    Args:
        facts: the configuration, the history, the replay (`expected`; None: the contract only), the live
            snapshot.
        scope: `contract`: the objects that the contract names; `core`: core objects and legacy ones that came
            back to life; `owned`: every object of a class, and those that no migration made; `all`: everything.
        equal: see :func:`auditor.comparison.snapshots.compare`.
    """
    checked = check_entries(facts)
    breaches = list(checked.breaches)
    counts = dict(checked.counts)
    not_checked = list(checked.not_checked)
    if facts.expected is None:
        not_checked.append("fields that the contract does not name: there is no replay to compare with")
    else:
        selection = Selection(facts, scope)
        for kind, number in _compared(facts, selection).items():
            counts[kind] = max(counts.get(kind, 0), number)
        comparisons = compare(facts.expected, facts.live, select=selection, equal=equal, replayed=facts.replayed)
        for comparison in comparisons:
            if comparison.under is None or not selection(comparison.under):
                breaches += _breaches_of(facts, comparison)
        if not facts.replayed:
            not_checked += [f"{kind}: {reason}" for kind, reason in facts.expected.unread]
            not_checked += [
                f"{field} of a {kind}: not in the snapshot" for kind, field in sorted(facts.expected.lacking)
            ]
    not_checked += [f"{kind}: {reason}" for kind, reason in facts.live.unread]
    return DriftResult(
        tuple(merged(breaches, checked.kept)),
        tuple(checked.unmatched),
        counts,
        tuple(dict.fromkeys(not_checked)),
        tuple(checked.could_not_check),
    )


class Selection:
    """Which objects a scope compares."""

    def __init__(self, facts: Facts, scope: Scope) -> None:
        self._facts = facts
        self._scope = scope
        self._named = objects_of_contract(facts) if scope == "contract" else frozenset()

    def __call__(self, item: ObjectId) -> bool:
        """Whether the object is compared."""
        if self._facts.replayed and item.kind in CLUSTER_KINDS and self._facts.life(item) is None:
            return False
        if self._scope == "all":
            return True
        if self._scope == "contract":
            return item in self._named
        owner = self._facts.class_of(item)
        if self._scope == "core":
            return owner is OwnerClass.CORE or (owner is OwnerClass.LEGACY and _is_revived(self._facts, item))
        # What nobody made has no class as a rule, and is what this scope is asked to show.
        return owner is not OwnerClass.UNCLASSIFIED or not self._facts.should_be(item)


# Private


def _compared(facts: Facts, selection: Selection) -> dict[str, int]:
    counts: dict[str, int] = {}
    expected = facts.expected.objects if facts.expected is not None else {}
    for item in facts.live.objects.keys() | expected.keys():
        if item.kind == "database" and item not in facts.live:
            continue  # the same, which has another name on either side
        if selection(item):
            counts[item.kind] = counts.get(item.kind, 0) + 1
    return dict(sorted(counts.items()))


def _is_revived(facts: Facts, item: ObjectId) -> bool:
    """A legacy object that is live although the history dropped it, or on although the history turned it off."""
    live = facts.live.objects.get(item)
    if live is None:
        return False
    if not facts.should_be(item):
        return True
    expected = facts.expected_object(item)
    return expected is not None and _is_off(expected) and not _is_off(live)


def _is_off(item: CatalogObject) -> bool:
    return getattr(item, "enabled", None) == "disabled"


def _breaches_of(facts: Facts, comparison: Comparison) -> Iterator[Breach]:
    item = comparison.object
    owner = facts.class_of(item)
    if comparison.actual is None:
        if owner is not OwnerClass.LEGACY:
            yield _missing(facts, comparison)
    elif owner is OwnerClass.LEGACY and _is_revived(facts, item):
        yield _revived(facts, comparison)
    elif comparison.expected is None:
        yield _unexpected(facts, comparison)
    else:
        yield from _changed(facts, comparison)


def _breach(facts: Facts, name: str, message: str, item: ObjectId, fields: Collection[str], **more: Any) -> Breach:
    owner = facts.class_of(item)
    definition = facts.definition(item)
    more.setdefault("severity", facts.configuration.severity.of(owner))
    more.setdefault("location", facts.location(item))
    more.setdefault("provenance", Provenance(defined_in=definition.migration) if definition else None)
    causes = [Cause(item, field) for field in fields] or [Cause(item)]
    field = ", ".join(fields) or None
    return Breach(name, message, object=item, field=field, owner_class=owner, causes=frozenset(causes), **more)


def _missing(facts: Facts, comparison: Comparison) -> Breach:
    item = comparison.object
    message = f"{item} {facts.missing(item)}"
    return _breach(
        facts, "object-missing", message, item, (), expected="there", actual="missing", repair=facts.repair(item)
    )


def _unexpected(facts: Facts, comparison: Comparison) -> Breach:
    item = comparison.object
    life = facts.life(item)
    last = life.last_effect if life is not None else None
    if last is not None:
        why = f"is there, but {last.migration} {'drops' if last.action == 'drop' else 'leaves no'} it"
    else:
        why = "is in the database, but in no migration"
    return _breach(
        facts,
        "object-unexpected",
        f"{item} {why}",
        item,
        (),
        expected="not there",
        actual="there",
        repair=facts.repair_of_extra(item),
    )


def _revived(facts: Facts, comparison: Comparison) -> Breach:
    item = comparison.object
    life = facts.life(item)
    last = life.last_effect if life is not None else None
    by = f": {last.migration} {'drops' if last.action == 'drop' else 'turns'} it" if last is not None else ""
    severity = Severity(facts.configuration.severity.revived)
    if comparison.expected is None:
        return _breach(
            facts,
            "legacy-revived",
            f"legacy {item} is back{by}",
            item,
            (),
            severity=severity,
            expected="not there",
            actual="there",
            repair=facts.repair_of_extra(item),
        )
    fields = list(comparison.changes)
    return _breach(
        facts,
        "legacy-revived",
        f"legacy {item} is on again{f'{by} off' if by else ''}",
        item,
        fields,
        severity=severity,
        expected="disabled",
        actual=str(getattr(comparison.actual, "enabled", "")),
        repair=facts.repair(item, fields),
    )


def _changed(facts: Facts, comparison: Comparison) -> Iterator[Breach]:
    """One breach for each rule that the changed fields belong to."""
    groups: dict[str, list[str]] = {}
    if "owner" in comparison.changes:
        # In the replay the migrations ran as a role of its own: say what that role is called here.
        expected, actual = comparison.changes["owner"]
        owners = (facts.roles.on_live(expected), actual)
        comparison = dataclasses.replace(comparison, changes={**comparison.changes, "owner": owners})
    for field in comparison.changes:
        groups.setdefault(_rule_of(comparison.object, field), []).append(field)
    for name, fields in groups.items():
        if name == "function-body-changed":
            yield _body_changed(facts, comparison)
            continue
        message = f"{comparison.object}: {_said(comparison, fields)}"
        yield _breach(
            facts,
            name,
            message,
            comparison.object,
            fields,
            expected=_shown(comparison, fields, 0),
            actual=_shown(comparison, fields, 1),
            repair=facts.repair(comparison.object, fields),
        )


def _rule_of(item: ObjectId, field: str) -> str:
    if field in _PRIVILEGES:
        return "privileges-changed"
    if item.kind in _STATE_KINDS and field == "enabled":
        return "trigger-state-changed"
    if item.kind in {"function", "procedure"}:
        if field == "body":
            return "function-body-changed"
        if field in _SECURITY:
            return "function-security-changed"
    return "object-changed"


def _body_changed(facts: Facts, comparison: Comparison) -> Breach:
    live, expected = comparison.actual, comparison.expected
    if not isinstance(live, Function) or not isinstance(expected, Function):
        raise TypeError(comparison.object)
    message, only_layout = body_message(facts, live.id, live, expected.body)
    fields = body_fields(facts, live.id, live, expected.body)
    if only_layout:
        fields["severity"] = Severity.NOTE
    repair = facts.repair(live.id, ["body"])
    return _breach(facts, "function-body-changed", message, live.id, ["body"], repair=repair, **fields)


def _said(comparison: Comparison, fields: list[str]) -> str:
    parts: list[str] = []
    for field in fields:
        expected, actual = comparison.changes[field]
        if field == "enabled":
            parts.append(f"is {state_word(actual)}, should be {state_word(expected)}")
        elif field == "security_definer":
            parts.append(f"is SECURITY {'DEFINER' if actual else 'INVOKER'}")
        elif field == "privileges":
            parts.append(_privileges_said(expected, actual))
        else:
            parts.append(f"{field.replace('_', ' ')} is {_value(actual)}, should be {_value(expected)}")
    return listed(parts)


def _privileges_said(expected: list[str], actual: list[str]) -> str:
    extra, lacking = sorted(set(actual) - set(expected)), sorted(set(expected) - set(actual))
    parts = [
        *([f"granted beside the migrations: {'; '.join(extra)}"] if extra else []),
        *([f"no longer granted: {'; '.join(lacking)}"] if lacking else []),
    ]
    return ", ".join(parts) or "privileges differ"


def _shown(comparison: Comparison, fields: list[str], side: int) -> str:
    if len(fields) == 1:
        return _value(comparison.changes[fields[0]][side])
    return "; ".join(f"{field}: {_value(comparison.changes[field][side])}" for field in fields)


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    return str(value)
