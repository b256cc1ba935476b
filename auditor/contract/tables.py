"""Tables that entries of the contract stand on: one breach for each that is missing, whoever needs it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.contract.breach import Checked
from auditor.contract.facts import TABLES, Facts
from auditor.declaration.base import Entry, Text
from auditor.model import ObjectId


def check_tables(facts: Facts, checked: Checked) -> None:
    """Check that every table named by a dedupe key, a queue or lookup rows is there.

    A projection may be gone, then nobody reads it; but its name must mean something.
    """
    seen: set[str] = set()
    for what, entry, table in _tables(facts):
        if table in seen:
            continue
        seen.add(table)
        if facts.table(table) is not None:
            continue
        item = next((i for kind in TABLES if facts.known(i := ObjectId(kind, table))), None)
        if item is None:
            checked.unmatched.append(facts.unmatched(what, ObjectId("table", table), table.location))
            continue
        if what == "projection":
            continue
        checked.breaches.append(
            facts.breach(
                "object-missing",
                f"{item} {facts.missing(item)}; the contract has a {what} there",
                entry=entry,
                item=item,
                actual="missing",
                repair=facts.repair(item),
                causes=[facts.cause(item)],
            )
        )


def _tables(facts: Facts) -> Iterator[tuple[str, Entry, Text]]:
    contract = facts.configuration.contract
    for key in contract.dedupe_keys:
        yield "dedupe key", key, key.table
    for queue in contract.queues:
        yield "queue", queue, queue.table
    for rows in contract.rows:
        yield "list of rows", rows, rows.table
    for projection in contract.projection_entries:
        yield "projection", projection, projection.table
