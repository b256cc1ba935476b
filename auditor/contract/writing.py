"""Which functions of a live database put rows into a table, and which values into one of its columns.

A row gets in by INSERT, MERGE and COPY, also through a view that PostgreSQL updates by itself or into a partition,
by a rule that inserts in place of another statement, and by SQL put together at run time, which cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.rule import Rule
from auditor.catalog.kinds.table import Table
from auditor.catalog.kinds.table_column import TableColumn
from auditor.catalog.kinds.trigger import Trigger
from auditor.catalog.kinds.view import View
from auditor.contract.facts import Facts
from auditor.migrations.effects import plain_changes_of
from auditor.migrations.effects.inserted import inserted_values
from auditor.migrations.effects.rule_actions import actions_of_rule
from auditor.model import ObjectId
from auditor.model.change import Rows
from auditor.repair.create import function_statement
from auditor.sql.allowed import literal_of
from auditor.sql.names import quote_identifier

INSERTING = frozenset({"insert", "merge", "copy"})
"""Verbs that put a row into a table."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What a function puts into a column.

    Attributes:
        values: constants that it surely may put there.
        complete: False if it may put others there.
    """

    values: frozenset[str]
    complete: bool


def targets_of(facts: Facts, table: str) -> frozenset[str]:
    """The table, its partitions, and the views through which PostgreSQL writes into them."""
    found = {table}
    relations = [one for one in facts.live.objects.values() if isinstance(one, Table | View)]
    grew = True
    while grew:
        grew = False
        for one in relations:
            if one.identity not in found and _leads_to(facts, one, found):
                found.add(one.identity)
                grew = True
    return frozenset(found)


def inserts(facts: Facts, function: Function, targets: frozenset[str]) -> str | None:
    """The one of the tables and views into which a function puts rows, or None."""
    for target in sorted(targets):
        for access in facts.accesses(function, target):
            if access.action == "write" and access.verb in INSERTING:
                if access.verb == "merge" and not _merge_inserts(facts, function, target):
                    continue
                return target
    return None


def inserting_rules(facts: Facts, targets: frozenset[str]) -> Iterator[Rule]:
    """Rules that insert into one of the tables in place of, or beside, another statement."""
    for rule in facts.live.objects.values():
        if not isinstance(rule, Rule):
            continue
        written = {
            f"{quote_identifier(access.name.schema or '')}.{quote_identifier(access.name.name)}"
            for access in actions_of_rule(rule.definition)
            if access.verb in INSERTING
        }
        if written & targets:
            yield rule


def enqueued(facts: Facts, function: Function, targets: frozenset[str], column: str) -> Enqueued:
    """The values that a function puts into a column of the tables."""
    values: set[str] = set()
    doubtful: set[str] = set()
    complete = not facts.dynamic(function)
    for one in inserted_values(function_statement(function), column):
        for target in targets:
            if facts.means(one.table, target, function):
                values |= one.values
                doubtful |= one.doubtful
                complete = complete and one.complete
                if one.default:
                    default, known = _default_of(facts, target, column)
                    values |= default
                    complete = complete and known
                break
    for target in targets:
        for access in facts.accesses(function, target):
            if access.verb in INSERTING:
                complete = complete and access.verb != "copy"
                values |= {text for name, text in access.literals if name == column and text not in doubtful}
    return Enqueued(frozenset(values), complete)


# Private


def _leads_to(facts: Facts, one: Table | View, found: set[str]) -> bool:
    if isinstance(one, Table):
        return one.partition_of in found
    read = {
        f"{change.access.name.schema}.{change.access.name.name}"
        for change in plain_changes_of(one.definition)
        if isinstance(change, Rows) and change.access.action == "read"
    }
    if len(read) != 1 or not (read & {target.replace('"', "") for target in found}):
        return False
    # What an INSTEAD OF trigger or a rule does is written elsewhere.
    return not any(
        isinstance(hanging, Trigger | Rule)
        and (not isinstance(hanging, Trigger) or hanging.timing == "instead of")
        for hanging in facts.hanging_on(facts.live, one.identity, {"trigger", "rule"})
    )


def _merge_inserts(facts: Facts, function: Function, target: str) -> bool:
    found = inserted_values(function_statement(function), "")
    return any(facts.means(one.table, target, function) for one in found)


def _default_of(facts: Facts, table: str, column: str) -> tuple[frozenset[str], bool]:
    """The constant that a column's default is, if it is one; and whether that is all."""
    item = facts.live.objects.get(ObjectId("table column", f"{table}.{quote_identifier(column)}"))
    default = item.default if isinstance(item, TableColumn) else None
    if default is None:
        return frozenset(), True
    constant = literal_of(default)
    return (frozenset({constant}), True) if constant is not None else (frozenset(), False)
