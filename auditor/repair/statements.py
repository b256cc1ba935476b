"""The SQL that mends a difference: what makes the object of a database what it should be.

Taken from the expected object, whose fields PostgreSQL itself printed, or, where there is no replay, from
the newest definition of the history. It is shown, never run. What may lose data, or needs a decision, is
given as a comment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from auditor.catalog.kinds.access_method import AccessMethod
from auditor.catalog.kinds.aggregate import Aggregate
from auditor.catalog.kinds.cast import Cast
from auditor.catalog.kinds.collation import Collation
from auditor.catalog.kinds.conversion import Conversion
from auditor.catalog.kinds.cron_job import CronJob
from auditor.catalog.kinds.database import Database
from auditor.catalog.kinds.default_acl import DefaultAcl
from auditor.catalog.kinds.domain_constraint import DomainConstraint
from auditor.catalog.kinds.event_trigger import EventTrigger
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.operator import Operator
from auditor.catalog.kinds.operator_class import OperatorClass
from auditor.catalog.kinds.parameter_acl import ParameterAcl
from auditor.catalog.kinds.policy import Policy
from auditor.catalog.kinds.publication import Publication
from auditor.catalog.kinds.rule import Rule
from auditor.catalog.kinds.server import Server
from auditor.catalog.kinds.statistics_object import StatisticsObject
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.text_search_configuration import TextSearchConfiguration
from auditor.catalog.kinds.text_search_dictionary import TextSearchDictionary
from auditor.catalog.kinds.text_search_parser import TextSearchParser
from auditor.catalog.kinds.text_search_template import TextSearchTemplate
from auditor.catalog.kinds.trigger import Trigger
from auditor.catalog.kinds.view import View
from auditor.history.lives import Definition
from auditor.model import CatalogObject
from auditor.repair.alter_common import COMMON
from auditor.repair.alter_rare import RARE
from auditor.repair.alter_relations import OF_RELATIONS
from auditor.repair.create_rare import job_statement
from auditor.repair.grants import (
    SAME_ROLES,
    Roles,
    built_in_defaults,
    default_privilege_statements,
    privilege_statements,
)
from auditor.repair.making import created, finish
from auditor.repair.references import drop_statement


def repair_sql(
    expected: CatalogObject | None,
    live: CatalogObject | None,
    fields: Collection[str] = (),
    *,
    roles: Roles = SAME_ROLES,
) -> str | None:
    """SQL that turns the live object into the expected one, or None if no statement can be given.

    Args:
        expected: what should be; None if nothing should.
        live: what is; None if it is missing.
        fields: names of the fields that differ, when both are there.
        roles: the migration role's names.
    """
    if expected is None:
        return _drop_with_a_warning(live) if live is not None else None
    if live is None:
        return _make(expected, roles)
    return _script(_alter(expected, live, set(fields), roles))


def repair_from_history(definition: Definition) -> str | None:
    """The statement that last defined an object, so that it also replaces one that is there, or None.

    For want of an expected object; what was altered since is not in it. None where the definition is not a
    statement of its own but something within a DO block or a called function.
    """
    if not _PLAIN.match(definition.text):
        return None
    return _script([_CREATE_ROUTINE.sub(r"\1CREATE OR REPLACE \2", definition.text, count=1)])


# Private

_REPLACEABLE = (
    AccessMethod,
    Aggregate,
    Cast,
    Collation,
    Conversion,
    DomainConstraint,
    EventTrigger,
    Index,
    MaterializedView,
    Operator,
    OperatorClass,
    Policy,
    Publication,
    Rule,
    Server,
    StatisticsObject,
    TableConstraint,
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
    Trigger,
    View,
)
"""Classes whose objects can be dropped and made anew without a row being lost."""

_COMMENTS = r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*"
_PLAIN = re.compile(_COMMENTS + r"create\b", re.IGNORECASE | re.DOTALL)
_CREATE_ROUTINE = re.compile(rf"\A({_COMMENTS})create\s+(function|procedure)\b", re.IGNORECASE | re.DOTALL)


def _script(statements: Iterable[str] | None) -> str | None:
    lines = [
        statement if statement.startswith("--") else f"{statement.rstrip().removesuffix(';')};"
        for statement in statements or ()
    ]
    return "\n".join(lines) or None


def _drop_with_a_warning(item: CatalogObject) -> str | None:
    if isinstance(item, DefaultAcl):
        return _script(default_privilege_statements(item.privileges, built_in_defaults(item), item, item.role))
    if isinstance(item, ParameterAcl):
        granted = [text for text in item.privileges if not text.startswith("owner: ")]
        return _script(privilege_statements(granted, [], item, SAME_ROLES, ""))
    if isinstance(item, Database):
        return None
    return f"-- No migration made it. If nothing needs it:\n-- {drop_statement(item)};"


def _make(expected: CatalogObject, roles: Roles) -> str | None:
    if isinstance(expected, DefaultAcl):
        return _script(
            default_privilege_statements(
                built_in_defaults(expected), expected.privileges, expected, roles.on_live(expected.role)
            )
        )
    if isinstance(expected, ParameterAcl):
        granted = [text for text in expected.privileges if not text.startswith("owner: ")]
        return _script(privilege_statements([], granted, expected, roles, ""))
    if isinstance(expected, CronJob):
        return _script([job_statement(expected, None if expected.role == roles.expected else expected.role)])
    statements = created(expected)
    return _script([*statements, *finish(expected, roles)]) if statements is not None else None


def _begins(columns: list[str], first: list[str]) -> bool:
    """CREATE OR REPLACE VIEW can add columns behind those that are there, and nothing else."""
    return columns[: len(first)] == first


def _alter(expected: CatalogObject, live: CatalogObject, fields: set[str], roles: Roles) -> list[str] | None:
    statements: list[str] = []
    rest = set(fields)
    for names, alter in (*RARE, *OF_RELATIONS, *COMMON):
        touched = rest & names
        if touched:
            made = alter(expected, live, touched, roles)
            if made is not None:
                statements += made
                rest -= touched
    if not rest:
        return statements
    # What no ALTER changes is made anew; that sets the other fields too.
    anew = created(expected) if isinstance(expected, _REPLACEABLE) else None
    if anew is None:
        return [*statements, f"-- no statement changes {', '.join(sorted(rest))} in place"] if statements else None
    if isinstance(expected, View) and isinstance(live, View) and _begins(expected.columns, live.columns):
        return [*anew, *statements]  # replaced where it stands, so that what uses it may stay
    return [drop_statement(live), *anew, *finish(expected, roles)]
