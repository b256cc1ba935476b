"""The keys of `classifications.yaml`, typed; the JSON Schema and the reader both follow from here.

Each class is one mapping of the file and each field one key; the description of a field is the documentation
of its key. `extra={"read": name}` names the reader of `auditor.declaration.readers` that checks a text and puts
it into PostgreSQL's own spelling.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from auditor.declaration.base import ClassName, Entry, Mode, SeverityName, Text, twice
from auditor.declaration.entries import Contract, LedgerEntry
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
        Meta(description="Layout of the migrations (`alembic`, `sql`); detected when it is not given."),
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
    excluded: Annotated[
        tuple[Text, ...],
        Meta(
            description="Globs of files that the guard is not about, such as `tests/**`.",
            extra={"read": "glob"},
        ),
    ] = field(name="except", default=())
    mode: Annotated[
        Mode | None,
        Meta(
            description="`compat`: violations that the baseline (`.auditor/guards.jsonl`) knows are counted "
            "warnings, new ones fail. `strict` when left out."
        ),
    ] = None
    reason: Annotated[Text | None, Meta(description="Why.")] = None

    @property
    def action(self) -> GuardAction:
        """What must not be done, or only in some files."""
        return self.forbid or self.allow_only or "read"

    @property
    def key(self) -> str:
        """The guard in one line, the same as long as it is about the same: `forbid write TABLE in GLOB`."""
        word = "forbid" if self.forbid else "allow-only"
        return f"{word} {self.action} {self.table or self.function} in {self.files}"

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
    """Where the events are: in an array of their entity, or one a row."""

    table: Annotated[Text, Meta(description="Table of the entities, or of the events.", extra={"read": "table"})]
    id: Annotated[Text, Meta(description="Column with the entity's id.")]
    array: Annotated[
        Text | None,
        Meta(
            description="Column with the array of events (json, jsonb or an array). Without it each row of the "
            "table is an event."
        ),
    ] = None
    type: Annotated[Text, Meta(description="Key of an event, or column, that holds its type.")]
    at: Annotated[Text | None, Meta(description="Key of an event, or column, that holds its time.")] = None
    correlation: Annotated[
        Text | None,
        Meta(description="Key of an event, or column, with the id that its job has too (see `jobs`)."),
    ] = None
    updated: Annotated[
        Text | None,
        Meta(
            description="Column with the time at which the row last changed, best with an index: `kpi` then "
            "reads only the rows of its window."
        ),
    ] = None


class States(Entry, frozen=True, kw_only=True):
    """What the values of a job's status mean."""

    waiting: Annotated[tuple[Text, ...], Meta(description="Nobody has taken it yet.")]
    running: Annotated[tuple[Text, ...], Meta(description="A worker has it.")]
    done: Annotated[tuple[Text, ...], Meta(description="It succeeded.")]
    dead: Annotated[tuple[Text, ...], Meta(description="It failed for good.")]


class Jobs(Entry, frozen=True, kw_only=True):
    """Where the jobs are."""

    table: Annotated[Text, Meta(description="The queue.", extra={"read": "table"})]
    id: Annotated[Text, Meta(description="Column with the job's id.")]
    entity: Annotated[Text, Meta(description="Column with the id of the entity.")]
    type: Annotated[Text, Meta(description="Column with the type of the job.")]
    status: Annotated[Text, Meta(description="Column with the state of the job.")]
    created: Annotated[Text | None, Meta(description="Column with the time it was enqueued.")] = None
    available: Annotated[Text | None, Meta(description="Column with the time before which nobody takes it.")] = (
        None
    )
    attempts: Annotated[Text | None, Meta(description="Column with the number of times it was tried.")] = None
    heartbeat: Annotated[
        Text | None, Meta(description="Column with the time at which its worker was last heard of.")
    ] = None
    finished: Annotated[Text | None, Meta(description="Column with the time it ended.")] = None
    correlation: Annotated[
        Text | None, Meta(description="Column with the correlation id that it took from its event.")
    ] = None
    error: Annotated[Text | None, Meta(description="Column with what last went wrong.")] = None
    source: Annotated[Text | None, Meta(description="Column that says who enqueued it.")] = None
    states: Annotated[
        States | None,
        Meta(description="What each status means. Usual words (`queued`, `running`...) are known."),
    ] = None


