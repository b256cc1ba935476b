"""The keys of `classifications.yaml`, typed; the JSON Schema and the reader both follow from here.

Each class is one mapping of the file and each field one key; the description of a field is the documentation
of its key. `extra={"read": name}` names the reader of `auditor.contract.readers` that checks a text and puts
it into PostgreSQL's own spelling.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta, field

from auditor.contract.readers import split_kind
from auditor.model import Location, OwnerClass, Severity

NOWHERE = Location("")
"""The place of a value that was not read from a file."""

Mode = Literal["strict", "compat"]
EnabledState = Literal["origin", "always", "replica", "disabled"]
ClassName = Literal["core", "legacy", "infra"]
SeverityName = Literal["error", "warning", "note"]


class Text(str):
    """A string which knows where it stands in its file."""

    __slots__ = ("location",)

    location: Location

    def __new__(cls, text: str, location: Location = NOWHERE) -> Self:
        """A string like any other, with its place."""
        made = super().__new__(cls, text)
        made.location = location
        return made


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that is a mapping in the file.

    Attributes:
        location: where its first key stands; not itself a key.
    """

    location: Location = NOWHERE

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """What cannot be so although each key by itself is right, with the place."""
        yield from ()


def _twice(entries: Iterable[Any], key: Callable[[Any], Any], what: str) -> Iterator[tuple[Location, str]]:
    first: dict[Any, Location] = {}
    for entry in entries:
        name = key(entry)
        if name in first:
            yield entry.location, f"this {what} has an entry already in line {first[name].line}; keep one"
        first.setdefault(name, entry.location)


class Source(Entry, frozen=True, kw_only=True):
    """A place where migrations lie."""

    path: Annotated[
        Text,
        Meta(
            description="File or directory with the migrations, relative to this file.",
            extra={"read": "path"},
        ),
    ]
    layout: Annotated[
        Text | None,
        Meta(description="Layout of the migrations (`alembic`, `sql`); detected when it is not given."),
    ] = None
    placeholders: Annotated[
        dict[str, str],
        Meta(
            description="Texts that stand for something else in the files, such as `:SCHEMA` or `${schema}`, "
            "with what to put in their place.",
        ),
    ] = {}


class Classes(Entry, frozen=True, kw_only=True):
    """Which class owns which objects: a list of KIND IDENTITY for each class.

    Names are those of `pg_identify_object()`; `*` and `?` stand for any text and any character. The most
    specific entry wins. Who owns a table owns its columns, constraints, indexes, triggers, policies and grants.
    """

    core: Annotated[
        tuple[Text, ...],
        Meta(description="Objects the system cannot be right without. Drift of one is an error."),
    ] = ()
    legacy: Annotated[
        tuple[Text, ...],
        Meta(description="Objects on their way out: they may disappear, and must not come back to life."),
    ] = ()
    infra: Annotated[
        tuple[Text, ...],
        Meta(description="What the system stands on: extensions, roles, schemas. Drift of one is a warning."),
    ] = ()

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """What is no object, and one object in two classes."""
        first: dict[str, tuple[str, Location]] = {}
        for name in ("core", "legacy", "infra"):
            for text in getattr(self, name):
                try:
                    split_kind(text)
                except ValueError as error:
                    yield text.location, str(error)
                if text in first and first[text][0] != name:
                    other, where = first[text]
                    yield (
                        text.location,
                        f'"{text}" is {other} already, in line {where.line}; an object has one class',
                    )
                first.setdefault(text, (name, text.location))


