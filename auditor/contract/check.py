"""Does a snapshot keep the contract?"""

from __future__ import annotations

from auditor.contract.arbiters import check_arbiters
from auditor.contract.breach import Checked
from auditor.contract.dedupe_keys import check_dedupe_keys
from auditor.contract.deployed import check_deployed
from auditor.contract.deployment import check_ledger
from auditor.contract.facts import Facts
from auditor.contract.functions import check_functions
from auditor.contract.merge import merged
from auditor.contract.projections import check_projections
from auditor.contract.queues import check_queues
from auditor.contract.roles import check_roles
from auditor.contract.rows import check_rows
from auditor.contract.tables import check_tables
from auditor.contract.triggers import check_triggers

CHECKS = (
    check_tables,
    check_triggers,
    check_functions,
    check_dedupe_keys,
    check_rows,
    check_roles,
    check_queues,
    check_projections,
    check_arbiters,
    check_deployed,
    check_ledger,
)
"""One for each kind of entry. Of two breaches about the same, that of the earlier check is kept."""


def check_entries(facts: Facts) -> Checked:
    """Run every check; the breaches are as the checks found them, one cause may stand in several."""
    checked = Checked()
    for check in CHECKS:
        check(facts, checked)
    return checked


def check_contract(facts: Facts) -> Checked:
    """Does the live snapshot keep the contract?

    Args:
        facts: the configuration, the history and the snapshots. `expected` may be the replay of the history, or
            the live snapshot itself may be it: then the contract is checked against what the migrations make.

    Returns:
        What is wrong, each cause once; what was looked at, and what could not be.
    """
    checked = check_entries(facts)
    checked.breaches = merged(checked.breaches)
    return checked
