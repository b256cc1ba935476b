"""What changes a field in place, for the kinds and fields that few databases have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from auditor.catalog.identity import without_last_name
from auditor.catalog.kinds.cron_job import CronJob
from auditor.catalog.kinds.database import Database
from auditor.catalog.kinds.foreign_data_wrapper import ForeignDataWrapper
from auditor.catalog.kinds.foreign_table import ForeignTable
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.language import Language
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.operator import Operator
from auditor.catalog.kinds.operator_family import OperatorFamily
from auditor.catalog.kinds.publication import Publication
from auditor.catalog.kinds.role import Role
from auditor.catalog.kinds.security_label import SecurityLabel
from auditor.catalog.kinds.sequence import Sequence
from auditor.catalog.kinds.server import Server
from auditor.catalog.kinds.statistics_object import StatisticsObject
from auditor.catalog.kinds.subscription import Subscription
from auditor.catalog.kinds.table import Table
from auditor.catalog.kinds.table_column import ForeignTableColumn, TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.tablespace import Tablespace
from auditor.catalog.kinds.text_search_configuration import TextSearchConfiguration
from auditor.catalog.kinds.text_search_dictionary import TextSearchDictionary
from auditor.catalog.kinds.transform import Transform
from auditor.catalog.kinds.type import Type
from auditor.catalog.kinds.view import View
from auditor.model import CatalogObject
from auditor.repair.create import literal, own_name, routine_name, set_clause
from auditor.repair.create_rare import (
    MASKED,
    ROLE_WORDS,
    language_statement,
    membership_statement,
    publication_objects,
    publication_parameters,
    quoted,
    role_words,
    transform_statement,
)
from auditor.repair.grants import Roles
from auditor.repair.references import job_id, label_statement, reference

Alteration = Callable[[Any, Any, set[str], Roles], list[str] | None]


def _operator(expected: Operator, live: Operator, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    words = [
        f"{name.upper()} = {routine_name(value) if (value := getattr(expected, name)) else 'NONE'}"
        for name in ("restrict", "join")
        if name in fields
    ]
    return [f"ALTER {reference(live)} SET ({', '.join(words)})"]


def _members(expected: OperatorFamily, live: OperatorFamily, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    gone = [one for one in live.members if one not in expected.members]
    new = [one for one in expected.members if one not in live.members]
    dropped = [f"{match[1]} {match[2]} {match[3] or match[4]}" for one in gone if (match := _MEMBER.match(one))]
    return [
        *([f"ALTER {reference(live)} DROP {', '.join(dropped)}"] if dropped else []),
        *([f"ALTER {reference(live)} ADD {', '.join(new)}"] if new else []),
    ]


_MEMBER = re.compile(r"(OPERATOR|FUNCTION) (\d+) (?:(\([^()]*\))|[^(]*(\(.*?\))(?: FOR ORDER BY .*)?$)")
"""A member of a family: what it is, its number, its types."""


def _statistics(expected: StatisticsObject, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    target = -1 if expected.target is None else expected.target
    return [f"ALTER {reference(live)} SET STATISTICS {target}"]


def _mappings(
    expected: TextSearchConfiguration,
    live: TextSearchConfiguration,
    fields: set[str],  # noqa: ARG001
    roles: Roles,  # noqa: ARG001
) -> list[str]:
    wanted, found = (dict(_pair(one, ": ") for one in side.mappings) for side in (expected, live))
    subject = f"ALTER {reference(live)}"
    return [
        *(f"{subject} DROP MAPPING FOR {token}" for token in found if token not in wanted),
        *(
            f"{subject} {'ALTER' if token in found else 'ADD'} MAPPING FOR {token} WITH {dictionaries}"
            for token, dictionaries in wanted.items()
            if found.get(token) != dictionaries
        ),
    ]


def _dictionary(
    expected: TextSearchDictionary,
    live: TextSearchDictionary,
    fields: set[str],  # noqa: ARG001
    roles: Roles,  # noqa: ARG001
) -> list[str]:
    wanted, found = (dict(_OPTION.findall(side.options or "")) for side in (expected, live))
    said = [name for name in found if name not in wanted]
    said += [f"{name} = {value}" for name, value in wanted.items() if found.get(name) != value]
    return [f"ALTER {reference(live)} ({', '.join(said)})"]


_OPTION = re.compile(r"""("(?:[^"]|"")+"|\w+) = (E?'(?:[^']|'')*'|[^',]+)""")


