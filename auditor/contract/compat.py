"""How often each entry of the contract in `mode: compat` is broken: what must come to zero before it is strict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from auditor.contract.breach import Breach
from auditor.declaration.entries import Contract
from auditor.model import Location


def compat_counts(contract: Contract, breaches: Iterable[Breach]) -> dict[str, int]:
    """The number of breaches of each entry in `mode: compat`, also where it is none.

    Args:
        contract: with its entries.
        breaches: of any entries.

    Returns:
        By kind and name of the entry, such as `trigger on_change on public.documents`.
    """
    counts = Counter(one.entry for one in breaches if one.compat and one.entry is not None)
    found: dict[str, int] = {}
    for name, place in _entries(contract):
        found[name] = found.get(name, 0) + counts[place]
    return found


# Private


def _entries(contract: Contract) -> Iterator[tuple[str, Location]]:
    kinds = (
        ("trigger", contract.triggers, "name"),
        ("function", contract.functions, "name"),
        ("dedupe key", contract.dedupe_keys, "table"),
        ("queue", contract.queues, "table"),
        ("projection", contract.projection_entries, "table"),
        ("lookup rows", contract.rows, "table"),
        ("role", contract.roles, "name"),
        ("migration", contract.deployed, "migration"),
    )
    for kind, entries, key in kinds:
        for entry in entries:
            if contract.compat(entry):
                yield f"{kind} {getattr(entry, key)}", entry.location
