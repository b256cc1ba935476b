"""CREATE TRIGGER, CREATE POLICY, CREATE RULE: what hangs on a table and has no life of its own."""

from __future__ import annotations

from auditor.history.folding import Folding
from auditor.history.handlers.references import depend_on_uses
from auditor.history.object import (
    Object,
)
from auditor.model import change as c


def create_trigger(fold: Folding, change: c.CreateTrigger) -> None:
    """CREATE [OR REPLACE] TRIGGER; a row trigger of a partitioned table is cloned onto its partitions."""
    table = fold.catalog.relation_or_external(change.table)
    existing = table.child("trigger", change.name)
    if existing is not None:
        if change.or_replace:
            fold.emit("replace", existing)
            fold.catalog.forget_dependencies(existing)
            _trigger_dependencies(fold, existing, table, change)
        else:
            fold.emit("create", existing, no_op=True)
        return
    trigger = _make_trigger(fold, table, change)
    if change.for_each_row:
        with fold.implying():
            _clone_trigger(fold, trigger, table, change)


def create_policy(fold: Folding, change: c.CreatePolicy) -> None:
    """CREATE POLICY."""
    table = fold.catalog.relation_or_external(change.table)
    existing = table.child("policy", change.name)
    if existing is not None:
        fold.emit("create", existing, no_op=True)
        return
    policy = fold.create(Object("policy", change.name, parent=table))
    for name in change.columns:
        column = table.column(name)
        if column is not None:
            fold.catalog.depend(policy, column)
    depend_on_uses(fold, policy, change.uses, own_table=table)


def create_rule(fold: Folding, change: c.CreateRule) -> None:
    """CREATE [OR REPLACE] RULE."""
    table = fold.catalog.relation_or_external(change.table)
    existing = table.child("rule", change.name)
    if existing is not None:
        fold.emit("replace" if change.or_replace else "create", existing, no_op=not change.or_replace)
        return
    rule = fold.create(Object("rule", change.name, parent=table))
    depend_on_uses(fold, rule, change.uses)


def _make_trigger(fold: Folding, table: Object, change: c.CreateTrigger) -> Object:
    trigger = Object("trigger", change.name, parent=table)
    trigger.facts.update(state="O", for_each_row=change.for_each_row, function=change.function)
    fold.create(trigger)
    _trigger_dependencies(fold, trigger, table, change)
    return trigger


def _clone_trigger(fold: Folding, trigger: Object, table: Object, change: c.CreateTrigger) -> None:
    for partition in fold.heirs(table):
        row_level = partition.facts.get("partition_of") is table
        if row_level and partition.child("trigger", change.name) is None:
            clone = _make_trigger(fold, partition, change)
            clone.facts["cloned"] = True
            fold.catalog.depend(clone, trigger, automatic=True)
            _clone_trigger(fold, clone, partition, change)


def _trigger_dependencies(fold: Folding, trigger: Object, table: Object, change: c.CreateTrigger) -> None:
    function = fold.catalog.routine("function", change.function, ())
    if function is not None:
        fold.catalog.depend(trigger, function)
        trigger.facts["function"] = function
    for name in (*change.columns, *change.when_columns):
        column = table.column(name)
        if column is not None:
            fold.catalog.depend(trigger, column)
    depend_on_uses(fold, trigger, change.uses, own_table=table)
