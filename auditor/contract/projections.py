"""`contract.projections`: written from events only; no core function reads one to decide."""

from __future__ import annotations

from auditor.catalog.kinds.function import Function
from auditor.contract.breach import Cause, Checked
from auditor.contract.facts import Facts
from auditor.model import OwnerClass


def check_projections(facts: Facts, checked: Checked) -> None:
    """Check every projection that the contract names."""
    contract = facts.configuration.contract
    for table in contract.projections:
        if facts.table(table) is None:
            continue  # it is gone, or told by the check of tables
        checked.count("projection")
        if not facts.whole:
            checked.not_checked.append(f"who reads {table}: only the functions of the contract were read")
        name = table.rpartition(".")[2].strip('"').lower()
        for function in facts.live.objects.values():
            if not isinstance(function, Function) or facts.class_of(function.id) is not OwnerClass.CORE:
                continue
            if name not in function.body.lower():
                continue
            if any(access.action == "read" for access in facts.accesses(function, table)):
                checked.breaches.append(
                    facts.breach(
                        "projection-read",
                        f"{function.id} reads the projection {table}",
                        entry=contract,
                        item=function.id,
                        field="body",
                        expected="decides from the events",
                        actual=f"reads {table}",
                        location=facts.location(function.id, table.location),
                        causes=[Cause(function.id, "body")],
                    )
                )
