"""What hangs on a table: triggers, policies, rules; and event triggers.

https://www.postgresql.org/docs/current/sql-createtrigger.html
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.migrations.effects.columns import merge
from auditor.migrations.effects.reader import Reader
from auditor.model.change import (
    Alter,
    AnyChange,
    Create,
    CreatePolicy,
    CreateRule,
    CreateTrigger,
    Name,
    Reference,
    SetTriggerState,
)
from auditor.sql.mentions import Mentions
from auditor.sql.scopes import is_system_function
from auditor.sql.tree import Node, name_of_nodes, relation_name, role_names, strings


def create_trigger(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE [CONSTRAINT] TRIGGER."""
    table = relation_name(body["relation"])
    when = Mentions(table, ("new", "old")).walk(body.get("whenClause"))
    other = relation_name(body["constrrel"]) if "constrrel" in body else None
    yield CreateTrigger(
        name=body["trigname"],
        table=table,
        function=name_of_nodes(body["funcname"]),
        or_replace=body.get("replace", False),
        columns=tuple(strings(body.get("columns", ()))),
        when_columns=when.owner_columns(),
        for_each_row=body.get("row", False),
        constraint=body.get("isconstraint", False),
        uses=merge((Reference("relation", other),) if other is not None else (), when.references()),
    )


def create_policy(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE POLICY."""
    table = relation_name(body["table"])
    mentioned = Mentions(table).walk([body.get("qual"), body.get("with_check")])
    yield CreatePolicy(
        name=body["policy_name"],
        table=table,
        roles=role_names(body.get("roles", ())),
        uses=mentioned.references(),
        columns=mentioned.owner_columns(),
    )


def alter_policy(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER POLICY: roles, USING, WITH CHECK; one change for each."""
    table = relation_name(body["table"])
    for field, what in (("qual", "using"), ("with_check", "with check"), ("roles", "roles")):
        if field in body:
            yield Alter(
                kind="policy",
                name=Name(body["policy_name"]),
                what=what,
                table=table,
                uses=() if field == "roles" else Mentions(table).walk(body[field]).references(),
                detail=", ".join(role_names(body["roles"])) if field == "roles" else None,
            )


def create_rule(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE RULE."""
    table = relation_name(body["relation"])
    mentioned = Mentions(table, ("new", "old")).walk([body.get("whereClause"), body.get("actions")])
    yield CreateRule(
        name=body["rulename"],
        table=table,
        or_replace=body.get("replace", False),
        uses=mentioned.references(),
    )


def create_event_trigger(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE EVENT TRIGGER."""
    function = name_of_nodes(body["funcname"])
    yield Create(
        kind="event trigger",
        name=Name(body["trigname"]),
        uses=() if is_system_function(function) else (Reference("function", function),),
        detail=body.get("eventname"),
    )


def alter_event_trigger(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER EVENT TRIGGER ... ENABLE, DISABLE."""
    yield SetTriggerState(table=Name(""), trigger=body["trigname"], state=body["tgenabled"], kind="event trigger")
