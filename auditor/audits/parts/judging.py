"""Breaches and entries that name nothing, as parts of a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.audits.parts.inputs import Inputs, Outcome
from auditor.config import Scope
from auditor.contract.breach import Breach, Unmatched
from auditor.contract.check import check_contract
from auditor.contract.compat import compat_counts
from auditor.contract.drift import drift
from auditor.contract.facts import Facts
from auditor.contract.ledgers import LedgerState
from auditor.contract.lookups import Data
from auditor.model import Finding, Snapshot
from auditor.rules import RULES, breaches
from auditor.rules.configuration import entry_matches_nothing

CONTRACT = frozenset(rule.code for rule in RULES if rule.code.startswith("CON"))
DRIFT = frozenset(rule.code for rule in RULES if rule.code.startswith("DRF"))


def keeps_contract(inputs: Inputs, snapshot: Snapshot, data: Data | None = None) -> Outcome:
    """Does what the migrations make keep the contract?"""
    if inputs.configuration is None:
        raise ValueError("a contract without configuration")
    applied = frozenset(migration.id for migration in inputs.history.migrations)
    ledger = LedgerState(applied=applied)
    facts = Facts(inputs.configuration, inputs.history, snapshot, snapshot, ledger, data=data, expected_data=data)
    checked = check_contract(facts)
    return Outcome(
        findings=_findings(checked.breaches, checked.unmatched),
        evaluated=CONTRACT | {entry_matches_nothing.RULE.code},
        checked=dict(checked.counts),
        not_checked=tuple(dict.fromkeys(checked.not_checked)),
        could_not_check=tuple(checked.could_not_check),
        data={"compat": compat_counts(inputs.configuration.contract, checked.breaches)},
    )


def drifted(facts: Facts, scope: Scope) -> Outcome:
    """Is the live catalog what contract and history say?"""
    result = drift(facts, scope)
    return Outcome(
        findings=_findings(result.breaches, result.unmatched),
        evaluated=CONTRACT | (DRIFT if facts.expected is not None else frozenset()),
        checked=result.checked,
        not_checked=result.not_checked,
        could_not_check=result.could_not_check,
        notes=_pending(facts),
        data={"compat": compat_counts(facts.configuration.contract, result.breaches)},
    )


# Private


def _pending(facts: Facts) -> tuple[str, ...]:
    """Migrations that are still to be applied, as one note."""
    pending = facts.pending
    if not pending:
        return ()
    more = f" and {len(pending) - 5} more" if len(pending) > 5 else ""
    return (f"not applied yet: {', '.join(pending[:5])}{more}",)


def _findings(found: Sequence[Breach], unmatched: Iterable[Unmatched]) -> tuple[Finding, ...]:
    return (*breaches.check(found), *entry_matches_nothing.check(unmatched))
