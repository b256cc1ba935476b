"""How ALTER, COMMENT ON, GRANT and DROP name an object."""

from __future__ import annotations

from auditor.catalog.kinds.domain_constraint import DomainConstraint
from auditor.catalog.kinds.security_label import SecurityLabel
from auditor.catalog.kinds.table_column import TableColumn
from auditor.catalog.kinds.type import Type
from auditor.catalog.kinds.user_mapping import UserMapping
from auditor.catalog.table_part import TablePart
from auditor.model import CatalogObject
from auditor.repair.create import literal, own_name

WORDS = {
    "foreign-data wrapper": "FOREIGN DATA WRAPPER",
    "statistics object": "STATISTICS",
    "parameter ACL": "PARAMETER",
}
"""Kinds that statements call otherwise."""


def kind_words(kind: str) -> str:
    """The words for a kind in a statement: `TABLE`, `STATISTICS`."""
    return "COLUMN" if kind.endswith(" column") else WORDS.get(kind, kind.upper())


def reference(item: CatalogObject) -> str:
    """The object as ALTER, COMMENT ON and DROP name it: `TRIGGER tg ON public.t`."""
    if isinstance(item, DomainConstraint):
        return f"CONSTRAINT {own_name(item.identity)} ON DOMAIN {item.domain}"
    if isinstance(item, TablePart) and item.KIND in _ON_TABLE:
        word = "CONSTRAINT" if item.KIND == "table constraint" else item.KIND.upper()
        return f"{word} {own_name(item.identity)} ON {item.table}"
    if isinstance(item, Type) and item.form == "domain":
        return f"DOMAIN {item.identity}"
    if isinstance(item, UserMapping):
        return f"USER MAPPING FOR {item.role} SERVER {item.server}"
    return f"{kind_words(item.KIND)} {item.identity}"


def drop_statement(item: CatalogObject) -> str:
    """What takes the object away."""
    if isinstance(item, DomainConstraint):
        return f"ALTER DOMAIN {item.domain} DROP CONSTRAINT {own_name(item.identity)}"
    if isinstance(item, TablePart) and item.KIND == "table constraint":
        return f"ALTER TABLE {item.table} DROP CONSTRAINT {own_name(item.identity)}"
    if isinstance(item, TableColumn):
        return f"ALTER {item.table_kind.upper()} {item.table} DROP COLUMN {own_name(item.identity)}"
    if isinstance(item, SecurityLabel):
        return label_statement(item, None)
    if item.KIND == "cron job":
        return f"SELECT cron.unschedule({job_id(item)})"
    return f"DROP {reference(item)}"


def label_statement(item: SecurityLabel, label: str | None) -> str:
    """SECURITY LABEL; None takes the label away."""
    words = f"{kind_words(item.object_kind)} {item.object}"
    return f"SECURITY LABEL FOR {item.provider} ON {words} IS {literal(label) if label is not None else 'NULL'}"


def job_id(item: CatalogObject) -> str:
    """A query for the number of a job of pg_cron, by its name or, for one without, by its command."""
    values = item.values()
    if item.identity.startswith("unnamed "):
        command = literal(values["command"])
        return f"(SELECT jobid FROM cron.job WHERE jobname IS NULL AND command = {command})"  # noqa: S608 - literals
    name, _, role = item.identity.partition("' of ")
    by_role = f" AND username = {literal(values['role'].strip(chr(34)))}" if role else ""
    end = "'" if role else ""
    return f"(SELECT jobid FROM cron.job WHERE jobname = {name}{end}{by_role})"  # noqa: S608 - literals


# Private

_ON_TABLE = frozenset({"trigger", "policy", "rule", "table constraint"})
