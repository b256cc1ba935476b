"""The entries of `contract:`, typed; see `auditor.declaration.document` for how keys are described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from auditor.declaration.base import EnabledState, Entry, Mode, Text, twice
from auditor.model import Location


class TriggerEntry(Entry, frozen=True, kw_only=True):
    """A trigger that must be there, fire as declared, and be on."""

    name: Annotated[
        Text,
        Meta(description="The trigger: `NAME on SCHEMA.TABLE`.", extra={"read": "trigger"}),
    ]
    role: Annotated[
        Literal["core", "projection"],
        Meta(description="`core`: always on, a breach is an error. `projection`: best effort, a warning."),
    ] = "core"
    function: Annotated[
        Text | None,
        Meta(
            description="The function it calls: `SCHEMA.NAME()`; its body is checked with it. As the history "
            "says when left out.",
            extra={"read": "function"},
        ),
    ] = None
    fires: Annotated[
        Text | None,
        Meta(
            description="When it fires: `BEFORE|AFTER|INSTEAD OF EVENT [OF COLUMN, ...] [OR EVENT ...] "
            "[FOR EACH ROW|STATEMENT]`. As the history says when left out.",
            extra={"read": "fires"},
        ),
    ] = None
    enabled: Annotated[
        EnabledState,
        Meta(description="Its state, as `pg_trigger.tgenabled`: `origin` is that of a new trigger."),
    ] = "origin"
    mode: Annotated[
        Mode | None,
        Meta(description="`compat` turns a breach of this entry into a counted warning."),
    ] = None


class DefinitionFile(Entry, frozen=True, kw_only=True):
    """A definition kept in a file of its own."""

    file: Annotated[
        Text,
        Meta(
            description="File with the function's CREATE FUNCTION statement or its bare body, relative to "
            "this file.",
            extra={"read": "path"},
        ),
    ]


class FunctionEntry(Entry, frozen=True, kw_only=True):
    """Functions that must be there and be what they were defined to be."""

    name: Annotated[
        Text,
        Meta(
            description="The function: `SCHEMA.NAME(ARGUMENT TYPES)`; `*` and `?` match several.",
            extra={"read": "function"},
        ),
    ]
    definition: Annotated[
        str | DefinitionFile,
        Meta(
            description="What its body must be: `from-migrations` (the newest definition of the history), "
            "`sha256:` and 64 hexadecimal digits of the body, or `file: PATH`.",
            extra={"read": "definition"},
            extra_json_schema={"pattern": r"^(from-migrations|sha256:[0-9a-fA-F]{64}|file:\s*\S.*)$"},
        ),
    ] = "from-migrations"
    security: Annotated[
        Literal["definer", "invoker"] | None,
        Meta(description="SECURITY DEFINER or INVOKER. As the history says when left out."),
    ] = None
    settings: Annotated[
        dict[str, str] | None,
        Meta(
            description="Exactly these SET clauses: parameter and value. As the history says when left out.",
        ),
    ] = None
    language: Annotated[
        Text | None, Meta(description="Its language: `sql`, `plpgsql`... As the history says when left out.")
    ] = None
    volatility: Annotated[
        Literal["immutable", "stable", "volatile"] | None,
        Meta(description="Its volatility. As the history says when left out."),
    ] = None
    parallel: Annotated[
        Literal["safe", "restricted", "unsafe"] | None,
        Meta(description="PARALLEL. As the history says when left out."),
    ] = None
    null_input: Annotated[
        Literal["called", "strict"] | None,
        Meta(description="CALLED ON NULL INPUT or STRICT. As the history says when left out."),
    ] = None
    owner: Annotated[
        Text | None,
        Meta(description="The role that owns it: whose rights SECURITY DEFINER gives. Not checked when left out."),
    ] = None
    execute: Annotated[
        tuple[Text, ...] | None,
        Meta(
            description="Exactly these roles may call it, beside its owner. `PUBLIC` must be named if it may. "
            "Not checked when left out.",
            extra={"read": "grantee"},
        ),
    ] = None
    mode: Annotated[
        Mode | None,
        Meta(description="`compat` turns a breach of this entry into a counted warning."),
    ] = None

    @property
    def definition_file(self) -> str | None:
        """The file of `definition: file: PATH`, relative to the root, or None."""
        if isinstance(self.definition, DefinitionFile):
            return str(self.definition.file)
        return self.definition.removeprefix("file:") if self.definition.startswith("file:") else None


class DedupeKeyEntry(Entry, frozen=True, kw_only=True):
    """A uniqueness that the table must enforce, by whichever index or constraint."""

    table: Annotated[Text, Meta(description="The table: `SCHEMA.NAME`.", extra={"read": "table"})]
    columns: Annotated[
        tuple[Text, ...],
        Meta(
            description="Exactly these columns or expressions are unique together, in any order.",
            extra_json_schema={"minItems": 1},
            extra={"at_least": 1},
        ),
    ]
    where: Annotated[
        Text | None,
        Meta(description="Predicate of the partial index. No predicate when left out."),
    ] = None
    nulls: Annotated[
        Literal["distinct", "not distinct"],
        Meta(description="Whether two NULLs are distinct (PostgreSQL's default) or equal."),
    ] = "distinct"
    name: Annotated[
        Text | None,
        Meta(description="Name of the index, if its name matters. Any name when left out."),
    ] = None
    mode: Annotated[
        Mode | None,
        Meta(description="`compat` turns a breach of this entry into a counted warning."),
    ] = None


class JobTypes(Entry, frozen=True, kw_only=True):
    """The whitelist of job types that the database enforces."""

    column: Annotated[Text, Meta(description="Column with the type of the job.")]
    allowed: Annotated[
        tuple[Text, ...],
        Meta(
            description="Exactly these values are allowed, by a CHECK, an enum or a domain.",
            extra_json_schema={"minItems": 1},
            extra={"at_least": 1},
        ),
    ]


class Claim(Entry, frozen=True, kw_only=True):
    """A function that takes jobs off the queue, and which jobs it takes."""

    function: Annotated[
        Text,
        Meta(description="The claiming function: `SCHEMA.NAME(ARGUMENT TYPES)`.", extra={"read": "function"}),
    ]
    job_types: Annotated[
        tuple[Text, ...],
        Meta(
            description="Exactly these types of job does it claim.",
            extra_json_schema={"minItems": 1},
            extra={"at_least": 1},
        ),
    ]


class QueueEntry(Entry, frozen=True, kw_only=True):
    """A table that is a queue: who may put jobs in, which jobs there are, who takes them out."""

    table: Annotated[Text, Meta(description="The queue: `SCHEMA.NAME`.", extra={"read": "table"})]
    writers: Annotated[
        tuple[Text, ...] | None,
        Meta(
            description="Exactly these functions insert into it: `SCHEMA.NAME(ARGUMENT TYPES)`. "
            "Not checked when left out.",
            extra={"read": "function"},
        ),
    ] = None
    job_types: Annotated[
        JobTypes | None,
        Meta(description="The types of job that the database lets in. Not checked when left out."),
    ] = None
    claims: Annotated[
        tuple[Claim, ...],
        Meta(description="Who claims what: each type of job has exactly one claiming function."),
    ] = ()
    mode: Annotated[
        Mode | None,
        Meta(description="`compat` turns a breach of this entry into a counted warning."),
    ] = None


class ProjectionEntry(Entry, frozen=True, kw_only=True):
    """A table that is written from events only; nobody of the core decides from it."""

    table: Annotated[Text, Meta(description="The table: `SCHEMA.NAME`.", extra={"read": "table"})]
    writers: Annotated[
        tuple[Text, ...] | None,
        Meta(
            description="Exactly these functions write it: `SCHEMA.NAME(ARGUMENT TYPES)`. When left out, those "
            "that the migrations leave there.",
            extra={"read": "function"},
        ),
    ] = None
    mode: Annotated[
        Mode | None,
        Meta(description="`compat` turns a breach of this entry into a counted warning."),
    ] = None


class RowsEntry(Entry, frozen=True, kw_only=True):
    """Rows that a lookup table must hold: these and no others."""

    table: Annotated[Text, Meta(description="The table: `SCHEMA.NAME`.", extra={"read": "table"})]
    columns: Annotated[
        tuple[Text, ...],
        Meta(
            description="The columns that are compared, by their exact names; no other is read.",
            extra_json_schema={"minItems": 1},
            extra={"at_least": 1, "read": "column"},
        ),
    ]
    key: Annotated[
        tuple[Text, ...] | None,
        Meta(
            description="The columns that tell a row from the others: a row with the same key and other values is "
            "told as changed. All of `columns` when left out.",
            extra_json_schema={"minItems": 1},
            extra={"at_least": 1, "read": "column"},
        ),
    ] = None
    equal: Annotated[
        Literal["from-migrations"] | tuple[tuple[str | None, ...], ...],
        Meta(
            description="Exactly these rows, in any order: `from-migrations` (those that a replay of the history "
            "leaves there), or a list of rows, each a list of values in the order of `columns`, as PostgreSQL "
            "casts them to text; null is NULL.",
            extra={"cells": True},
        ),
    ] = "from-migrations"
    mode: Annotated[
        Mode | None,
        Meta(description="`compat` turns a breach of this entry into a counted warning."),
    ] = None

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """A key that is no column, rows of another length, two rows with one key."""
        for one in self.key or ():
            if one not in self.columns:
                yield one.location, f'"{one}" of `key` is not among `columns`'
                return
        at = [self.columns.index(one) for one in self.key or ()]
        seen: dict[tuple[str | None, ...], int] = {}
        for number, row in enumerate(() if isinstance(self.equal, str) else self.equal, 1):
            if len(row) != len(self.columns):
                yield (
                    self.location,
                    f"row {number} of `equal` has {len(row)} values for {len(self.columns)} columns",
                )
                continue
            key = tuple(row[one] for one in at)
            if at and key in seen:
                yield self.location, f"rows {seen[key]} and {number} of `equal` have the same key"
            seen.setdefault(key, number)


RoleAttribute = Literal["superuser", "createdb", "createrole", "inherit", "login", "replication", "bypassrls"]


class RoleEntry(Entry, frozen=True, kw_only=True):
    """A role of the cluster that must be there, with exactly what is declared."""

    name: Annotated[Text, Meta(description="The role.", extra={"read": "role"})]
    attributes: Annotated[
        tuple[RoleAttribute, ...] | None,
        Meta(
            description="Exactly these attributes are on; the others are off, `inherit` too, which a new role "
            "has. Not checked when left out."
        ),
    ] = None
    member_of: Annotated[
        tuple[Text, ...] | None,
        Meta(
            description="A member of exactly these roles. `app` is a membership without ADMIN OPTION, whatever "
            "its INHERIT and SET; `app WITH ADMIN`, `app WITHOUT INHERIT` or `app WITH ADMIN, WITHOUT SET` is "
            "exactly that. Not checked when left out.",
            extra={"read": "membership"},
        ),
    ] = None
    settings: Annotated[
        dict[str, str] | None,
        Meta(
            description="Exactly these settings does ALTER ROLE ... SET give its sessions in this database: "
            "parameter and value. Not checked when left out."
        ),
    ] = None
    mode: Annotated[
        Mode | None,
        Meta(description="`compat` turns a breach of this entry into a counted warning."),
    ] = None


class LedgerEntry(Entry, frozen=True, kw_only=True):
    """The table in which the migrations that were applied are noted, where it is not the tool's usual one."""

    table: Annotated[Text, Meta(description="The table: `SCHEMA.NAME`.", extra={"read": "table"})]
    id_column: Annotated[Text, Meta(description="Column with the migration's id, version or file name.")]
    checksum_column: Annotated[
        Text | None,
        Meta(description="Column with a hash (MD5, SHA-1, SHA-2, hexadecimal) of the file's bytes."),
    ] = None
    applied_at_column: Annotated[
        Text | None, Meta(description="Column with the time at which it was applied.")
    ] = None


