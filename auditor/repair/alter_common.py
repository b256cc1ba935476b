"""What changes a field in place: what most kinds have, and the kinds that every database has."""

from __future__ import annotations

from typing import Any

from auditor.catalog.kinds.default_acl import DefaultAcl
from auditor.catalog.kinds.domain_constraint import DomainConstraint
from auditor.catalog.kinds.event_trigger import EventTrigger
from auditor.catalog.kinds.extension import Extension
from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.parameter_acl import ParameterAcl
from auditor.catalog.kinds.rule import Rule
from auditor.catalog.kinds.sequence import Sequence
from auditor.catalog.kinds.table import Table
from auditor.catalog.kinds.table_column import TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.trigger import Trigger
from auditor.catalog.kinds.type import Type
from auditor.repair.alteration import Alteration, set_parameters
from auditor.repair.create import (
    STATES,
    function_statement,
    literal,
    own_name,
    set_clause,
)
from auditor.repair.grants import (
    Roles,
    default_privilege_statements,
    privilege_statements,
)
from auditor.repair.making import finish
from auditor.repair.references import drop_statement, reference

_FUNCTION_OPTIONS = frozenset(
    {"volatility", "strict", "parallel", "leakproof", "cost", "rows", "security_definer"}
)


_SEQUENCE_OPTIONS = frozenset({"type", "start", "increment", "minimum", "maximum", "cache", "cycle"})


