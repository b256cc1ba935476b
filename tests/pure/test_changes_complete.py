"""Nothing of PostgreSQL's grammar is forgotten: each table of handlers against libpg_query's own lists."""

from __future__ import annotations

from postgast import pg_query_pb2

from auditor.migrations.effects import HANDLERS
from auditor.migrations.effects.alter_table import COMMANDS
from auditor.migrations.effects.columns import SERIAL_TYPES
from auditor.migrations.effects.targets import KINDS
from auditor.sql.builtin import BUILTIN_TYPES

PARTS_OF_STATEMENTS = {"PLAssignStmt", "RawStmt", "ReplicaIdentityStmt", "ReturnStmt", "SetOperationStmt"}

# What PostgreSQL makes of a command while it runs it; the grammar never produces these.
INTERNAL_COMMANDS = {
    "AT_AddColumnToView",
    "AT_AddIndex",
    "AT_AddIndexConstraint",
    "AT_CookedColumnDefault",
    "AT_ReAddComment",
    "AT_ReAddConstraint",
    "AT_ReAddDomainConstraint",
    "AT_ReAddIndex",
    "AT_ReAddStatistics",
    "AT_ReplaceRelOptions",
}


def test_every_statement_has_a_handler() -> None:
    nodes = {field.message_type.name for field in pg_query_pb2.Node.DESCRIPTOR.fields if field.message_type}
    statements = {name for name in nodes if name.endswith("Stmt")}
    assert statements - PARTS_OF_STATEMENTS == set(HANDLERS)


def test_every_subcommand_of_alter_table_has_a_handler() -> None:
    known = {name for name in pg_query_pb2.AlterTableType.keys() if name.startswith("AT_")}  # noqa: SIM118
    assert known - INTERNAL_COMMANDS == set(COMMANDS)


def test_every_kind_of_object_has_a_name() -> None:
    known = set(pg_query_pb2.ObjectType.keys())
    assert known - {"OBJECT_TYPE_UNDEFINED", "OBJECT_AMOP", "OBJECT_AMPROC"} == set(KINDS)


def test_serial_is_no_type() -> None:
    assert not SERIAL_TYPES & BUILTIN_TYPES
