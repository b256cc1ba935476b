"""What a live database says about values that migrations take off whitelists."""

from __future__ import annotations

from collections.abc import Collection

from auditor.catalog.session import read_only_session
from auditor.contract.row_counts import Counted, count_values
from auditor.errors import CouldNotCheck
from auditor.rules.migrations.whitelist_shrinks import Shrunk


def rows_using(url: str, shrunk: Collection[Shrunk]) -> dict[Shrunk, Counted]:
    """Count the rows that have the removed values, in one read-only transaction.

    Args:
        url: of the live database; empty leaves all to libpq.
        shrunk: the whitelists; for none of them nothing is connected to.
    """
    found: dict[Shrunk, Counted] = {}
    if not shrunk:
        return found
    try:
        with read_only_session(url or None) as connection:
            for one in shrunk:
                found[one] = count_values(connection, one.table.identity, one.column, one.removed)
    except CouldNotCheck as error:
        found |= {one: Counted(reason=str(error)) for one in shrunk if one not in found}
    return found