class OverrideEntry(Entry, frozen=True, kw_only=True):
    """A migration whose class is declared rather than derived from the objects that it changes."""

    migration: Annotated[
        Text,
        Meta(
            description="Id of the migration: revision, version or file name without extension.",
            extra_json_schema={"type": ["string", "number"]},
        ),
    ]
    owner_class: Annotated[ClassName, Meta(description="Its class.")] = field(name="class")
    reason: Annotated[Text, Meta(description="Why; required, because a reader of the file will ask.")]


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
            description="The function it calls: `SCHEMA.NAME()`. Not checked when left out.",
            extra={"read": "function"},
        ),
    ] = None
    fires: Annotated[
        Text | None,
        Meta(
            description="When it fires: `BEFORE|AFTER|INSTEAD OF EVENT [OF COLUMN, ...] [OR EVENT ...] "
            "[FOR EACH ROW|STATEMENT]`. Not checked when left out.",
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
    language: Annotated[Text | None, Meta(description="Its language: `sql`, `plpgsql`...")] = None
    volatility: Annotated[
        Literal["immutable", "stable", "volatile"] | None,
        Meta(description="Its volatility."),
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
        tuple[Text, ...],
        Meta(
            description="Tables written from events only: no core function may read one to decide.",
            extra={"read": "table"},
        ),
    ] = ()
    deployed: Annotated[
        tuple[DeployedEntry, ...], Meta(description="Migrations that must have reached the live database.")
    ] = ()

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """Two entries about one thing."""
        yield from _twice(self.triggers, lambda entry: entry.name, "trigger")
        yield from _twice(self.functions, lambda entry: entry.name, "function")
        yield from _twice(
            self.dedupe_keys, lambda entry: (entry.table, frozenset(entry.columns), entry.where), "dedupe key"
        )
        yield from _twice(self.queues, lambda entry: entry.table, "queue")
        yield from _twice(self.deployed, lambda entry: entry.migration, "migration")

    def compat(self, entry: Any) -> bool:
        """Whether breaches of the entry are counted rather than failing."""
        return (getattr(entry, "mode", None) or self.mode) == "compat"


GuardAction = Literal["read", "write", "call"]


class Guard(Entry, frozen=True, kw_only=True):
    """What runtime source code must not do, or which code alone may do it."""

    forbid: Annotated[
        GuardAction | None,
        Meta(description="What the files of `in` must not do."),
    ] = None
    allow_only: Annotated[
        GuardAction | None,
        Meta(description="What no files but those of `in` may do."),
    ] = field(name="allow-only", default=None)
    table: Annotated[Text | None, Meta(description="The table it is about.")] = None
    function: Annotated[Text | None, Meta(description="The function it is about (with `call`).")] = None
    files: Annotated[
        Text,
        Meta(
            description="Glob of files, relative to this file: `services/**`.",
            extra={"read": "glob"},
        ),
    ] = field(name="in")
    reason: Annotated[Text | None, Meta(description="Why.")] = None

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """Exactly one action, on exactly one thing that it fits."""
        action = self.forbid or self.allow_only
        if (self.forbid is None) == (self.allow_only is None):
            yield self.location, "a guard has either `forbid` or `allow-only`"
        elif (self.table is None) == (self.function is None):
            yield self.location, "a guard is about either a `table` or a `function`"
        elif (action == "call") != (self.function is not None):
            yield self.location, "`call` goes with `function`, `read` and `write` go with `table`"


class Events(Entry, frozen=True, kw_only=True):
    """Where the events of an entity are."""

    table: Annotated[Text, Meta(description="Table of the entities.", extra={"read": "table"})]
    id: Annotated[Text, Meta(description="Column with the entity's id.")]
    array: Annotated[Text, Meta(description="Column with the array of events (json, jsonb or an array).")]
    type: Annotated[Text, Meta(description="Key of an event that holds its type.")]
    at: Annotated[Text | None, Meta(description="Key of an event that holds its time.")] = None


class Jobs(Entry, frozen=True, kw_only=True):
    """Where the jobs are."""

    table: Annotated[Text, Meta(description="The queue.", extra={"read": "table"})]
    id: Annotated[Text, Meta(description="Column with the job's id.")]
    entity: Annotated[Text, Meta(description="Column with the id of the entity.")]
    type: Annotated[Text, Meta(description="Column with the type of the job.")]
    status: Annotated[Text, Meta(description="Column with the state of the job.")]
    created: Annotated[Text | None, Meta(description="Column with the time it was enqueued.")] = None


class Runs(Entry, frozen=True, kw_only=True):
    """Where the runs of jobs are."""

    table: Annotated[Text, Meta(description="Table of the runs.", extra={"read": "table"})]
    job: Annotated[Text, Meta(description="Column with the id of the job.")]
    status: Annotated[Text | None, Meta(description="Column with the state of the run.")] = None
    started: Annotated[Text | None, Meta(description="Column with the time it began.")] = None
    error: Annotated[Text | None, Meta(description="Column with what went wrong.")] = None


class Pipeline(Entry, frozen=True, kw_only=True):
    """How forensics reads the live flow of events, jobs and runs."""

    events: Annotated[Events | None, Meta(description="The events.")] = None
    jobs: Annotated[Jobs | None, Meta(description="The jobs.")] = None
    runs: Annotated[Runs | None, Meta(description="The runs.")] = None
    requires: Annotated[
        dict[str, str],
        Meta(description="Which type of event needs which type of job."),
    ] = {}
    event_to_job_gap: Annotated[
        Text | None,
        Meta(
            description="Longest time from an event to its job: a number and `ms`, `s`, `m`, `h` or `d`.",
            extra={"read": "interval"},
            extra_json_schema={"pattern": r"^[0-9]+(ms|s|m|h|d)$"},
        ),
    ] = None


class Allowance(Entry, frozen=True, kw_only=True):
    """A finding that is let pass, with a reason, and if possible an end."""

    code: Annotated[
        Text,
        Meta(
            description="Code of the rule, such as `DRF001`.",
            extra={"read": "code"},
            extra_json_schema={"pattern": r"^[A-Z]{3}[0-9]{3}$"},
        ),
    ]
    object: Annotated[
        Text | None,
        Meta(
            description="Object of the finding: KIND IDENTITY, with `*` and `?`.",
            extra={"read": "object"},
        ),
    ] = None
    file: Annotated[
        Text | None,
        Meta(
            description="File of the finding, a glob relative to this file; for findings without an object.",
            extra={"read": "glob"},
        ),
    ] = None
    reason: Annotated[Text, Meta(description="Why it is let pass.")]
    until: Annotated[
        datetime.date | None,
        Meta(description="Last day on which it holds, `YYYY-MM-DD`. For ever when left out."),
    ] = None

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """An allowance for everything is none."""
        if self.object is None and self.file is None:
            yield self.location, "`object` or `file` is missing: say what the finding is about"


class Severities(Entry, frozen=True, kw_only=True):
    """How bad drift of an object is, by the class that owns it."""

    core: Annotated[SeverityName, Meta(description="Core objects.")] = "error"
    infra: Annotated[SeverityName, Meta(description="Infra objects.")] = "warning"
    legacy: Annotated[SeverityName, Meta(description="Legacy objects that changed.")] = "warning"
    revived: Annotated[SeverityName, Meta(description="Legacy objects that came back to life.")] = "error"
    unclassified: Annotated[SeverityName, Meta(description="Objects that no entry owns.")] = "warning"

    def of(self, owner_class: OwnerClass | None) -> Severity:
        """The severity of drift of an object of the class."""
        return Severity(getattr(self, (owner_class or OwnerClass.UNCLASSIFIED).value))


class Document(Entry, frozen=True, kw_only=True):
    """Classes, contract and guards of a PostgreSQL schema, for `auditor`."""

    version: Annotated[Literal[1], Meta(description="Version of the format: 1.")]
    migrations: Annotated[
        tuple[Source, ...],
        Meta(description="Where the migrations lie. Found below this file's directory when left out."),
    ] = ()
    classes: Annotated[Classes, Meta(description="Which class owns which objects.")] = Classes()
    overrides: Annotated[
        tuple[OverrideEntry, ...], Meta(description="Migrations whose class is declared, with a reason.")
    ] = ()
    contract: Annotated[Contract, Meta(description="What must hold of the core.")] = Contract()
    guards: Annotated[tuple[Guard, ...], Meta(description="What runtime source code must not do.")] = ()
    pipeline: Annotated[Pipeline | None, Meta(description="How forensics reads the live flow.")] = None
    allow: Annotated[
        tuple[Allowance, ...], Meta(description="Findings that are let pass, each with a reason.")
    ] = ()
    severity: Annotated[Severities, Meta(description="How bad drift is, by class.")] = Severities()

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """Two overrides of one migration, one place read twice."""
        yield from _twice(self.overrides, lambda entry: entry.migration, "migration")
        yield from _twice(self.migrations, lambda entry: entry.path, "path")