def _comment(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    text = "NULL" if expected.comment is None else literal(expected.comment)
    return [f"COMMENT ON {reference(expected)} IS {text}"]


def _owner(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if isinstance(live, Extension):
        return None
    return [f"ALTER {reference(live)} OWNER TO {roles.on_live(expected.owner)}"]


def _state(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    words = STATES.get(expected.enabled)
    if words is None:
        return None
    if isinstance(live, TableConstraint):
        return [_internal_triggers(live, words)]
    if isinstance(live, Trigger | Rule):
        return [f"ALTER TABLE {live.table} {words} {live.KIND.upper()} {own_name(live.identity)}"]
    if isinstance(live, EventTrigger):
        return [f"ALTER EVENT TRIGGER {live.identity} {words}"]
    return None


def _internal_triggers(item: TableConstraint, words: str) -> str:
    """What gives the triggers that check a constraint one state; they have no names of their own."""
    query = (
        "SELECT tgrelid::regclass AS own, tgname FROM pg_catalog.pg_trigger WHERE tgisinternal AND tgconstraint ="  # noqa: S608
        " (SELECT oid FROM pg_catalog.pg_constraint"
        f" WHERE conrelid = {literal(item.table)}::regclass"
        f" AND quote_ident(conname) = {literal(own_name(item.identity))})"
    )
    each = f"EXECUTE format('ALTER TABLE %s {words} TRIGGER %I', one.own, one.tgname)"
    return f"DO $do$ DECLARE one record; BEGIN FOR one IN {query} LOOP {each}; END LOOP; END $do$"


def _function(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:
    if not isinstance(expected, Function):
        return None
    if fields <= _FUNCTION_OPTIONS | {"settings"}:
        return _function_options(expected, live, fields)
    if fields & {"arguments", "returns", "window"}:
        # CREATE OR REPLACE changes neither; triggers and views that use the function are in the way.
        return [
            drop_statement(live),
            function_statement(expected),
            *finish(expected, roles),
        ]
    return [function_statement(expected)]


def _function_options(expected: Function, live: Function, fields: set[str]) -> list[str]:
    subject = f"ALTER {expected.KIND.upper()} {live.identity}"
    words: list[str] = []
    if "volatility" in fields:
        words.append(expected.volatility.upper())
    if "strict" in fields:
        words.append("STRICT" if expected.strict else "CALLED ON NULL INPUT")
    if "leakproof" in fields:
        words.append("LEAKPROOF" if expected.leakproof else "NOT LEAKPROOF")
    if "parallel" in fields:
        words.append(f"PARALLEL {expected.parallel.upper()}")
    if "cost" in fields:
        words.append(f"COST {expected.cost:g}")
    if "rows" in fields:
        words.append(f"ROWS {expected.rows:g}")
    if "security_definer" in fields:
        words.append("SECURITY DEFINER" if expected.security_definer else "SECURITY INVOKER")
    statements = [f"{subject} {' '.join(words)}"] if words else []
    if "settings" in fields:
        wanted = {setting.partition("=")[0] for setting in expected.settings}
        for setting in live.settings:
            name = setting.partition("=")[0]
            if name not in wanted:
                statements.append(f"{subject} RESET {name}")
        statements += [
            f"{subject} {set_clause(setting)}" for setting in expected.settings if setting not in live.settings
        ]
    return statements


def _table(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if not isinstance(expected, Table):
        return None
    subject = f"ALTER TABLE {live.identity}"
    statements: list[str] = []
    if "row_security" in fields:
        statements.append(f"{subject} {'ENABLE' if expected.row_security else 'DISABLE'} ROW LEVEL SECURITY")
    if "force_row_security" in fields:
        statements.append(f"{subject} {'' if expected.force_row_security else 'NO '}FORCE ROW LEVEL SECURITY")
    if "replica_identity" in fields:
        kind, _, name = expected.replica_identity.partition(" ")
        statements.append(
            f"{subject} REPLICA IDENTITY {'USING INDEX ' + own_name(name) if name else kind.upper()}"
        )
    if "persistence" in fields:
        statements.append(f"{subject} SET {'LOGGED' if expected.persistence == 'permanent' else 'UNLOGGED'}")
    return statements


def _options(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if expected.KIND not in {"table", "index", "materialized view"}:
        return None
    return set_parameters(f"ALTER {expected.KIND.upper()} {live.identity}", expected.options, live.options)


def _column(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if not isinstance(expected, TableColumn) or expected.generated or live.generated:
        return None
    subject = f"ALTER {live.table_kind.upper()} {live.table} ALTER COLUMN {own_name(live.identity)}"
    typed = [f"{subject} TYPE {expected.type}"] if "type" in fields else []
    return typed + _default_and_not_null(subject, expected, fields)


def _domain(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if not isinstance(expected, Type) or expected.form != "domain":
        return None
    return _default_and_not_null(f"ALTER DOMAIN {live.identity}", expected, fields)


def _default_and_not_null(subject: str, expected: TableColumn | Type, fields: set[str]) -> list[str]:
    statements: list[str] = []
    if "default" in fields:
        statements.append(f"{subject} {f'SET DEFAULT {expected.default}' if expected.default else 'DROP DEFAULT'}")
    if "not_null" in fields:
        statements.append(f"{subject} {'SET' if expected.not_null else 'DROP'} NOT NULL")
    return statements


def _enum(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    """Labels can be added, not taken away."""
    if not isinstance(expected, Type) or any(label not in expected.labels for label in live.labels):
        return None
    statements: list[str] = []
    present = list(live.labels)
    for at, label in enumerate(expected.labels):
        if label in present:
            continue
        following = next((one for one in expected.labels[at + 1 :] if one in present), None)
        before = f" BEFORE {literal(following)}" if following is not None else ""
        statements.append(f"ALTER TYPE {live.identity} ADD VALUE {literal(label)}{before}")
        present.append(label)
    return statements or None


def _sequence(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if not isinstance(expected, Sequence):
        return None
    words = {
        "type": f"AS {expected.type}",
        "increment": f"INCREMENT BY {expected.increment}",
        "minimum": f"MINVALUE {expected.minimum}",
        "maximum": f"MAXVALUE {expected.maximum}",
        "start": f"START WITH {expected.start}",
        "cache": f"CACHE {expected.cache}",
        "cycle": "CYCLE" if expected.cycle else "NO CYCLE",
    }
    chosen = [text for name, text in words.items() if name in fields]
    return [f"ALTER SEQUENCE {live.identity} {' '.join(chosen)}"]


def _extension(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if not isinstance(expected, Extension):
        return None
    subject = f"ALTER EXTENSION {live.identity}"
    return [
        *([f"{subject} UPDATE TO {literal(expected.version)}"] if "version" in fields else []),
        *([f"{subject} SET SCHEMA {expected.schema}"] if "schema" in fields else []),
    ]


def _validate(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if not expected.validated:
        return None
    subject = f"ALTER DOMAIN {live.domain}" if isinstance(live, DomainConstraint) else f"ALTER TABLE {live.table}"
    return [f"{subject} VALIDATE CONSTRAINT {own_name(live.identity)}"]


def _grants(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:  # noqa: ARG001
    if isinstance(expected, DefaultAcl):
        return default_privilege_statements(live.privileges, expected.privileges, expected, live.role)
    owner = getattr(live, "owner", None)
    if isinstance(live, ParameterAcl):
        return list(privilege_statements(live.privileges, expected.privileges, live, roles, ""))
    if owner is None and any(text.startswith("owner: ") for text in (*expected.privileges, *live.privileges)):
        return None  # of a column, whose table's owner is not known here
    return list(privilege_statements(live.privileges, expected.privileges, live, roles, owner or ""))


COMMON: tuple[tuple[frozenset[str], Alteration], ...] = (
    (frozenset({"enabled"}), _state),
    (
        frozenset(
            {"body", "arguments", "returns", "language", "library", "window", "support", "settings", "transforms"}
        )
        | _FUNCTION_OPTIONS,
        _function,
    ),
    (frozenset({"row_security", "force_row_security", "replica_identity", "persistence"}), _table),
    (frozenset({"type", "default", "not_null"}), _column),
    (frozenset({"default", "not_null"}), _domain),
    (frozenset({"labels"}), _enum),
    (_SEQUENCE_OPTIONS, _sequence),
    (frozenset({"version", "schema"}), _extension),
    (frozenset({"validated"}), _validate),
    (frozenset({"options"}), _options),
    (frozenset({"owner"}), _owner),
    (frozenset({"privileges"}), _grants),
    (frozenset({"comment"}), _comment),
)
"""Fields -> what changes them in place; tried in this order, each with the fields that still differ."""