class DeployedEntry(Entry, frozen=True, kw_only=True):
    """A migration that must have reached the live database."""

    migration: Annotated[
        Text,
        Meta(
            description="Id of the migration.",
            extra_json_schema={"type": ["string", "number"]},
        ),
    ]
    reason: Annotated[Text, Meta(description="Why it must be there.")]
    mode: Annotated[
        Mode | None,
        Meta(description="`compat` turns a breach of this entry into a counted warning."),
    ] = None


class Contract(Entry, frozen=True, kw_only=True):
    """What must hold of the core."""

    mode: Annotated[
        Mode,
        Meta(description="`strict`: a breach fails. `compat`: it is a counted warning. Each entry may differ."),
    ] = "strict"
    triggers: Annotated[tuple[TriggerEntry, ...], Meta(description="Triggers that must be there.")] = ()
    functions: Annotated[tuple[FunctionEntry, ...], Meta(description="Functions that must be there.")] = ()
    dedupe_keys: Annotated[
        tuple[DedupeKeyEntry, ...], Meta(description="Uniqueness that tables must enforce.")
    ] = ()
    queues: Annotated[tuple[QueueEntry, ...], Meta(description="Queues and their job types.")] = ()
    projections: Annotated[
        tuple[str | ProjectionEntry, ...],
        Meta(
            description="Tables written from events only: no core function may read one to decide. A name, or a "
            "mapping that says who writes it.",
            extra={"read": "table"},
        ),
    ] = ()
    rows: Annotated[tuple[RowsEntry, ...], Meta(description="Lookup tables and their rows.")] = ()
    roles: Annotated[
        tuple[RoleEntry, ...], Meta(description="Roles, their attributes, memberships and settings.")
    ] = ()
    deployed: Annotated[
        tuple[DeployedEntry, ...], Meta(description="Migrations that must have reached the live database.")
    ] = ()

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """Two entries about one thing."""
        yield from twice(self.triggers, lambda entry: entry.name, "trigger")
        yield from twice(self.functions, lambda entry: entry.name, "function")
        yield from twice(
            self.dedupe_keys, lambda entry: (entry.table, frozenset(entry.columns), entry.where), "dedupe key"
        )
        yield from twice(self.queues, lambda entry: entry.table, "queue")
        yield from twice(self.projection_entries, lambda entry: entry.table, "projection")
        yield from twice(self.rows, lambda entry: entry.table, "table")
        yield from twice(self.roles, lambda entry: entry.name, "role")
        yield from twice(self.deployed, lambda entry: entry.migration, "migration")

    @property
    def projection_entries(self) -> tuple[ProjectionEntry, ...]:
        """The projections, each as an entry."""
        return tuple(
            ProjectionEntry(table=_placed(one, self.location), location=getattr(one, "location", self.location))
            if isinstance(one, str)
            else one
            for one in self.projections
        )

    @property
    def tables(self) -> tuple[Text, ...]:
        """Tables that entries are about; those of triggers are named with them."""
        return (
            *(one.table for one in self.dedupe_keys),
            *(one.table for one in self.queues),
            *(one.table for one in self.projection_entries),
            *(one.table for one in self.rows),
        )

    def compat(self, entry: Any) -> bool:
        """Whether breaches of the entry are counted rather than failing."""
        return (getattr(entry, "mode", None) or self.mode) == "compat"


# Private


def _placed(text: str, otherwise: Location) -> Text:
    return text if isinstance(text, Text) else Text(text, otherwise)
