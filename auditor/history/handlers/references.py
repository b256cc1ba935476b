"""From what an expression mentions to what its object depends on."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.history.folding import Folding
from auditor.history.object import Object
from auditor.model import change as c


def depend_on_uses(
    fold: Folding,
    item: Object,
    uses: Iterable[c.Reference],
    *,
    own_table: Object | None = None,
    automatic: bool = False,
) -> None:
    """Make `item` depend on each relation (with its columns), function, type and sequence that `uses` names.

    Args:
        fold: the fold in progress.
        item: what depends.
        uses: what its expressions mention.
        own_table: the table whose columns are meant by a reference without a relation's name.
        automatic: whether it goes with them without CASCADE.
    """
    catalog = fold.catalog
    for use in uses:
        if use.kind == "function":
            for routine in catalog.routines_named(use.name):
                catalog.depend(item, routine, automatic=automatic)
        elif use.kind == "type":
            found = catalog.type_object(use.name)
            if found is not None:
                catalog.depend(item, found, automatic=automatic)
        else:
            relation = own_table if use.name.name == "" else catalog.relation(use.name)
            if relation is None or relation is item:
                continue
            columns = relation.columns if "*" in use.columns else []
            columns = columns or [column for name in use.columns if (column := relation.column(name)) is not None]
            if relation is not own_table:
                catalog.depend(item, relation, automatic=automatic)
            for column in columns:
                catalog.depend(item, column, automatic=automatic)
