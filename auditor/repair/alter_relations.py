"""What changes a field in place: tables, views, indexes, columns, constraints, sequences and types."""

from __future__ import annotations

import re
from typing import Any

from auditor.catalog.identity import without_last_name
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.sequence import Sequence
from auditor.catalog.kinds.table import Table
from auditor.catalog.kinds.table_column import ForeignTableColumn, TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.tablespace import Tablespace
from auditor.catalog.kinds.type import Type
from auditor.catalog.kinds.view import View
from auditor.model import CatalogObject
from auditor.repair.alteration import Alteration, only, pair, set_parameters, with_options
from auditor.repair.create import literal, own_name
from auditor.repair.grants import Roles


def view_columns(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str]:
    statements: list[str] = []
    kind = live.KIND.upper()
    if "column_defaults" in fields:
        wanted, found = (dict(pair(one, "=") for one in side.column_defaults) for side in (expected, live))
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
    wanted, found = (dict(pair(one, ": ") for one in side) for side in (expected, live))
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
    wanted, found = (dict(pair(one, " ") for one in side.attributes) for side in (expected, live))
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
        statements += set_parameters(f"ALTER {kind} {name}", expected.options, live.options)
    return statements


def _tablespace(expected: Tablespace, live: Tablespace, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    return set_parameters(f"ALTER TABLESPACE {live.identity}", expected.options, live.options)


def _index(expected: Index, live: Index, fields: set[str], roles: Roles) -> list[str]:  # noqa: ARG001
    wanted, found = (dict(pair(one, ": ") for one in side.statistics) for side in (expected, live))
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
        statements += with_options(subject, "", expected, live, fields)
    elif "options" in fields:
        statements += set_parameters(subject, expected.options, live.options)
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


OF_RELATIONS: tuple[tuple[frozenset[str], Alteration], ...] = (
    (
        frozenset({"column_defaults", "column_settings", "column_privileges", "column_comments"}),
        only(View, MaterializedView)(view_columns),
    ),
    (frozenset({"attributes", "attribute_comments"}), only(Type)(_type)),
    (frozenset({"tablespace", "access_method"}), only(Table)(_place)),
    (frozenset({"tablespace"}), only(MaterializedView)(_place)),
    (frozenset({"tablespace", "clustered"}), only(Index)(_place)),
    (frozenset({"tablespace", "clustered", "options"}), only(TableConstraint)(_place)),
    (frozenset({"options"}), only(Tablespace)(_tablespace)),
    (frozenset({"statistics"}), only(Index)(_index)),
    (
        frozenset({"storage", "compression", "statistics", "options", "identity_generation", "collation"}),
        only(TableColumn)(_column),
    ),
    (frozenset({"owned_by", "persistence"}), only(Sequence)(_sequence)),
    (frozenset({"deferrable", "initially_deferred"}), only(TableConstraint)(_constraint)),
    (frozenset({"inherits"}), only(Table)(_inheritance)),
    (frozenset({"partition_of", "partition_bound"}), only(Table)(_partition)),
)
"""Fields -> what changes them in place, each for some kinds."""
