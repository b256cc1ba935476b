"""What changes a field in place, for the kinds and fields that few databases have."""

from __future__ import annotations

import re
from typing import Any

from auditor.catalog.kinds.cron_job import CronJob
from auditor.catalog.kinds.database import Database
from auditor.catalog.kinds.foreign_data_wrapper import ForeignDataWrapper
from auditor.catalog.kinds.foreign_table import ForeignTable
from auditor.catalog.kinds.language import Language
from auditor.catalog.kinds.operator import Operator
from auditor.catalog.kinds.operator_family import OperatorFamily
from auditor.catalog.kinds.publication import Publication
from auditor.catalog.kinds.role import Role
from auditor.catalog.kinds.security_label import SecurityLabel
from auditor.catalog.kinds.server import Server
from auditor.catalog.kinds.statistics_object import StatisticsObject
from auditor.catalog.kinds.subscription import Subscription
from auditor.catalog.kinds.text_search_configuration import TextSearchConfiguration
from auditor.catalog.kinds.text_search_dictionary import TextSearchDictionary
from auditor.catalog.kinds.transform import Transform
from auditor.repair.alteration import Alteration, only, pair, with_options
from auditor.repair.create import literal, routine_name, set_clause
from auditor.repair.create_rare import (
    MASKED,
    ROLE_WORDS,
    language_statement,
    membership_statement,
    publication_objects,
    publication_parameters,
    role_words,
    transform_statement,
)
from auditor.repair.grants import Roles
from auditor.repair.references import job_id, label_statement, reference


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
    wanted, found = (dict(pair(one, ": ") for one in side.mappings) for side in (expected, live))
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
    return with_options(f"ALTER {reference(live)}", " ".join(words), expected, live, fields)


def _server(expected: Server, live: Server, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    version = literal(expected.version) if expected.version is not None else "NULL"
    words = f"VERSION {version}" if "version" in fields else ""
    return with_options(f"ALTER {reference(live)}", words, expected, live, fields)


def _foreign_table(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    return with_options(f"ALTER FOREIGN TABLE {live.identity}", "", expected, live, fields)


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


_ATTRIBUTES_OF_ROLES = {*_ATTRIBUTES, "member_of", "settings", "database_settings"}
RARE: tuple[tuple[frozenset[str], Alteration], ...] = (
    (frozenset({"restrict", "join"}), only(Operator)(_operator)),
    (frozenset({"members"}), only(OperatorFamily)(_members)),
    (frozenset({"target"}), only(StatisticsObject)(_statistics)),
    (frozenset({"mappings"}), only(TextSearchConfiguration)(_mappings)),
    (frozenset({"options"}), only(TextSearchDictionary)(_dictionary)),
    (frozenset({"trusted", "handler", "inline", "validator"}), only(Language)(_language)),
    (frozenset({"from_sql", "to_sql"}), only(Transform)(_transform)),
    (frozenset({"handler", "validator", "options"}), only(ForeignDataWrapper)(_wrapper)),
    (frozenset({"version", "options"}), only(Server)(_server)),
    (frozenset({"options"}), only(ForeignTable)(_foreign_table)),
    (frozenset(_ATTRIBUTES_OF_ROLES), only(Role)(_role)),
    (
        frozenset({"connections", "connection_limit", "template", "tablespace", "settings"}),
        only(Database)(_database),
    ),
    (
        frozenset(
            {"slot", "binary", "streaming", "disable_on_error", "synchronous_commit", "password_required"}
            | {"run_as_owner", "origin", "failover", "publications", "active"}
        ),
        only(Subscription)(_subscription),
    ),
    (
        frozenset({"publish", "via_root", "generated_columns", "tables", "schemas"}),
        only(Publication)(_publication),
    ),
    (frozenset({"label"}), only(SecurityLabel)(_label)),
    (frozenset({"schedule", "command", "database", "role", "active"}), only(CronJob)(_job)),
)
"""Fields -> what changes them in place, each for some kinds."""
