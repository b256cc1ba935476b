"""The tables of a live flow, as `pipeline:` maps them and as the catalog says they are.

Every name goes into a query quoted, and only after the catalog has it; every value goes as a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from auditor.catalog.identity import names_in
from auditor.declaration.base import Text
from auditor.declaration.pipeline import Events, Jobs, Pipeline, Runs
from auditor.errors import ConfigurationError, ConfigurationProblem, CouldNotCheck

Connection = psycopg.Connection[Any]

WAITING = (
    "queued",
    "pending",
    "waiting",
    "todo",
    "ready",
    "available",
    "scheduled",
    "retryable",
    "retry",
    "new",
    "created",
    "enqueued",
)
RUNNING = (
    "running",
    "doing",
    "claimed",
    "active",
    "processing",
    "executing",
    "started",
    "in_progress",
    "leased",
    "locked",
    "reserved",
)
DONE = ("succeeded", "success", "successful", "completed", "complete", "done", "finished", "ok")
DEAD = (
    "dead",
    "failed",
    "failure",
    "error",
    "errored",
    "discarded",
    "cancelled",
    "canceled",
    "aborted",
    "dead_letter",
    "exhausted",
)
FAILED_RUN = (
    "failed",
    "failure",
    "error",
    "errored",
    "abandoned",
    "crashed",
    "timeout",
    "timed_out",
    "aborted",
    "cancelled",
    "canceled",
)
"""What a status means where `states:` of `pipeline:` does not say it; capital letters too."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One table of the flow.

    Attributes:
        sql: its name, quoted.
        columns: key of `pipeline:` -> quoted column.
        types: key -> type of the column, as PostgreSQL prints it.
    """

    sql: str
    columns: Mapping[str, str]
    types: Mapping[str, str]

    def __contains__(self, key: str) -> bool:
        """Whether the key is mapped."""
        return key in self.columns

    def __call__(self, alias: str, key: str) -> str:
        """The column, with the alias of its table."""
        return f"{alias}.{self.columns[key]}"

    def text(self, alias: str, key: str) -> str:
        """The column as text; unchanged if it is text, so that an index on it serves."""
        plain = self.types[key] in ("text", "character varying") or self.types[key].startswith(
            "character varying("
        )
        return self(alias, key) if plain else f"{self(alias, key)}::text"


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow, ready to be read.

    Attributes:
        pipeline: as configured.
        events, jobs, runs: the tables; None if not mapped.
        event_type, event_at, event_correlation: SQL over an event `x`, of type jsonb, in an array; empty if events
            are rows, or there is none.
        states: status of a job -> `waiting`, `running`, `done`, `dead`.
        failed: status of a run that failed.
    """

    pipeline: Pipeline
    events: Mapped | None
    jobs: Mapped | None
    runs: Mapped | None
    major: int
    states: Mapping[str, str]
    failed: tuple[str, ...]

    @property
    def in_array(self) -> bool:
        """Whether events stand in an array of their entity."""
        return self.events is not None and "array" in self.events

    def state(self, status: str | None) -> str:
        """What a job's status means; `unknown` if nothing says it."""
        return self.states.get(status or "", "unknown")

    def statuses(self, *states: str) -> list[str]:
        """All statuses that mean one of the states."""
        return [status for status, state in self.states.items() if state in states]

    # SQL over one event; `e` is the row of its table, `x` the element of the array

    def elements(self) -> str:
        """What to join `e` with to have an event a row."""
        if not self.in_array:
            return ""
        return f" cross join lateral jsonb_array_elements({self.array()}) with ordinality x (event, place)"

    def array(self) -> str:
        """The array of `e` as jsonb; an empty one where it is none."""
        events = self.need("events")
        array = events("e", "array")
        if events.types["array"] != "jsonb":
            array = f"to_jsonb({array})"
        return f"case jsonb_typeof({array}) when 'array' then {array} else '[]' end"

    def event_type(self) -> str:
        """The type of an event, as text."""
        return self._part("type")

    def event_correlation(self) -> str | None:
        """Its correlation id, as text."""
        return self._part("correlation") if self._has("correlation") else None

    def event_at(self) -> str | None:
        """Its time; null where the text is no time."""
        if not self._has("at"):
            return None
        if not self.in_array:
            return self.need("events")("e", "at") + "::timestamptz"
        key = _literal(str(self.pipeline.events.at))  # type: ignore[union-attr]
        value = f"x.event ->> {key}"
        valid = (
            f"pg_input_is_valid({value}, 'timestamptz')"
            if self.major >= 16
            else f"{value} ~ '^\\d{{4}}-(0\\d|1[0-2])-([0-2]\\d|3[01])[T ]([01]\\d|2[0-3]):[0-5]\\d'"
        )
        return (
            f"case jsonb_typeof(x.event -> {key}) when 'number' then "
            f"to_timestamp(({value})::float8 / case when ({value})::float8 > 1e11 then 1000 else 1 end) "
            f"when 'string' then case when {valid} then ({value})::timestamptz end end"
        )

    def need(self, name: str) -> Mapped:
        """A table that must be mapped.

        Raises:
            CouldNotCheck: it is not.
        """
        found: Mapped | None = getattr(self, name)
        if found is None:
            raise CouldNotCheck(f"`pipeline:` of classifications.yaml does not map `{name}:`")
        return found

    def same_entity(self) -> tuple[str, str]:
        """The entity's id of an event and of a job, such that they can be compared."""
        events, jobs = self.need("events"), self.need("jobs")
        if events.types["id"] == jobs.types["entity"]:
            return events("e", "id"), jobs("j", "entity")
        return f"{events('e', 'id')}::text", f"{jobs('j', 'entity')}::text"

    def same_correlation(self) -> tuple[str, str] | None:
        """The correlation of an event and of a job, if both are mapped."""
        event = self.event_correlation()
        if event is None or self.jobs is None or "correlation" not in self.jobs:
            return None
        return event, self.jobs.text("j", "correlation")

    def _has(self, key: str) -> bool:
        return self.pipeline.events is not None and getattr(self.pipeline.events, key) is not None

    def _part(self, key: str) -> str:
        if self.in_array:
            name = _literal(str(getattr(self.pipeline.events, key)))
            if key == "type":  # an array of texts is an array of types
                return (
                    f"case jsonb_typeof(x.event) when 'string' then x.event #>> '{{}}' else x.event ->> {name} end"
                )
            return f"x.event ->> {name}"
        return self.need("events").text("e", key)


