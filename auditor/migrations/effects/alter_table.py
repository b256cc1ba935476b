"""ALTER TABLE and its kin (INDEX, SEQUENCE, VIEW, MATERIALIZED VIEW, FOREIGN TABLE, TYPE), one sub-command each.

https://www.postgresql.org/docs/current/sql-altertable.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import msgspec

from auditor.migrations.effects.columns import merge, read_column, read_constraint, sequence_name, type_uses
from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.targets import RELATION_KINDS
from auditor.model.change import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterTable,
    AnyChange,
    Drop,
    DropColumn,
    Inherit,
    Name,
    Reference,
    SetTriggerState,
    Unknown,
)
from auditor.sql.mentions import Mentions
from auditor.sql.names import qualified
from auditor.sql.tree import Node, def_elems, first_location, items, literal, relation_name, role_name, type_name


class Altered(NamedTuple):
    """The relation of an ALTER, for its sub-commands.

    Attributes:
        name: as written.
        kind: after the word that follows ALTER; `table` may stand for any other.
        missing_ok: IF EXISTS of the relation itself.
    """

    name: Name
    kind: str
    missing_ok: bool


Command = Callable[[Node, Altered, Reader], Iterator[AnyChange]]


def alter_table(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """ALTER TABLE and its kin: every sub-command in order."""
    altered = Altered(
        relation_name(body["relation"]),
        RELATION_KINDS.get(body.get("objtype", ""), "table"),
        body.get("missing_ok", False),
    )
    for wrapped in body.get("cmds", ()):
        command = wrapped["AlterTableCmd"]
        handler = COMMANDS.get(command["subtype"])
        if handler is None:
            yield Unknown(
                detail=f"ALTER TABLE with {command['subtype']}",
                certainty="unknown",
                kind=altered.kind,
                name=altered.name,
            )
        else:
            changes = handler(command, altered, reader)
            # ALTER TYPE says nothing about children: with CASCADE it reaches the tables of the type.
            everywhere = body["relation"].get("inh") or altered.kind == "composite type"
            yield from changes if everywhere else map(_only, changes)


# Private, columns


def _only(change: AnyChange) -> AnyChange:
    if isinstance(change, AddColumn | DropColumn | AlterColumn | AddConstraint | Drop | SetTriggerState):
        return msgspec.structs.replace(change, only=True)
    return change


def _add_column(command: Node, altered: Altered, reader: Reader) -> Iterator[AnyChange]:
    yield AddColumn(
        table=altered.name,
        column=read_column(command["def"]["ColumnDef"], altered.name, reader),
        kind=altered.kind,
        if_not_exists=command.get("missing_ok", False),
        if_exists=altered.missing_ok,
    )


def _drop_column(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    yield DropColumn(
        table=altered.name,
        column=command["name"],
        kind=altered.kind,
        if_exists=command.get("missing_ok", False),
        missing_table_ok=altered.missing_ok,
        cascade=_cascades(command),
    )


def _column(what: str) -> Command:
    """A sub-command that changes one column and names nothing else."""

    def handler(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
        yield AlterColumn(
            table=altered.name,
            column=command.get("name") or str(command.get("num", "")),  # an index's columns go by number
            what=what,
            kind=altered.kind,
            if_exists=command.get("missing_ok", False),
            missing_table_ok=altered.missing_ok,
        )

    return handler


def _column_default(command: Node, altered: Altered, reader: Reader) -> Iterator[AnyChange]:
    expression = command.get("def")
    text = None
    if expression is not None:
        location = first_location(expression)
        text = reader.text.clause_after_last("DEFAULT", location) if location is not None else ""
    yield AlterColumn(
        table=altered.name,
        column=command["name"],
        what="drop default" if expression is None else "set default",
        kind=altered.kind,
        default=text,
        uses=Mentions(altered.name).walk(expression).references(),
        missing_table_ok=altered.missing_ok,
    )


def _column_type(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    definition = command["def"]["ColumnDef"]
    written = type_name(definition["typeName"])
    using = Mentions(altered.name).walk(definition.get("raw_default"))
    yield AlterColumn(
        table=altered.name,
        column=command["name"],
        what="type",
        kind=altered.kind,
        type=written,
        uses=merge(type_uses(written), using.references()),
        missing_table_ok=altered.missing_ok,
        cascade=_cascades(command),
    )


def _set_expression(command: Node, altered: Altered, reader: Reader) -> Iterator[AnyChange]:
    mentioned = Mentions(altered.name).walk(command["def"])
    columns = mentioned.owner_columns()
    location = first_location(command["def"])
    yield AlterColumn(
        table=altered.name,
        column=command["name"],
        what="set expression",
        kind=altered.kind,
        default=reader.text.clause_after_last("AS", location) if location is not None else "",
        uses=merge((Reference("relation", Name(""), columns),) if columns else (), mentioned.references()),
        missing_table_ok=altered.missing_ok,
    )


def _identity(what: str) -> Command:
    def handler(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
        definition = command.get("def", {})
        generated: Literal["a", "d"] | None = None
        options = items(definition)
        if (constraint := definition.get("Constraint")) is not None:
            generated = constraint["generated_when"]
            options = constraint.get("options", [])
        for option, argument in def_elems(options):
            if option == "generated":
                generated = "a" if argument["Integer"]["ival"] == ord("a") else "d"
        yield AlterColumn(
            table=altered.name,
            column=command["name"],
            what=what,
            kind=altered.kind,
            identity=generated,
            sequence_name=sequence_name(options),
            missing_table_ok=altered.missing_ok,
        )

    return handler


# Private, constraints


def _add_constraint(command: Node, altered: Altered, reader: Reader) -> Iterator[AnyChange]:
    yield AddConstraint(
        table=altered.name,
        constraint=read_constraint(command["def"]["Constraint"], altered.name, reader),
        kind=altered.kind,
        missing_table_ok=altered.missing_ok,
    )


def _drop_constraint(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    yield Drop(
        kind="table constraint",
        name=Name(command["name"]),
        table=altered.name,
        if_exists=command.get("missing_ok", False),
        missing_table_ok=altered.missing_ok,
        cascade=_cascades(command),
    )


def _validate_constraint(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    yield AlterConstraint(
        table=altered.name,
        constraint=command["name"],
        what="validate",
        missing_table_ok=altered.missing_ok,
    )


def _alter_constraint(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    definition = command["def"]["ATAlterConstraint"]
    words = []
    if definition.get("alterDeferrability"):
        words.append("deferrable" if definition.get("deferrable") else "not deferrable")
    if definition.get("alterEnforceability"):
        words.append("enforced" if definition.get("is_enforced") else "not enforced")
    if definition.get("alterInheritability"):
        words.append("no inherit" if definition.get("noinherit") else "inherit")
    yield AlterConstraint(
        table=altered.name,
        constraint=definition["conname"],
        what=", ".join(words) or "alter",
        missing_table_ok=altered.missing_ok,
    )


# Private, the relation


def _table(what: str) -> Command:
    """A sub-command that changes the relation itself; `detail` is the name it mentions, if any."""

    def handler(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
        yield AlterTable(
            table=altered.name,
            what=what,
            kind=altered.kind,
            if_exists=altered.missing_ok,
            detail=command.get("name"),
        )

    return handler


def _owner(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    yield AlterTable(
        table=altered.name,
        what="owner",
        kind=altered.kind,
        if_exists=altered.missing_ok,
        detail=role_name(command["newowner"]),
    )


def _options(what: str) -> Command:
    def handler(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
        pairs = []
        for wrapped in items(command.get("def")):
            element = wrapped["DefElem"]
            name = ".".join(part for part in (element.get("defnamespace"), element["defname"]) if part)
            value = _option_value(element.get("arg", {}))
            pairs.append(name if value is None else f"{name}={value}")
        yield AlterTable(
            table=altered.name,
            what=what,
            kind=altered.kind,
            if_exists=altered.missing_ok,
            detail=", ".join(pairs),
        )

    return handler


def _of_type(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    written = type_name(command["def"]["TypeName"])
    yield AlterTable(
        table=altered.name,
        what="of",
        kind=altered.kind,
        if_exists=altered.missing_ok,
        detail=qualified(written.schema, written.name),
        of_type=Name(written.name, written.schema),
    )


def _replica_identity(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    definition = command["def"]["ReplicaIdentityStmt"]
    words = {"d": "default", "f": "full", "n": "nothing", "i": f"index {definition.get('name', '')}"}
    yield AlterTable(
        table=altered.name,
        what="replica identity",
        kind=altered.kind,
        if_exists=altered.missing_ok,
        detail=words.get(definition.get("identity_type", ""), ""),
    )


def _inherit(what: Literal["inherit", "no inherit"]) -> Command:
    def handler(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
        yield Inherit(parent=relation_name(command["def"]["RangeVar"]), child=altered.name, what=what)

    return handler


def _partition(what: Literal["attach", "detach"]) -> Command:
    def handler(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
        child = relation_name(command["def"]["PartitionCmd"]["name"])
        of_index = altered.kind == "index"
        yield Inherit(parent=altered.name, child=child, what="attach index" if of_index else what)

    return handler


def _detach_finalize(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
    yield AlterTable(
        table=relation_name(command["def"]["PartitionCmd"]["name"]),
        what="detach partition finalize",
        if_exists=altered.missing_ok,
    )


def _trigger(state: Literal["O", "D", "R", "A"], of: Literal["trigger", "rule"], *, user: bool = False) -> Command:
    def handler(command: Node, altered: Altered, _reader: Reader) -> Iterator[AnyChange]:
        yield SetTriggerState(
            table=altered.name,
            trigger=command.get("name"),
            state=state,
            kind=of,
            user_only=user,
            missing_table_ok=altered.missing_ok,
        )

    return handler


def _cascades(command: Node) -> bool:
    return command.get("behavior") == "DROP_CASCADE"


def _option_value(argument: Node) -> str | None:
    for key in ("String", "Integer", "Float", "Boolean"):
        if (value := argument.get(key)) is not None:
            return str(next(iter(value.values()), "" if key == "String" else 0))
    if (written := argument.get("TypeName")) is not None:
        return type_name(written).name
    return literal(argument)


COMMANDS: dict[str, Command] = {
    "AT_AddColumn": _add_column,
    "AT_ColumnDefault": _column_default,
    "AT_DropNotNull": _column("drop not null"),
    "AT_SetNotNull": _column("set not null"),
    "AT_SetExpression": _set_expression,
    "AT_DropExpression": _column("drop expression"),
    "AT_SetStatistics": _column("set statistics"),
    "AT_SetOptions": _column("set options"),
    "AT_ResetOptions": _column("reset options"),
    "AT_SetStorage": _column("set storage"),
    "AT_SetCompression": _column("set compression"),
    "AT_DropColumn": _drop_column,
    "AT_AddConstraint": _add_constraint,
    "AT_AlterConstraint": _alter_constraint,
    "AT_ValidateConstraint": _validate_constraint,
    "AT_DropConstraint": _drop_constraint,
    "AT_AlterColumnType": _column_type,
    "AT_AlterColumnGenericOptions": _column("set options"),
    "AT_ChangeOwner": _owner,
    "AT_ClusterOn": _table("cluster on"),
    "AT_DropCluster": _table("set without cluster"),
    "AT_SetLogged": _table("set logged"),
    "AT_SetUnLogged": _table("set unlogged"),
    "AT_DropOids": _table("set without oids"),
    "AT_SetAccessMethod": _table("set access method"),
    "AT_SetTableSpace": _table("set tablespace"),
    "AT_SetRelOptions": _options("set options"),
    "AT_ResetRelOptions": _options("reset options"),
    "AT_EnableTrig": _trigger("O", "trigger"),
    "AT_EnableAlwaysTrig": _trigger("A", "trigger"),
    "AT_EnableReplicaTrig": _trigger("R", "trigger"),
    "AT_DisableTrig": _trigger("D", "trigger"),
    "AT_EnableTrigAll": _trigger("O", "trigger"),
    "AT_DisableTrigAll": _trigger("D", "trigger"),
    "AT_EnableTrigUser": _trigger("O", "trigger", user=True),
    "AT_DisableTrigUser": _trigger("D", "trigger", user=True),
    "AT_EnableRule": _trigger("O", "rule"),
    "AT_EnableAlwaysRule": _trigger("A", "rule"),
    "AT_EnableReplicaRule": _trigger("R", "rule"),
    "AT_DisableRule": _trigger("D", "rule"),
    "AT_AddInherit": _inherit("inherit"),
    "AT_DropInherit": _inherit("no inherit"),
    "AT_AddOf": _of_type,
    "AT_DropOf": _table("not of"),
    "AT_ReplicaIdentity": _replica_identity,
    "AT_EnableRowSecurity": _table("enable row level security"),
    "AT_DisableRowSecurity": _table("disable row level security"),
    "AT_ForceRowSecurity": _table("force row level security"),
    "AT_NoForceRowSecurity": _table("no force row level security"),
    "AT_GenericOptions": _table("set options"),
    "AT_AttachPartition": _partition("attach"),
    "AT_DetachPartition": _partition("detach"),
    "AT_DetachPartitionFinalize": _detach_finalize,
    "AT_AddIdentity": _identity("add identity"),
    "AT_SetIdentity": _identity("set identity"),
    "AT_DropIdentity": _identity("drop identity"),
}
"""Every sub-command that the grammar can produce; the others of AlterTableType are PostgreSQL's own work."""
