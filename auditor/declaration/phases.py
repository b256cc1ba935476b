"""The keys of `phases:`: what must be so before the next phase opens."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from auditor.declaration.base import COUNT, COUNT_SCHEMA, Entry, Text
from auditor.model import Location


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
            extra=COUNT,
            extra_json_schema=COUNT_SCHEMA,
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
            extra=COUNT,
            extra_json_schema=COUNT_SCHEMA,
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
        Meta(description="With `figure`; 0 when left out.", extra=COUNT, extra_json_schema=COUNT_SCHEMA),
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