def read_flow(connection: Connection, pipeline: Pipeline, file: str) -> Flow:
    """Look up the tables and columns that `pipeline:` names.

    Args:
        connection: inside a read-only transaction.
        pipeline: as configured.
        file: `classifications.yaml`, for messages.

    Raises:
        ConfigurationError: a table or column is not there.
        CouldNotCheck: the role may not read one, or row level security hides rows of it.
        psycopg.Error: from the server.
    """
    problems: list[ConfigurationProblem] = []
    mapped: dict[str, Mapped | None] = {}
    for name, keys in _KEYS.items():
        entry = getattr(pipeline, name)
        mapped[name] = _mapped(connection, entry, keys, file, problems) if entry is not None else None
    if problems:
        raise ConfigurationError(problems)
    failed = pipeline.runs.failed if pipeline.runs is not None else ()
    return Flow(
        pipeline,
        mapped["events"],
        mapped["jobs"],
        mapped["runs"],
        connection.info.server_version // 10_000,
        _states(pipeline.jobs),
        tuple(str(one) for one in failed) or (*FAILED_RUN, *(one.upper() for one in FAILED_RUN)),
    )


# Private

_KEYS: Mapping[str, tuple[str, ...]] = {
    "events": ("id", "array", "type", "at", "correlation", "updated"),
    "jobs": (
        "id", "entity", "type", "status", "created", "attempts", "heartbeat", "finished", "available",
        "correlation", "error", "source",
    ),
    "runs": ("id", "job", "status", "started", "finished", "error"),
}  # fmt: skip
_IN_ELEMENTS = ("type", "at", "correlation")  # of events in an array: keys of an element, no columns
_LOOK = (Path(__file__).with_name("flow_table.sql")).read_bytes


def _mapped(
    connection: Connection,
    entry: Events | Jobs | Runs,
    keys: Iterable[str],
    file: str,
    problems: list[ConfigurationProblem],
) -> Mapped | None:
    parts, _ = names_in(str(entry.table))
    cursor = psycopg.RawCursor(connection)
    found = cursor.execute(_LOOK(), [parts[0], parts[-1]]).fetchone()
    if found is None:
        problems.append(_problem(file, entry.table, f"`table`: the database has no {entry.table}"))
        return None
    readable, hidden, names, types, allowed = found
    table = ".".join(_quoted(part) for part in parts)
    if hidden:
        raise CouldNotCheck(
            f"row level security may hide rows of {entry.table} from this role: use one with BYPASSRLS, or give "
            "it a policy `USING (true)`"
        )
    known = dict(zip(names, types, strict=True))
    columns: dict[str, str] = {}
    for key in keys:
        value = getattr(entry, key)
        if value is None or (isinstance(entry, Events) and entry.array is not None and key in _IN_ELEMENTS):
            continue
        name = _column(str(value), known)
        if name is None:
            problems.append(_problem(file, value, f"`{key}`: {entry.table} has no column {value}"))
        elif not readable and name not in allowed:
            raise CouldNotCheck(
                f"this role may not read {entry.table}.{name}: GRANT SELECT ({_quoted(name)}) is needed"
            )
        else:
            columns[key] = name
    return Mapped(
        table,
        {key: _quoted(name) for key, name in columns.items()},
        {key: known[name] for key, name in columns.items()},
    )


def _column(written: str, known: Mapping[str, str]) -> str | None:
    """The column that is meant: as written, or as SQL would have it."""
    unquoted = written[1:-1].replace('""', '"') if written[:1] == written[-1:] == '"' else written.lower()
    return next((name for name in (written, unquoted) if name in known), None)


def _problem(file: str, value: Text, message: str) -> ConfigurationProblem:
    place = getattr(value, "location", None)
    return ConfigurationProblem(file, place.line if place else None, place.column if place else None, message)


def _states(jobs: Jobs | None) -> dict[str, str]:
    declared = jobs.states if jobs is not None else None
    states: dict[str, str] = {}
    for state, words in (("waiting", WAITING), ("running", RUNNING), ("done", DONE), ("dead", DEAD)):
        own = getattr(declared, state) if declared is not None else ()
        for word in own or (() if declared is not None else (*words, *(one.upper() for one in words))):
            states[str(word)] = state
    return states


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
