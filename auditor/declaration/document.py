"""The keys of `classifications.yaml`, typed; the JSON Schema and the reader both follow from here.

Each class is one mapping of the file and each field one key; the description of a field is the documentation
of its key. `extra={"read": name}` names the reader of `auditor.declaration.readers` that checks a text and puts
it into PostgreSQL's own spelling.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, field

from auditor.declaration.base import ClassName, Entry, SeverityName, Text, twice
from auditor.declaration.entries import Contract, LedgerEntry
from auditor.declaration.guards import Guard
from auditor.declaration.phases import Phase
from auditor.declaration.pipeline import Pipeline
from auditor.declaration.readers import split_kind
from auditor.model import Location, OwnerClass, Severity


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
        Meta(description="Layout, such as `alembic` or `flyway`; detected when it is not given."),
    ] = None
    placeholders: Annotated[
        dict[str, str],
        Meta(
            description="Texts that stand for something else in the files, such as `:SCHEMA` or `${schema}`, "
            "with what to put in their place.",
        ),
    ] = field(default_factory=dict)
    search_path: Annotated[
        tuple[Text, ...],
        Meta(
            description="Schemas in which the sessions that run the migrations look for names without one, in "
            "order, such as `[app, public]`; the tool's own, or `public`, when it is not given.",
        ),
    ] = ()


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


class Allowance(Entry, frozen=True, kw_only=True):
    """A finding that is let pass, with a reason, and if possible an end."""

    code: Annotated[
        Text,
        Meta(
            description="Code of the rule, such as `DRF001` or `squawk/ban-drop-column`.",
            extra={"read": "code"},
            extra_json_schema={"pattern": r"^([A-Z]{3}[0-9]{3}|(squawk|plpgsql_check)/[a-z0-9_-]+)$"},
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


class Replaying(Entry, frozen=True, kw_only=True):
    """What a replay of the migrations needs."""

    prelude: Annotated[
        Text | None,
        Meta(
            description="File of SQL, relative to this file, that is run before the first migration: what the "
            "migrations expect to be there, and no stand-in of the program's own supplies. It is not recorded.",
            extra={"read": "path"},
        ),
    ] = None


class Review(Entry, frozen=True, kw_only=True):
    """What a change is asked for."""

    evidence: Annotated[
        tuple[Text, ...],
        Meta(
            description="Globs of files, relative to this file: a change of core must add or edit a file that "
            "matches each.",
            extra={"read": "glob"},
        ),
    ] = ()


class Squawk(Entry, frozen=True, kw_only=True):
    """What is asked of squawk, where it is installed (`auditor[squawk]`)."""

    migrations: Annotated[
        Literal["new", "all", "none"],
        Meta(
            description="Which migrations it looks at: `new` ones (the newest for `check`, those of the change "
            "for `review`), `all`, or `none`."
        ),
    ] = "new"
    off: Annotated[
        tuple[Text, ...],
        Meta(description="Names of its rules that are switched off, such as `prefer-robust-stmts`."),
    ] = ()


class Severities(Entry, frozen=True, kw_only=True):
    """How bad drift of an object is, by the class that owns it."""

    core: Annotated[SeverityName, Meta(description="Core objects.")] = "error"
    infra: Annotated[SeverityName, Meta(description="Infra objects.")] = "warning"
    legacy: Annotated[SeverityName, Meta(description="Legacy objects that changed.")] = "warning"
    revived: Annotated[SeverityName, Meta(description="Legacy objects that came back to life.")] = "error"
    unclassified: Annotated[SeverityName, Meta(description="Objects that no entry owns.")] = "warning"
    unowned: Annotated[
        SeverityName, Meta(description="That a migration changes an object which no entry owns (CLS001).")
    ] = "error"

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
    ledger: Annotated[
        LedgerEntry | None,
        Meta(description="Where the applied migrations are noted. The tool's own table when left out."),
    ] = None
    guards: Annotated[tuple[Guard, ...], Meta(description="What runtime source code must not do.")] = ()
    pipeline: Annotated[Pipeline | None, Meta(description="How forensics reads the live flow.")] = None
    phases: Annotated[
        tuple[Phase, ...], Meta(description="What must be so before the next phase opens: `auditor gate`.")
    ] = ()
    replay: Annotated[Replaying, Meta(description="What a replay of the migrations needs.")] = Replaying()
    review: Annotated[Review, Meta(description="What a change is asked for.")] = Review()
    allow: Annotated[
        tuple[Allowance, ...], Meta(description="Findings that are let pass, each with a reason.")
    ] = ()
    squawk: Annotated[Squawk, Meta(description="What is asked of squawk.")] = Squawk()
    severity: Annotated[Severities, Meta(description="How bad drift is, by class.")] = Severities()

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """Two overrides of one migration, one place read twice."""
        yield from twice(self.overrides, lambda entry: entry.migration, "migration")
        yield from twice(self.migrations, lambda entry: entry.path, "path")
        yield from twice(self.phases, lambda entry: entry.name, "phase")
