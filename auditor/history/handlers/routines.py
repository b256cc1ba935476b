"""Functions, procedures and aggregates: overloads, signatures, replacement.

https://www.postgresql.org/docs/current/sql-createfunction.html
"""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.handlers.references import depend_on_uses
from auditor.history.object import Object, TypeReference
from auditor.model import change as c


def create_function(fold: Folding, change: c.CreateFunction) -> None:
    """CREATE [OR REPLACE] FUNCTION or PROCEDURE: the input types decide whether it replaces one."""
    catalog = fold.catalog
    schema = catalog.creation_schema(change.name)
    inputs = [argument for argument in change.arguments if argument.mode in {"i", "b", "v"}]
    item = Object(change.kind, change.name.name, schema)
    item.arguments = tuple(catalog.type(argument.type) for argument in inputs)
    everything = [str(catalog.type(a.type)) for a in change.arguments if a.mode != "t"]
    item.facts.update(all_arguments=everything, body_changes=[], language=change.language, change=change)
    wanted = [str(argument) for argument in item.arguments]
    existing = next(
        (
            routine
            for routine in catalog.routines.get((schema, change.name.name), ())
            if [str(argument) for argument in routine.arguments] == wanted
        ),
        None,
    )
    if existing is not None and existing.external:
        catalog.remove(existing)
        existing = None
    if existing is None:
        fold.create(item, body=change.body)
    elif change.or_replace:
        fold.emit("replace", existing, body=change.body)
        existing.facts.update(item.facts)
        catalog.forget_dependencies(existing)
        item = existing
    else:
        fold.emit("create", existing, no_op=change.certainty != "certain", body=change.body)
        item = existing
    fold.inside = item
    for argument in item.arguments:
        if argument is not None and argument.object is not None:
            catalog.depend(item, argument.object)
    if change.returns is not None:
        returned = catalog.type(change.returns)
        if returned.object is not None:
            catalog.depend(item, returned.object)
    depend_on_uses(fold, item, change.uses)


def create_aggregate(fold: Folding, change: c.CreateAggregate) -> None:
    """CREATE [OR REPLACE] AGGREGATE."""
    catalog = fold.catalog
    existing = catalog.routine("aggregate", change.name, change.arguments)
    if existing is not None:
        fold.emit("replace" if change.or_replace else "create", existing, no_op=not change.or_replace)
        return
    item = Object("aggregate", change.name.name, catalog.creation_schema(change.name))
    arguments: tuple[TypeReference, ...] = tuple(catalog.type(argument) for argument in change.arguments)
    item.arguments = arguments
    fold.create(item)
    depend_on_uses(fold, item, change.uses)