class Runs(Entry, frozen=True, kw_only=True):
    """Where the runs of jobs are."""

    table: Annotated[Text, Meta(description="Table of the runs.", extra={"read": "table"})]
    id: Annotated[Text | None, Meta(description="Column with the run's id.")] = None
    job: Annotated[Text, Meta(description="Column with the id of the job.")]
    status: Annotated[Text | None, Meta(description="Column with the state of the run.")] = None
    started: Annotated[Text | None, Meta(description="Column with the time it began.")] = None
    finished: Annotated[Text | None, Meta(description="Column with the time it ended.")] = None
    error: Annotated[Text | None, Meta(description="Column with what went wrong.")] = None
    failed: Annotated[
        tuple[Text, ...], Meta(description="Statuses of a run that failed. Usual words (`failed`...) are known.")
    ] = ()


_COUNT = {"read": "count"}
_COUNT_SCHEMA = {"type": ["integer", "string"], "pattern": "^[0-9]+$"}


class Thresholds(Entry, frozen=True, kw_only=True):
    """What of the live flow is too much: a figure above its threshold is an error."""

    gap: Annotated[
        Text | None,
        Meta(
            description="Events without their job, later than `event_to_job_gap`; 0 when left out.",
            extra=_COUNT,
            extra_json_schema=_COUNT_SCHEMA,
        ),
    ] = None
    dead: Annotated[
        Text | None,
        Meta(
            description="Jobs that died within the window; 0 when left out.",
            extra=_COUNT,
            extra_json_schema=_COUNT_SCHEMA,
        ),
    ] = None
    stale: Annotated[
        Text | None,
        Meta(
            description="Running jobs whose worker was not heard of for `stale_after`; 0 when left out.",
            extra=_COUNT,
            extra_json_schema=_COUNT_SCHEMA,
        ),
    ] = None
    outside: Annotated[
        Text | None,
        Meta(
            description="Jobs of the window that were not enqueued by the `gateway`; 0 when left out.",
            extra=_COUNT,
            extra_json_schema=_COUNT_SCHEMA,
        ),
    ] = None
    without_event: Annotated[
        Text | None,
        Meta(
            description="Jobs of the window that no event asked for; 0 when left out.",
            extra=_COUNT,
            extra_json_schema=_COUNT_SCHEMA,
        ),
    ] = None
    backlog: Annotated[
        Text | None,
        Meta(description="Jobs that wait and might be taken.", extra=_COUNT, extra_json_schema=_COUNT_SCHEMA),
    ] = None
    backlog_age: Annotated[
        Text | None,
        Meta(
            description="How long the oldest waiting job has waited since it might be taken.",
            extra={"read": "interval"},
            extra_json_schema={"pattern": r"^[0-9]+(ms|s|m|h|d)$"},
        ),
    ] = None
    retries: Annotated[
        Text | None,
        Meta(
            description="Attempts beyond the first, of jobs of the window.",
            extra=_COUNT,
            extra_json_schema=_COUNT_SCHEMA,
        ),
    ] = None
    failed_runs: Annotated[
        Text | None,
        Meta(description="Runs of the window with an error.", extra=_COUNT, extra_json_schema=_COUNT_SCHEMA),
    ] = None


class Pipeline(Entry, frozen=True, kw_only=True):
    """How forensics reads the live flow of events, jobs and runs."""

    events: Annotated[Events | None, Meta(description="The events.")] = None
    jobs: Annotated[Jobs | None, Meta(description="The jobs.")] = None
    runs: Annotated[Runs | None, Meta(description="The runs.")] = None
    requires: Annotated[
        dict[str, str],
        Meta(description="Which type of event needs which type of job."),
    ] = field(default_factory=dict)
    event_to_job_gap: Annotated[
        Text | None,
        Meta(
            description="Longest time from an event to its job: a number and `ms`, `s`, `m`, `h` or `d`.",
            extra={"read": "interval"},
            extra_json_schema={"pattern": r"^[0-9]+(ms|s|m|h|d)$"},
        ),
    ] = None
    stale_after: Annotated[
        str,
        Meta(
            description="Longest silence of a running job's worker.",
            extra={"read": "interval"},
            extra_json_schema={"pattern": r"^[0-9]+(ms|s|m|h|d)$"},
        ),
    ] = "5m"
    thresholds: Annotated[Thresholds, Meta(description="What is too much.")] = Thresholds()
    gateway: Annotated[
        tuple[Text, ...],
        Meta(description="Values of `jobs.source` by which the single gateway marks what it enqueues."),
    ] = ()
    repair: Annotated[
        dict[str, str],
        Meta(
            description="SQL that a finding names, by figure: `gap`, `dead`, `stale`, `without_event`... "
            "`{entity}`, `{event}`, `{job}`, `{id}` and `{correlation}` become literals."
        ),
    ] = field(default_factory=dict)


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


