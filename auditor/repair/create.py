"""The statement that makes an object of a snapshot, for the kinds where its fields say all of it.

The fields hold PostgreSQL's own spelling, with every name qualified, so that the text can be run with any
`search_path`. Tables, sequences and types are not among them: they hold rows, or others hang on them, and no one
statement brings them back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from auditor.catalog.kinds.domain_constraint import DomainConstraint
from auditor.catalog.kinds.event_trigger import EventTrigger
from auditor.catalog.kinds.extension import Extension
from auditor.catalog.kinds.function import Function, Procedure
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.policy import Policy
from auditor.catalog.kinds.rule import Rule
from auditor.catalog.kinds.schema import Schema
from auditor.catalog.kinds.table_column import TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.trigger import Trigger
from auditor.catalog.kinds.view import View
from auditor.model import CatalogObject
from auditor.sql.names import quote_identifier

_LIST_SETTINGS = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)
"""Settings whose value is a list of identifiers (`GUC_LIST_QUOTE`): not to be put into quotes as a whole."""

_EMPTY = '""'

STATES = {"origin": "ENABLE", "always": "ENABLE ALWAYS", "replica": "ENABLE REPLICA", "disabled": "DISABLE"}
"""Enabled state of a trigger, rule or event trigger -> the words of ALTER that set it."""


def create_statements(item: CatalogObject) -> list[str] | None:
    """The statements that make the object, without semicolons, or None for a kind that has no such text."""
    maker = _MAKERS.get(type(item))
    return maker(item) if maker is not None else None


def literal(text: str) -> str:
    """A string literal, safe whatever `standard_conforming_strings` says."""
    quoted = "'" + text.replace("'", "''") + "'"
    return f"E{quoted}".replace("\\", "\\\\") if "\\" in text else quoted


def dollar_quoted(text: str) -> str:
    """The text in dollar quotes that do not occur in it."""
    tag, number = "$$", 0
    while tag in text or text.endswith("$"):
        number += 1
        tag = f"$body{number}$"
        if tag not in text:
            break
    return f"{tag}{text}{tag}"


def routine_name(identity: str) -> str:
    """`public.f` of `public.f(integer)`."""
    quoted = False
    for at, character in enumerate(identity):
        if character == '"':
            quoted = not quoted
        elif character == "(" and not quoted:
            return identity[:at]
    return identity


def own_name(identity: str) -> str:
    """`tg` of `tg on public.t`; the last part of a dotted name otherwise."""
    parts = re.findall(r'"(?:[^"]|"")*"|[^\s."]+', identity)
    return str(parts[0] if re.search(r'^("(?:[^"]|"")*"|\S+) on ', identity) else parts[-1])


def set_clause(setting: str) -> str:
    """`SET search_path TO public, pg_temp` of `search_path=public, pg_temp`."""
    name, _, value = setting.partition("=")
    parts = ".".join(quote_identifier(part) for part in name.split("."))
    if name.lower() in _LIST_SETTINGS:
        # An empty list is stored as "", which is no name.
        return f"SET {parts} TO {value if value not in ('', _EMPTY) else literal('')}"
    return f"SET {parts} TO {literal(value)}"


def function_statement(item: Function, *, replace: bool = True) -> str:
    """CREATE [OR REPLACE] FUNCTION or PROCEDURE with everything that `pg_proc` holds but owner and privileges."""
    procedure = isinstance(item, Procedure)
    verb = "CREATE OR REPLACE" if replace else "CREATE"
    lines = [f"{verb} {item.KIND.upper()} {routine_name(item.identity)}({item.arguments})"]
    if item.returns is not None and not procedure:
        lines.append(f"RETURNS {item.returns}")
    words = [f"LANGUAGE {quote_identifier(item.language)}"]
    words += [f"TRANSFORM {', '.join(f'FOR TYPE {name}' for name in item.transforms)}"] if item.transforms else []
    if not procedure:
        words.append(item.volatility.upper())
        words += ["WINDOW"] if item.window else []
        words += ["STRICT"] if item.strict else []
        words += ["LEAKPROOF"] if item.leakproof else []
        words.append(f"PARALLEL {item.parallel.upper()}")
        words.append(f"COST {item.cost:g}")
        words += [f"ROWS {item.rows:g}"] if item.rows else []
        words += [f"SUPPORT {routine_name(item.support)}"] if item.support else []
    if item.security_definer:
        words.append("SECURITY DEFINER")
    lines.append(" ".join(words))
    lines += [set_clause(setting) for setting in item.settings]
    if item.library is not None:
        lines.append(f"AS {literal(item.library)}, {literal(item.body)}")
    elif item.language == "sql" and re.match(r"\s*(RETURN\b|BEGIN\s+ATOMIC\b)", item.body):
        lines.append(item.body)
    else:
        lines.append(f"AS {dollar_quoted(item.body)}")
    return "\n".join(lines)


def column_definition(item: TableColumn) -> str:
    """`name type COLLATE ... DEFAULT ... NOT NULL`, as ADD COLUMN takes it."""
    words = [own_name(item.identity), item.type]
    if item.collation is not None:
        words.append(f"COLLATE {item.collation}")
    if item.generated is not None:
        words.append(f"GENERATED ALWAYS AS ({item.default}) {item.generated.upper()}")
    elif item.default is not None:
        words.append(f"DEFAULT {item.default}")
    if item.identity_generation is not None:
        words.append(f"GENERATED {item.identity_generation.upper()} AS IDENTITY")
    if item.not_null:
        words.append("NOT NULL")
    return " ".join(words)


def constraint_definition(item: TableConstraint) -> str:
    """What stands behind ADD CONSTRAINT NAME."""
    include = f" INCLUDE ({', '.join(item.include)})" if item.include else ""
    options = f" WITH ({', '.join(item.options)})" if item.options else ""
    options += f" USING INDEX TABLESPACE {item.tablespace}" if item.tablespace else ""
    last = f"{item.columns[-1]} WITHOUT OVERLAPS" if item.temporal and item.columns else ""
    columns = ", ".join([*item.columns[:-1], last] if last and item.type != "f" else item.columns)
    match item.type:
        case "p":
            text = f"PRIMARY KEY ({columns}){include}{options}"
        case "u":
            nulls = "NULLS NOT DISTINCT " if item.nulls_not_distinct else ""
            text = f"UNIQUE {nulls}({columns}){include}{options}"
        case "c":
            text = f"CHECK ({item.expression})" + (" NO INHERIT" if item.no_inherit else "")
        case "x":
            where = f" WHERE ({item.predicate})" if item.predicate else ""
            text = f"EXCLUDE USING {item.method} ({', '.join(item.elements)}){include}{options}{where}"
        case _:
            text = _foreign_key(item)
    if item.deferrable:
        text += " DEFERRABLE" + (" INITIALLY DEFERRED" if item.initially_deferred else "")
    if not item.enforced:
        return f"{text} NOT ENFORCED"
    return text if item.validated else f"{text} NOT VALID"


# Private


def _foreign_key(item: TableConstraint) -> str:
    columns, others = list(item.columns), list(item.references_columns)
    if item.temporal:
        columns[-1], others[-1] = f"PERIOD {columns[-1]}", f"PERIOD {others[-1]}"
    text = f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {item.references} ({', '.join(others)})"
    if item.match not in (None, "simple"):
        text += f" MATCH {(item.match or '').upper()}"
    for event, action in (("UPDATE", item.on_update), ("DELETE", item.on_delete)):
        if action not in (None, "no action"):
            verb, parenthesis, columns_of_it = (action or "").partition("(")
            text += f" ON {event} {verb.upper()}{parenthesis}{columns_of_it}"
    return text


def _schema(item: Schema) -> list[str]:
    return [f"CREATE SCHEMA {item.identity}"]


def _extension(item: Extension) -> list[str]:
    return [f"CREATE EXTENSION {item.identity} WITH SCHEMA {item.schema} VERSION {literal(item.version)}"]


def _function(item: Function) -> list[str]:
    return [function_statement(item)]


def _index(item: Index) -> list[str]:
    words = [f"CREATE {'UNIQUE ' if item.unique else ''}INDEX {own_name(item.identity)} ON {item.table}"]
    words.append(f"USING {item.method} ({', '.join(item.keys)})")
    if item.include:
        words.append(f"INCLUDE ({', '.join(item.include)})")
    if item.nulls_not_distinct:
        words.append("NULLS NOT DISTINCT")
    if item.options:
        words.append(f"WITH ({', '.join(item.options)})")
    if item.tablespace:
        words.append(f"TABLESPACE {item.tablespace}")
    if item.predicate:
        words.append(f"WHERE {item.predicate}")
    statements = [" ".join(words)]
    if item.partition_of is not None:
        statements.append(f"ALTER INDEX {item.partition_of} ATTACH PARTITION {item.identity}")
    if item.clustered:
        statements.append(f"ALTER TABLE {item.table} CLUSTER ON {own_name(item.identity)}")
    for target in item.statistics:
        place, _, value = target.partition(": ")
        statements.append(f"ALTER INDEX {item.identity} ALTER COLUMN {place} SET STATISTICS {value}")
    return statements


def _trigger(item: Trigger) -> list[str] | None:
    if item.cloned_from is not None:
        return None  # comes with the trigger of the partitioned table
    events = [
        f"UPDATE OF {', '.join(item.columns)}" if event == "update" and item.columns else event.upper()
        for event in item.events
    ]
    words = [f"CREATE {'CONSTRAINT ' if item.constraint else ''}TRIGGER {own_name(item.identity)}"]
    words.append(f"{item.timing.upper()} {' OR '.join(events)} ON {item.table}")
    if item.referenced_table:
        words.append(f"FROM {item.referenced_table}")
    if item.deferrable:
        words.append("DEFERRABLE" + (" INITIALLY DEFERRED" if item.initially_deferred else ""))
    if item.old_table or item.new_table:
        words.append("REFERENCING")
        words += [f"OLD TABLE AS {item.old_table}"] if item.old_table else []
        words += [f"NEW TABLE AS {item.new_table}"] if item.new_table else []
    words.append(f"FOR EACH {item.level.upper()}")
    if item.when:
        words.append(f"WHEN ({item.when})")
    arguments = ", ".join(literal(argument) for argument in item.arguments)
    words.append(f"EXECUTE FUNCTION {routine_name(item.function)}({arguments})")
    statements = [" ".join(words)]
    if item.enabled != "origin":
        statements.append(f"ALTER TABLE {item.table} {STATES[item.enabled]} TRIGGER {own_name(item.identity)}")
    return statements


def _policy(item: Policy) -> list[str]:
    words = [f"CREATE POLICY {own_name(item.identity)} ON {item.table}"]
    words.append(f"AS {'PERMISSIVE' if item.permissive else 'RESTRICTIVE'} FOR {item.command.upper()}")
    words.append(f"TO {', '.join(item.roles)}")
    words += [f"USING ({item.using})"] if item.using else []
    words += [f"WITH CHECK ({item.check})"] if item.check else []
    return [" ".join(words)]


def _rule(item: Rule) -> list[str]:
    statements = [item.definition.rstrip().removesuffix(";")]
    if item.enabled != "origin":
        statements.append(f"ALTER TABLE {item.table} {STATES[item.enabled]} RULE {own_name(item.identity)}")
    return statements


def _event_trigger(item: EventTrigger) -> list[str]:
    tags = f" WHEN TAG IN ({', '.join(literal(tag) for tag in item.tags)})" if item.tags else ""
    function = routine_name(item.function)
    statements = [f"CREATE EVENT TRIGGER {item.identity} ON {item.event}{tags} EXECUTE FUNCTION {function}()"]
    if item.enabled != "origin":
        statements.append(f"ALTER EVENT TRIGGER {item.identity} {STATES[item.enabled]}")
    return statements


def _view(item: View) -> list[str]:
    options = [
        *(["security_barrier=true"] if item.security_barrier else []),
        *(["security_invoker=true"] if item.security_invoker else []),
        *([f"check_option={item.check_option}"] if item.check_option else []),
    ]
    with_options = f" WITH ({', '.join(options)})" if options else ""
    return [f"CREATE OR REPLACE VIEW {item.identity}{with_options} AS\n{_query(item.definition)}"]


def _materialized_view(item: MaterializedView) -> list[str]:
    using = f" USING {item.access_method}" if item.access_method else ""
    options = f" WITH ({', '.join(item.options)})" if item.options else ""
    tablespace = f" TABLESPACE {item.tablespace}" if item.tablespace else ""
    data = "" if item.populated else "\nWITH NO DATA"
    head = f"CREATE MATERIALIZED VIEW {item.identity}{using}{options}{tablespace} AS"
    return [f"{head}\n{_query(item.definition)}{data}"]


def _query(definition: str) -> str:
    return definition.strip().removesuffix(";")


def _column(item: TableColumn) -> list[str] | None:
    if item.inherited:
        return None
    return [f"ALTER {item.table_kind.upper()} {item.table} ADD COLUMN {column_definition(item)}"]


def _constraint(item: TableConstraint) -> list[str] | None:
    if item.inherited:
        return None
    name = own_name(item.identity)
    statements = [f"ALTER TABLE {item.table} ADD CONSTRAINT {name} {constraint_definition(item)}"]
    return [*statements, f"ALTER TABLE {item.table} CLUSTER ON {name}"] if item.clustered else statements


def _domain_constraint(item: DomainConstraint) -> list[str]:
    valid = "" if item.validated else " NOT VALID"
    name = own_name(item.identity)
    return [f"ALTER DOMAIN {item.domain} ADD CONSTRAINT {name} CHECK ({item.expression}){valid}"]


_MAKERS: Mapping[type[CatalogObject], Callable[..., list[str] | None]] = {
    DomainConstraint: _domain_constraint,
    EventTrigger: _event_trigger,
    Extension: _extension,
    Function: _function,
    Index: _index,
    MaterializedView: _materialized_view,
    Policy: _policy,
    Procedure: _function,
    Rule: _rule,
    Schema: _schema,
    TableColumn: _column,
    TableConstraint: _constraint,
    Trigger: _trigger,
    View: _view,
}
