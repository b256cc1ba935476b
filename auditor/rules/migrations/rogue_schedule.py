"""A schedule touches the core from outside infra.

What it means
    A migration that is not of class infra (by its objects or by an override) calls `cron.schedule()` with a
    command that writes a core table, calls a core function, or cannot be read; no later migration unschedules it
    by its name.

Why it matters
    A schedule runs as its creator, at night, past every entry point; no function or trigger shows it.

What to do
    Declare the migration infra, with a reason, under `overrides`; or let the schedule call a function of infra.

How to allow it
    By file, with a reason and an end: `{code: MIG011, file: migrations/0009_cron.sql, reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model import Finding, Location, ObjectId, OwnerClass, Severity
from auditor.model.change import Access, Name, Rows, Unknown
from auditor.model.rule import Rule
from auditor.sql.names import qualified

if TYPE_CHECKING:
    from auditor.history.course import Course

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs], infra: [schema cron, function cron.*]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
""",
    "migrations/0002_cron.sql": """\
CREATE SCHEMA cron;
CREATE FUNCTION cron.schedule(text, text, text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
""",
    "migrations/0003_night.sql": """\
SELECT cron.schedule('night', '0 3 * * *', 'DELETE FROM public.jobs');
""",
}
GOOD = BAD | {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs], infra: [schema cron, function cron.*]}
overrides:
  - {migration: "0003_night", class: infra, reason: cleaning up is nobody's business but ours}
""",
}

RULE = Rule(
    code="MIG011",
    name="rogue-schedule",
    severity=Severity.ERROR,
    help="put the schedule into an infra migration, or leave the core to its own functions",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """One call of cron.schedule().

    Attributes:
        name: of the schedule, or None.
        command: what it runs, or None where the text does not tell.
    """

    name: str | None
    command: str | None
    migration: str
    location: Location


def schedules_of(course: Course) -> Iterator[Schedule]:
    """The schedules that are there in the end, as far as the text tells."""
    found: list[Schedule] = []
    for migration in course.history.migrations:
        for number, statement in enumerate(migration.statements, start=1):
            for change in course.changes.get((migration.id, number), ()):
                if not isinstance(change, Rows) or change.access.action != "call" or change.inside == "function":
                    continue
                access = change.access
                if access.name.schema != "cron" or not access.name.name.startswith(("schedule", "unschedule")):
                    continue
                first = access.arguments[0] if access.arguments else None
                if access.name.name.startswith("unschedule"):
                    found = [one for one in found if first is None or one.name != _text(first)]
                    continue
                named = len(access.arguments) > 2
                name = _text(first) if named and first is not None else None
                command = access.arguments[2 if named else 1] if len(access.arguments) > 1 else None
                found = [one for one in found if name is None or one.name != name]
                place = Location(statement.file, statement.line + change.line_offset, statement.column)
                found.append(Schedule(name, _text(command) if command else None, migration.id, place))
    yield from found


def check(course: Course, infra: Collection[str]) -> Iterator[Finding]:
    """One finding for each schedule.

    Args:
        course: the history.
        infra: ids of the migrations that are declared infra.
    """
    for schedule in schedules_of(course):
        if schedule.migration in infra:
            continue
        touched = _core_of(course, schedule.command) if schedule.command is not None else ["what cannot be read"]
        if touched:
            name = f"the schedule {schedule.name}" if schedule.name else "a schedule"
            yield RULE.finding(
                f"{schedule.migration} adds {name}, which touches {', '.join(touched)}",
                field=schedule.name,
                owner_class=OwnerClass.CORE,
                actual=schedule.command,
                location=schedule.location,
            )


# Private


def _text(literal: str) -> str:
    """The text of an SQL literal as :class:`Access` keeps arguments."""
    if literal.startswith("E'"):
        literal = literal[1:]
    return literal[1:-1].replace("''", "'") if literal.startswith("'") and literal.endswith("'") else literal


def _core_of(course: Course, command: str) -> list[str]:
    from auditor.migrations.effects import plain_changes_of

    found: list[str] = []
    for change in plain_changes_of(command):
        if isinstance(change, Unknown):
            found.append("what cannot be read")
        elif isinstance(change, Rows) and change.access.action != "read":
            found += [str(item) for item in _meant(course, change.access) if _is_core(course, item)]
    return list(dict.fromkeys(found))


def _is_core(course: Course, item: ObjectId) -> bool:
    return course.class_of(item) is OwnerClass.CORE


def _meant(course: Course, access: Access) -> Iterator[ObjectId]:
    kinds = ("function", "procedure") if access.action == "call" else ("table", "view")
    name = access.name if access.name.schema else Name(access.name.name, "public")
    identity = qualified(name.schema, name.name)
    for item, life in course.history.lives.items():
        if item.kind in kinds and life.exists and item.identity.partition("(")[0] == identity:
            yield item
