"""From the text of a statement to what it asks for: the door through which every statement is read.

PostgreSQL's grammar gives a tree; the handler for the tree's kind reduces it to changes, names as written. SQL in
bodies of functions and DO blocks, in EXECUTE, EXPLAIN, CREATE SCHEMA comes back through here. What is not
understood becomes :class:`~auditor.model.change.Unknown`: nothing is left out in silence.

To read another kind of statement: a handler in the module of its subject, and its node's name in HANDLERS.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from auditor.migrations.effects import (
    alter_table,
    creations,
    functions,
    grants,
    indexes,
    objects,
    publications,
    queries,
    roles,
    rows,
    session,
    tables,
    triggers,
    types,
    views,
)
from auditor.migrations.effects.agreement import disagreement_about
from auditor.migrations.effects.plpgsql_calls import changes_in_call
from auditor.migrations.effects.reader import Handler, Reader
from auditor.model.change import AnyChange, CreateFunction, Unknown
from auditor.sql.tree import Node, kind_and_body
from auditor.sql.values import WORLD, World

__all__ = [
    "HANDLERS",
    "Reading",
    "changes_in_world",
    "changes_of",
    "changes_of_call",
    "changes_of_call_in_world",
    "disagreement",
    "reading_of",
]

HANDLERS: dict[str, Handler] = {
    "AlterCollationStmt": creations.altered("collation", "collname", "version"),
    "AlterDatabaseRefreshCollStmt": creations.altered("database", "dbname", "collation version"),
    "AlterDatabaseSetStmt": creations.altered("database", "dbname", "settings"),
    "AlterDatabaseStmt": creations.altered("database", "dbname", "options"),
    "AlterDefaultPrivilegesStmt": grants.default_privileges,
    "AlterDomainStmt": types.alter_domain,
    "AlterEnumStmt": types.alter_enum,
    "AlterEventTrigStmt": triggers.alter_event_trigger,
    "AlterExtensionContentsStmt": creations.alter_extension_contents,
    "AlterExtensionStmt": creations.alter_extension,
    "AlterFdwStmt": creations.alter_wrapper,
    "AlterForeignServerStmt": creations.alter_server,
    "AlterFunctionStmt": functions.alter_function,
    "AlterObjectDependsStmt": objects.depends,
    "AlterObjectSchemaStmt": objects.set_schema,
    "AlterOpFamilyStmt": creations.alter_operator_family,
    "AlterOperatorStmt": creations.alter_operator,
    "AlterOwnerStmt": objects.set_owner,
    "AlterPolicyStmt": triggers.alter_policy,
    "AlterPublicationStmt": publications.alter_publication,
    "AlterRoleSetStmt": roles.alter_role_set,
    "AlterRoleStmt": roles.alter_role,
    "AlterSeqStmt": tables.alter_sequence,
    "AlterStatsStmt": creations.altered("statistics object", "defnames", "set statistics"),
    "AlterSubscriptionStmt": creations.altered("subscription", "subname", "options"),
    "AlterSystemStmt": session.harmless("alter system"),
    "AlterTSConfigurationStmt": creations.altered("text search configuration", "cfgname", "mapping"),
    "AlterTSDictionaryStmt": creations.altered("text search dictionary", "dictname", "options"),
    "AlterTableMoveAllStmt": session.unknown("moves every relation of a tablespace to another one"),
    "AlterTableSpaceOptionsStmt": creations.altered("tablespace", "tablespacename", "options"),
    "AlterTableStmt": alter_table.alter_table,
    "AlterTypeStmt": types.alter_type,
    "AlterUserMappingStmt": creations.alter_user_mapping,
    "CallStmt": rows.call,
    "CheckPointStmt": session.harmless("checkpoint"),
    "ClosePortalStmt": session.harmless("close"),
    "ClusterStmt": indexes.cluster,
    "CommentStmt": objects.comment,
    "CompositeTypeStmt": types.create_composite,
    "ConstraintsSetStmt": session.harmless("set constraints"),
    "CopyStmt": rows.copy,
    "CreateAmStmt": creations.named("access method", "amname", functions=("handler_name",)),
    "CreateCastStmt": creations.create_cast,
    "CreateConversionStmt": creations.named("conversion", "conversion_name", functions=("func_name",)),
    "CreateDomainStmt": types.create_domain,
    "CreateEnumStmt": types.create_enum,
    "CreateEventTrigStmt": triggers.create_event_trigger,
    "CreateExtensionStmt": creations.create_extension,
    "CreateFdwStmt": creations.create_wrapper,
    "CreateForeignServerStmt": creations.create_server,
    "CreateForeignTableStmt": tables.create_foreign_table,
    "CreateFunctionStmt": functions.create_function,
    "CreateOpClassStmt": creations.create_operator_class,
    "CreateOpFamilyStmt": creations.create_operator_family,
    "CreatePLangStmt": creations.named("language", "plname", functions=("plhandler", "plinline", "plvalidator")),
    "CreatePolicyStmt": triggers.create_policy,
    "CreatePublicationStmt": publications.create_publication,
    "CreateRangeStmt": types.create_range,
    "CreateRoleStmt": roles.create_role,
    "CreateSchemaStmt": creations.create_schema,
    "CreateSeqStmt": tables.create_sequence,
    "CreateStatsStmt": tables.create_statistics,
    "CreateStmt": tables.create_table,
    "CreateSubscriptionStmt": creations.named("subscription", "subname"),
    "CreateTableAsStmt": tables.create_table_as,
    "CreateTableSpaceStmt": creations.named("tablespace", "tablespacename"),
    "CreateTransformStmt": creations.create_transform,
    "CreateTrigStmt": triggers.create_trigger,
    "CreateUserMappingStmt": creations.create_user_mapping,
    "CreatedbStmt": creations.named("database", "dbname"),
    "DeallocateStmt": session.harmless("deallocate"),
    "DeclareCursorStmt": session.declare_cursor,
    "DefineStmt": creations.define,
    "DeleteStmt": queries.query("DeleteStmt"),
    "DiscardStmt": session.discard,
    "DoStmt": functions.do_block,
    "DropOwnedStmt": roles.drop_owned,
    "DropRoleStmt": roles.drop_role,
    "DropStmt": objects.drop,
    "DropSubscriptionStmt": creations.dropped("subscription", "subname"),
    "DropTableSpaceStmt": creations.dropped("tablespace", "tablespacename"),
    "DropUserMappingStmt": creations.drop_user_mapping,
    "DropdbStmt": creations.dropped("database", "dbname"),
    "ExecuteStmt": session.execute,
    "ExplainStmt": session.explain,
    "FetchStmt": session.harmless("fetch"),
    "GrantRoleStmt": grants.grant_role,
    "GrantStmt": grants.grant,
    "ImportForeignSchemaStmt": creations.import_foreign_schema,
    "IndexStmt": indexes.create_index,
    "InsertStmt": queries.query("InsertStmt"),
    "ListenStmt": session.harmless("listen"),
    "LoadStmt": session.harmless("load"),
    "LockStmt": rows.lock,
    "MergeStmt": queries.query("MergeStmt"),
    "NotifyStmt": session.harmless("notify"),
    "PrepareStmt": session.prepare,
    "ReassignOwnedStmt": roles.reassign_owned,
    "RefreshMatViewStmt": views.refresh,
    "ReindexStmt": indexes.reindex,
    "RenameStmt": objects.rename,
    "RuleStmt": triggers.create_rule,
    "SecLabelStmt": objects.comment,
    "SelectStmt": queries.query("SelectStmt"),
    "TransactionStmt": session.transaction,
    "TruncateStmt": rows.truncate,
    "UnlistenStmt": session.harmless("unlisten"),
    "UpdateStmt": queries.query("UpdateStmt"),
    "VacuumStmt": session.harmless("vacuum or analyze"),
    "VariableSetStmt": session.set_parameter,
    "VariableShowStmt": session.harmless("show"),
    "ViewStmt": views.create_view,
}
"""By libpg_query's name of the statement's node. The other `*Stmt` nodes are parts of statements."""


class Reading(NamedTuple):
    """What a text asks for, and where the two parsers differ about it.

    Attributes:
        changes: see :func:`changes_of`.
        disagreement: see :func:`disagreement`.
    """

    changes: tuple[AnyChange, ...]
    disagreement: str | None = None


def reading_of(text: str) -> Reading:
    """Both :func:`changes_of` and :func:`disagreement`, the text being parsed once."""
    said: str | None = None

    def compare(node: Node, reader: Reader) -> Iterator[AnyChange]:
        nonlocal said
        if said is None and reader.whole:
            said = disagreement_about(node, reader.statement_text)
        yield from _dispatch(node, reader)

    try:
        changes = tuple(Reader(text, compare).read())
    except RecursionError:
        return Reading((_too_deep(text),), None)
    return Reading(changes, said)


def changes_of(text: str) -> tuple[AnyChange, ...]:
    """What a statement asks for.

    Args:
        text: one SQL statement, or several; without what only psql understands.

    Returns:
        Its changes in order. Text that PostgreSQL's grammar rejects, or that is refused, gives one
        :class:`~auditor.model.change.Unknown` that says why; nothing is raised for what a text contains.
    """
    try:
        return tuple(Reader(text, _dispatch).read())
    except RecursionError:
        return (_too_deep(text),)


def plain_changes_of(text: str) -> tuple[AnyChange, ...]:
    """As :func:`changes_of`, for judging what a statement asks for: sqlglot is neither loaded nor asked.

    The same changes, but `parser` does not say which of the parsers understood them.
    """
    try:
        return tuple(Reader(text, _dispatch, compared=False).read())
    except RecursionError:
        return (_too_deep(text),)


@lru_cache(maxsize=1024)
def changes_of_call(
    routine: CreateFunction, arguments: tuple[str | None, ...], named: tuple[str, ...] = ()
) -> tuple[AnyChange, ...]:
    """What the body of a routine does when it is called, as far as its arguments decide it.

    Args:
        routine: as the history made it, with the text of its body.
        arguments: of the call, each the text of its value, or None where that is not known.
        named: names of the last arguments, where they were given by name.

    Returns:
        Its changes in order, marked with `function`; calls of other routines among them are not followed.
    """
    return tuple(changes_in_call(routine, arguments, named, Reader("", _dispatch)))


def changes_in_world(text: str, world: World) -> Iterator[AnyChange]:
    """What a statement asks for where it can look into the catalog, one change after the other.

    Args:
        text: one SQL statement.
        world: is asked while the changes are taken: what came before may have been done by then.
    """
    try:
        yield from Reader(text, _dispatch, known={WORLD: world}).read()
    except RecursionError:
        yield _too_deep(text)


def changes_of_call_in_world(
    routine: CreateFunction, arguments: tuple[str | None, ...], named: tuple[str, ...], world: World
) -> Iterator[AnyChange]:
    """As :func:`changes_of_call`, where the body can look into the catalog."""
    yield from changes_in_call(routine, arguments, named, Reader("", _dispatch), world)


def disagreement(text: str) -> str | None:
    """What sqlglot and PostgreSQL's grammar say differently about a statement, or None.

    SQL in bodies and dynamic statements is compared too. Where sqlglot does not type a statement there is nothing
    to compare; where the grammar rejects it, :func:`changes_of` says so.

    Args:
        text: one SQL statement.
    """
    return reading_of(text).disagreement


def _dispatch(node: Node, reader: Reader) -> Iterator[AnyChange]:
    kind, body = kind_and_body(node)
    handler = HANDLERS.get(kind)
    if handler is None:
        yield Unknown(detail=f"a statement of the kind {kind or 'unknown'}", certainty="unknown")
    else:
        yield from handler(body, reader)


def _too_deep(text: str) -> Unknown:
    """What Python's stack does not reach: bodies nested in bodies, a few hundred levels of IF."""
    return Unknown(detail="nested too deeply to be read", text=text[:200], certainty="unknown")