class Criterion(Entry, frozen=True, kw_only=True):
    """One thing that must be so before a phase opens: exactly one of the keys that name a question."""

    guards: Annotated[Literal["green"] | None, Meta(description="No guard finds anything that fails.")] = None
    contract: Annotated[
        Literal["kept"] | None, Meta(description="The live database keeps every entry of the contract.")
    ] = None
    trigger: Annotated[
        Text | None,
        Meta(description="This trigger is enabled: `NAME on SCHEMA.TABLE`.", extra={"read": "trigger"}),
    ] = None
    deployed: Annotated[
        Text | None,
        Meta(
            description="This migration has reached the live database: ledger and effects.",
            extra_json_schema={"type": ["string", "number"]},
        ),
    ] = None
    flows: Annotated[
        Text | None,
        Meta(
            description="So many of the last entities, in a row, went through all events of `of`, each with its "
            "job and the job's runs.",
            extra=_COUNT,
            extra_json_schema=_COUNT_SCHEMA,
        ),
    ] = None
    of: Annotated[tuple[Text, ...], Meta(description="With `flows`: types of events, in order.")] = ()
    settled: Annotated[
        str,
        Meta(
            description="With `flows`: entities that began later than this are left out, they are under way.",
            extra={"read": "interval"},
        ),
    ] = "10m"
    gateway: Annotated[
        Text | None,
        Meta(
            description="Percent of the jobs of `within` that the `gateway` of `pipeline:` enqueued.",
            extra=_COUNT,
            extra_json_schema=_COUNT_SCHEMA,
        ),
    ] = None
    figure: Annotated[
        Literal[
            "gap", "backlog", "backlog_age", "dead", "stale", "retries", "failed_runs", "outside", "without_event"
        ]
        | None,
        Meta(description="This figure of `auditor forensics kpi` over `within` is at most `at_most`."),
    ] = None
    at_most: Annotated[
        Text | None,
        Meta(description="With `figure`; 0 when left out.", extra=_COUNT, extra_json_schema=_COUNT_SCHEMA),
    ] = None
    compat_zero: Annotated[
        Text | None,
        Meta(description="Every count of `record` has been zero for so long: `7d`.", extra={"read": "interval"}),
    ] = None
    no_manual_sql_since: Annotated[
        datetime.date | None,
        Meta(description="Nobody has changed the catalog but by migrations since that day."),
    ] = None
    roles: Annotated[
        tuple[Text, ...],
        Meta(description="With `no_manual_sql_since`: roles that run migrations; what they did is not manual."),
    ] = ()
    applications: Annotated[
        tuple[Text, ...],
        Meta(description="With `no_manual_sql_since`: likewise names of applications."),
    ] = ()
    alerts_tested: Annotated[
        tuple[Text, ...],
        Meta(
            description="Codes that `auditor forensics alert --record` must have told within `within`, each "
            "followed by a run that was quiet.",
            extra={"read": "code"},
        ),
    ] = ()
    within: Annotated[
        str,
        Meta(description="The time that is looked at.", extra={"read": "interval"}),
    ] = "7d"
    record: Annotated[
        Text | None,
        Meta(
            description="File that `--record` writes, relative to this file, with `compat_zero` and "
            "`alerts_tested`.",
            extra={"read": "path"},
        ),
    ] = None

    QUESTIONS: ClassVar[tuple[str, ...]] = (
        "guards", "contract", "trigger", "deployed", "flows", "gateway", "figure", "compat_zero",
        "no_manual_sql_since", "alerts_tested",
    )  # fmt: skip

    @property
    def question(self) -> str:
        """The key that names what is asked."""
        return next(name for name in self.QUESTIONS if getattr(self, name))

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """One question, and what it needs."""
        asked = [name for name in self.QUESTIONS if getattr(self, name)]
        if len(asked) != 1:
            yield self.location, f"a criterion asks one question; choose one of {', '.join(self.QUESTIONS)}"
        elif asked[0] == "flows" and not self.of:
            yield self.location, "`flows` needs `of`: the types of events that a complete flow has"
        elif asked[0] in ("compat_zero", "alerts_tested") and self.record is None:
            yield self.location, f"`{asked[0]}` needs `record`: the file that `--record` writes"


class Phase(Entry, frozen=True, kw_only=True):
    """A phase opens when all its criteria are met, and not on a date."""

    name: Annotated[
        Text,
        Meta(
            description="Its name: small letters, digits and hyphens; the evidence is filed under it.",
            extra={"read": "phase"},
            extra_json_schema={"pattern": "^[a-z0-9][a-z0-9-]*$"},
        ),
    ]
    description: Annotated[Text | None, Meta(description="What it is about.")] = None
    criteria: Annotated[
        tuple[Criterion, ...],
        Meta(description="What must be so.", extra_json_schema={"minItems": 1}, extra={"at_least": 1}),
    ]


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
