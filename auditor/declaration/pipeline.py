"""The keys of `pipeline:`: where events, jobs and runs of the live flow are, and how long what may take."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from auditor.declaration.base import COUNT, COUNT_SCHEMA, Entry, Text


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


class Thresholds(Entry, frozen=True, kw_only=True):
    """What of the live flow is too much: a figure above its threshold is an error."""

    gap: Annotated[
        Text | None,
        Meta(
            description="Events without their job, later than `event_to_job_gap`; 0 when left out.",
            extra=COUNT,
            extra_json_schema=COUNT_SCHEMA,
        ),
    ] = None
    dead: Annotated[
        Text | None,
        Meta(
            description="Jobs that died within the window; 0 when left out.",
            extra=COUNT,
            extra_json_schema=COUNT_SCHEMA,
        ),
    ] = None
    stale: Annotated[
        Text | None,
        Meta(
            description="Running jobs whose worker was not heard of for `stale_after`; 0 when left out.",
            extra=COUNT,
            extra_json_schema=COUNT_SCHEMA,
        ),
    ] = None
    outside: Annotated[
        Text | None,
        Meta(
            description="Jobs of the window that were not enqueued by the `gateway`; 0 when left out.",
            extra=COUNT,
            extra_json_schema=COUNT_SCHEMA,
        ),
    ] = None
    without_event: Annotated[
        Text | None,
        Meta(
            description="Jobs of the window that no event asked for; 0 when left out.",
            extra=COUNT,
            extra_json_schema=COUNT_SCHEMA,
        ),
    ] = None
    backlog: Annotated[
        Text | None,
        Meta(description="Jobs that wait and might be taken.", extra=COUNT, extra_json_schema=COUNT_SCHEMA),
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
            extra=COUNT,
            extra_json_schema=COUNT_SCHEMA,
        ),
    ] = None
    failed_runs: Annotated[
        Text | None,
        Meta(description="Runs of the window with an error.", extra=COUNT, extra_json_schema=COUNT_SCHEMA),
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