def _language(expected: Language, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    return [language_statement(expected)]


def _transform(expected: Transform, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    return [transform_statement(expected)]


def _wrapper(
    expected: ForeignDataWrapper,
    live: ForeignDataWrapper,
    fields: set[str],
    roles: Roles,  # noqa: ARG001
) -> list[str]:
    words = [
        f"{name.upper()} {routine_name(value)}" if (value := getattr(expected, name)) else f"NO {name.upper()}"
        for name in ("handler", "validator")
        if name in fields
    ]
    return _with_options(f"ALTER {reference(live)}", " ".join(words), expected, live, fields)


def _server(expected: Server, live: Server, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    version = literal(expected.version) if expected.version is not None else "NULL"
    words = f"VERSION {version}" if "version" in fields else ""
    return _with_options(f"ALTER {reference(live)}", words, expected, live, fields)


def _foreign_table(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    return _with_options(f"ALTER FOREIGN TABLE {live.identity}", "", expected, live, fields)


def _with_options(subject: str, words: str, expected: Any, live: Any, fields: set[str]) -> list[str]:
    """The statement with the OPTIONS that differ, and a comment for those that are not read."""
    if "options" not in fields:
        return [f"{subject} {words}"]
    wanted, found = (dict(_pair(one, "=") for one in side.options) for side in (expected, live))
    said = [f"DROP {quoted(name)}" for name in found if name not in wanted]
    unknown = [name for name, value in wanted.items() if value == MASKED and found.get(name) != value]
    for name, value in wanted.items():
        if found.get(name) != value and value != MASKED:
            said.append(f"{'SET' if name in found else 'ADD'} {quoted(name)} {literal(value)}")
    parts = " ".join([*([words] if words else []), *([f"OPTIONS ({', '.join(said)})"] if said else [])])
    notes = [f"-- set by hand what is not shown: {', '.join(unknown)}"] if unknown else []
    return [*([f"{subject} {parts}"] if parts else []), *notes]


def _role(expected: Role, live: Role, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    name = live.identity
    statements: list[str] = []
    if words := role_words(expected, [one for one in _ATTRIBUTES if one in fields]):
        statements.append(f"ALTER ROLE {name} {words}")
    if "member_of" in fields:
        gone = [one for one in live.member_of if one not in expected.member_of]
        statements += [f"REVOKE {one.partition(' WITH ')[0]} FROM {name}" for one in gone]
        statements += [membership_statement(name, one) for one in expected.member_of if one not in live.member_of]
    if "settings" in fields:
        statements += _settings(f"ALTER ROLE {name}", expected.settings, live.settings)
    if "database_settings" in fields:
        for one in _settings(
            f"ALTER ROLE {name} IN DATABASE %I", expected.database_settings, live.database_settings
        ):
            statements.append(f"DO $do$ BEGIN EXECUTE format({literal(one)}, current_database()); END $do$")
    return statements


_ATTRIBUTES = (*ROLE_WORDS, "connection_limit", "valid_until")


def _settings(subject: str, expected: list[str], live: list[str]) -> list[str]:
    """SET what differs and RESET what is not wanted; a masked value is for hands."""
    wanted = {one.partition("=")[0] for one in expected}
    statements = [
        f"{subject} RESET {one.partition('=')[0]}" for one in live if one.partition("=")[0] not in wanted
    ]
    for one in expected:
        if one in live:
            continue
        name, _, value = one.partition("=")
        statements.append(f"-- set {name} by hand" if value == MASKED else f"{subject} {set_clause(one)}")
    return statements


def _database(expected: Database, live: Database, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    subject = f"ALTER DATABASE {live.identity}"
    words = {
        "connections": f"ALLOW_CONNECTIONS {'true' if expected.connections else 'false'}",
        "connection_limit": f"CONNECTION LIMIT {expected.connection_limit}",
        "template": f"IS_TEMPLATE {'true' if expected.template else 'false'}",
        "tablespace": f"SET TABLESPACE {expected.tablespace}",
    }
    statements = [f"{subject} {text}" for name, text in words.items() if name in fields]
    return statements + (_settings(subject, expected.settings, live.settings) if "settings" in fields else [])


def _subscription(expected: Subscription, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    subject = f"ALTER SUBSCRIPTION {live.identity}"
    flag = {True: "true", False: "false"}
    words = {
        "slot": f"slot_name = {literal(expected.slot) if expected.slot else 'NONE'}",
        "binary": f"binary = {flag[expected.binary]}",
        "streaming": f"streaming = {expected.streaming}",
        "disable_on_error": f"disable_on_error = {flag[expected.disable_on_error]}",
        "synchronous_commit": f"synchronous_commit = {literal(expected.synchronous_commit)}",
        "password_required": f"password_required = {flag[expected.password_required]}",
        "run_as_owner": f"run_as_owner = {flag[expected.run_as_owner]}",
        "origin": f"origin = {expected.origin}",
        "failover": f"failover = {flag[expected.failover]}",
    }
    said = ", ".join(text for name, text in words.items() if name in fields)
    # Without a slot it cannot be on.
    statements = [f"{subject} DISABLE"] if "active" in fields and not expected.active else []
    statements += [f"{subject} SET ({said})"] if said else []
    if "publications" in fields:
        names = ", ".join(expected.publications)
        statements.append(f"{subject} SET PUBLICATION {names} WITH (refresh = false)")
    if "active" in fields and expected.active:
        statements.append(f"{subject} ENABLE")
    return statements


def _publication(expected: Publication, live: Publication, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    subject = f"ALTER PUBLICATION {live.identity}"
    parameters = publication_parameters(expected, fields)
    statements = [f"{subject} SET ({parameters})"] if parameters else []
    if fields & {"tables", "schemas"}:
        objects = publication_objects(expected)
        names = [f"TABLE {one.partition(' ')[0]}" for one in live.tables]
        gone = ", ".join([*names, *(f"TABLES IN SCHEMA {one}" for one in live.schemas)])
        statements.append(f"{subject} SET {objects}" if objects else f"{subject} DROP {gone}")
    return statements


def _label(expected: SecurityLabel, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    return [label_statement(expected, expected.label)]


def _job(expected: CronJob, live: CronJob, fields: set[str], roles: Roles) -> list[str]:
    database = "current_database()" if expected.database is None else literal(expected.database.strip('"'))
    words = {
        "schedule": f"schedule := {literal(expected.schedule)}",
        "command": f"command := {literal(expected.command)}",
        "database": f"database := {database}",
        "role": f"username := {literal(roles.on_live(expected.role).strip(chr(34)))}",
        "active": f"active := {'true' if expected.active else 'false'}",
    }
    said = ", ".join(text for name, text in words.items() if name in fields)
    return [f"SELECT cron.alter_job({job_id(live)}, {said})"]


def _view(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str]:
    statements: list[str] = []
    kind = live.KIND.upper()
    if "column_defaults" in fields:
        wanted, found = (dict(_pair(one, "=") for one in side.column_defaults) for side in (expected, live))
        subject = f"ALTER VIEW {live.identity} ALTER COLUMN"
        statements += [f"{subject} {name} DROP DEFAULT" for name in found if name not in wanted]
        for name, value in wanted.items():
            statements += [f"{subject} {name} SET DEFAULT {value}"] if found.get(name) != value else []
    if "column_settings" in fields:
        statements += _column_settings(f"ALTER {kind} {live.identity} ALTER COLUMN", expected, live)
    if "column_privileges" in fields:
        statements += _column_privileges(expected.column_privileges, live.column_privileges, live, roles)
    if "column_comments" in fields:
        statements += _column_comments(expected.column_comments, live.column_comments, live.identity)
    return statements


def _column_settings(subject: str, expected: MaterializedView, live: MaterializedView) -> list[str]:
    gone = {
        "STATISTICS": "SET STATISTICS -1",
        "STORAGE": "SET STORAGE DEFAULT",
        "COMPRESSION": "SET COMPRESSION default",
    }
    statements: list[str] = []
    wanted, found = (
        {_setting(one)[:2]: _setting(one)[2] for one in side.column_settings} for side in (expected, live)
    )
    for name, what in found:
        if (name, what) in wanted:
            continue
        names = ", ".join(one.partition("=")[0] for one in found[name, what].strip("()").split(", "))
        statements.append(f"{subject} {name} {gone.get(what) or f'RESET ({names})'}")
    for (name, what), value in wanted.items():
        if found.get((name, what)) != value:
            statements.append(f"{subject} {name} SET {f'{what} ' if what else ''}{value}")
    return statements


def _setting(text: str) -> tuple[str, str, str]:
    """Column, word and value of `name STATISTICS 100`; no word for `name (n_distinct=5)`."""
    match = re.fullmatch(r'("(?:[^"]|"")+"|\S+) (?:(STATISTICS|STORAGE|COMPRESSION) )?(.*)', text, re.DOTALL)
    if match is None:
        raise ValueError(text)
    return match[1], match[2] or "", match[3]


def _column_privileges(expected: list[str], live: list[str], item: CatalogObject, roles: Roles) -> list[str]:
    owner = item.values()["owner"]
    wanted = {_on_live(one, roles) for one in expected}
    statements = []
    for verb, texts in (("REVOKE", set(live) - wanted), ("GRANT", wanted - set(live))):
        for text in sorted(texts):
            grantee, _, what = text.rpartition(": ")
            name = {"public": "PUBLIC", "owner": owner}.get(grantee, grantee)
            option = " WITH GRANT OPTION" if what.endswith("*") and verb == "GRANT" else ""
            link = "FROM" if verb == "REVOKE" else "TO"
            statements.append(f"{verb} {what.removesuffix('*')} ON TABLE {item.identity} {link} {name}{option}")
    return statements


def _on_live(text: str, roles: Roles) -> str:
    grantee, separator, what = text.rpartition(": ")
    return f"{roles.on_live(grantee)}{separator}{what}"


def _column_comments(expected: list[str], live: list[str], identity: str) -> list[str]:
    wanted, found = (dict(_pair(one, ": ") for one in side) for side in (expected, live))
    subject = f"COMMENT ON COLUMN {identity}"
    return [
        *(f"{subject}.{name} IS NULL" for name in found if name not in wanted),
        *(f"{subject}.{name} IS {literal(text)}" for name, text in wanted.items() if found.get(name) != text),
    ]


def _type(expected: Type, live: Type, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    statements: list[str] = []
    if "attributes" in fields:
        if (changed := _attributes(expected, live)) is None:
            return None
        statements += changed
    if "attribute_comments" in fields:
        statements += _column_comments(expected.attribute_comments, live.attribute_comments, live.identity)
    return statements


def _attributes(expected: Type, live: Type) -> list[str] | None:
    """What ALTER TYPE can do: drop, change, and add at the end."""
    wanted, found = (dict(_pair(one, " ") for one in side.attributes) for side in (expected, live))
    kept = [name for name in found if name in wanted]
    if list(wanted)[: len(kept)] != kept:
        return None
    subject = f"ALTER TYPE {live.identity}"
    return [
        *(f"{subject} DROP ATTRIBUTE {name}" for name in found if name not in wanted),
        *(f"{subject} ALTER ATTRIBUTE {name} TYPE {wanted[name]}" for name in kept if wanted[name] != found[name]),
        *(f"{subject} ADD ATTRIBUTE {name} {words}" for name, words in wanted.items() if name not in found),
    ]


def _place(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    """Tablespace and clustering, of tables, materialized views, indexes and constraints."""
    statements = []
    kind, name, table = live.KIND.upper(), live.identity, getattr(live, "table", "")
    if isinstance(live, TableConstraint):
        schema = without_last_name(live.table)
        kind, name = "INDEX", f"{schema}.{own_name(live.identity)}" if schema else own_name(live.identity)
    if "tablespace" in fields:
        statements.append(f"ALTER {kind} {name} SET TABLESPACE {expected.tablespace or 'pg_default'}")
    if "clustered" in fields:
        on = f"CLUSTER ON {own_name(live.identity)}" if expected.clustered else "SET WITHOUT CLUSTER"
        statements.append(f"ALTER TABLE {table} {on}")
    if "access_method" in fields:
        statements.append(f"ALTER {kind} {name} SET ACCESS METHOD {expected.access_method or 'DEFAULT'}")
    if "options" in fields:
        statements += _options(f"ALTER {kind} {name}", expected.options, live.options)
    return statements


def _tablespace(expected: Tablespace, live: Tablespace, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    return _options(f"ALTER TABLESPACE {live.identity}", expected.options, live.options)


def _options(subject: str, expected: Iterable[str], live: Iterable[str]) -> list[str]:
    wanted = {one.partition("=")[0] for one in expected}
    gone = [name for one in live if (name := one.partition("=")[0]) not in wanted]
    new = [one for one in expected if one not in set(live)]
    return [
        *([f"{subject} RESET ({', '.join(gone)})"] if gone else []),
        *([f"{subject} SET ({', '.join(new)})"] if new else []),
    ]


def _index(expected: Index, live: Index, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    wanted, found = (dict(_pair(one, ": ") for one in side.statistics) for side in (expected, live))
    changed = {
        place: wanted.get(place, "-1") for place in {**found, **wanted} if wanted.get(place) != found.get(place)
    }
    return [
        f"ALTER INDEX {live.identity} ALTER COLUMN {place} SET STATISTICS {to}" for place, to in changed.items()
    ]


def _column(expected: TableColumn, live: TableColumn, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    subject = f"ALTER {live.table_kind.upper()} {live.table} ALTER COLUMN {own_name(live.identity)}"
    statements: list[str] = []
    if "storage" in fields:
        statements.append(f"{subject} SET STORAGE {(expected.storage or 'default').upper()}")
    if "compression" in fields:
        statements.append(f"{subject} SET COMPRESSION {expected.compression or 'default'}")
    if "statistics" in fields:
        statements.append(f"{subject} SET STATISTICS {-1 if expected.statistics is None else expected.statistics}")
    if "options" in fields and isinstance(live, ForeignTableColumn):
        statements += _with_options(subject, "", expected, live, fields)
    elif "options" in fields:
        statements += _options(subject, expected.options, live.options)
    if "identity_generation" in fields:
        if expected.identity_generation is None:
            statements.append(f"{subject} DROP IDENTITY")
        elif live.identity_generation is None:
            statements.append(f"{subject} ADD GENERATED {expected.identity_generation.upper()} AS IDENTITY")
        else:
            statements.append(f"{subject} SET GENERATED {expected.identity_generation.upper()}")
    if "collation" in fields:
        collate = f" COLLATE {expected.collation}" if expected.collation else ""
        statements.append(f"{subject} TYPE {expected.type}{collate}")
    return statements


def _constraint(
    expected: TableConstraint,
    live: TableConstraint,
    fields: set[str],  # noqa: ARG001
    roles: Roles,  # noqa: ARG001
) -> list[str] | None:
    """A foreign key can be made to wait, or not to."""
    if live.type != "f":
        return None
    deferrable = "DEFERRABLE" if expected.deferrable else "NOT DEFERRABLE"
    deferred = " INITIALLY DEFERRED" if expected.initially_deferred else ""
    return [f"ALTER TABLE {live.table} ALTER CONSTRAINT {own_name(live.identity)} {deferrable}{deferred}"]


def _sequence(expected: Sequence, live: Sequence, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    subject = f"ALTER SEQUENCE {live.identity}"
    return [
        *([f"{subject} OWNED BY {expected.owned_by or 'NONE'}"] if "owned_by" in fields else []),
        *(
            [f"{subject} SET {'LOGGED' if expected.persistence == 'permanent' else 'UNLOGGED'}"]
            if "persistence" in fields
            else []
        ),
    ]


def _inheritance(expected: Table, live: Table, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    subject = f"ALTER TABLE {live.identity}"
    gone = [parent for parent in live.inherits if parent not in expected.inherits]
    new = [parent for parent in expected.inherits if parent not in live.inherits]
    return [*(f"{subject} NO INHERIT {one}" for one in gone), *(f"{subject} INHERIT {one}" for one in new)]


def _partition(expected: Table, live: Table, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    statements = []
    if live.partition_of is not None:
        statements.append(f"ALTER TABLE {live.partition_of} DETACH PARTITION {live.identity}")
    if expected.partition_of is not None:
        bound = expected.partition_bound or ""
        statements.append(f"ALTER TABLE {expected.partition_of} ATTACH PARTITION {live.identity} {bound}")
    return statements


def _pair(text: str, separator: str) -> tuple[str, str]:
    """What stands before and behind a separator that is not within a quoted name."""
    if text.startswith('"'):
        match = re.match(r'"(?:[^"]|"")+"', text)
        at = match.end() if match is not None else 0
        return text[:at], text[at:].removeprefix(separator)
    before, _, behind = text.partition(separator)
    return before, behind


def _only(*kinds: type[CatalogObject]) -> Callable[[Alteration], Alteration]:
    """An alteration that says None for objects of other kinds."""

    def limited(alteration: Alteration) -> Alteration:
        def alter(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:
            return alteration(expected, live, fields, roles) if isinstance(live, kinds) else None

        return alter

    return limited


_ATTRIBUTES_OF_ROLES = {*_ATTRIBUTES, "member_of", "settings", "database_settings"}
MORE_ALTERATIONS: tuple[tuple[frozenset[str], Alteration], ...] = (
    (frozenset({"restrict", "join"}), _only(Operator)(_operator)),
    (frozenset({"members"}), _only(OperatorFamily)(_members)),
    (frozenset({"target"}), _only(StatisticsObject)(_statistics)),
    (frozenset({"mappings"}), _only(TextSearchConfiguration)(_mappings)),
    (frozenset({"options"}), _only(TextSearchDictionary)(_dictionary)),
    (frozenset({"trusted", "handler", "inline", "validator"}), _only(Language)(_language)),
    (frozenset({"from_sql", "to_sql"}), _only(Transform)(_transform)),
    (frozenset({"handler", "validator", "options"}), _only(ForeignDataWrapper)(_wrapper)),
    (frozenset({"version", "options"}), _only(Server)(_server)),
    (frozenset({"options"}), _only(ForeignTable)(_foreign_table)),
    (frozenset(_ATTRIBUTES_OF_ROLES), _only(Role)(_role)),
    (
        frozenset({"connections", "connection_limit", "template", "tablespace", "settings"}),
        _only(Database)(_database),
    ),
    (
        frozenset(
            {"slot", "binary", "streaming", "disable_on_error", "synchronous_commit", "password_required"}
            | {"run_as_owner", "origin", "failover", "publications", "active"}
        ),
        _only(Subscription)(_subscription),
    ),
    (
        frozenset({"publish", "via_root", "generated_columns", "tables", "schemas"}),
        _only(Publication)(_publication),
    ),
    (frozenset({"label"}), _only(SecurityLabel)(_label)),
    (frozenset({"schedule", "command", "database", "role", "active"}), _only(CronJob)(_job)),
    (
        frozenset({"column_defaults", "column_settings", "column_privileges", "column_comments"}),
        _only(View, MaterializedView)(_view),
    ),
    (frozenset({"attributes", "attribute_comments"}), _only(Type)(_type)),
    (frozenset({"tablespace", "access_method"}), _only(Table)(_place)),
    (frozenset({"tablespace"}), _only(MaterializedView)(_place)),
    (frozenset({"tablespace", "clustered"}), _only(Index)(_place)),
    (frozenset({"tablespace", "clustered", "options"}), _only(TableConstraint)(_place)),
    (frozenset({"options"}), _only(Tablespace)(_tablespace)),
    (frozenset({"statistics"}), _only(Index)(_index)),
    (
        frozenset({"storage", "compression", "statistics", "options", "identity_generation", "collation"}),
        _only(TableColumn)(_column),
    ),
    (frozenset({"owned_by", "persistence"}), _only(Sequence)(_sequence)),
    (frozenset({"deferrable", "initially_deferred"}), _only(TableConstraint)(_constraint)),
    (frozenset({"inherits"}), _only(Table)(_inheritance)),
    (frozenset({"partition_of", "partition_bound"}), _only(Table)(_partition)),
)
"""Fields -> what changes them in place, each for some kinds."""
