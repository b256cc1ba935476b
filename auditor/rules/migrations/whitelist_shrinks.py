"""A new migration takes values off the whitelist of a core column.

What it means
    A CHECK of a core table that lets a column hold certain values is made again with fewer of them. The values
    that are gone are named. Asked of new migrations only (see MIG002). With `--db`, `auditor check` and `auditor
    review` say how many rows have each of them, or why that could not be counted; where no row has any, it is a
    warning.

Why it matters
    ADD CONSTRAINT reads the whole table and fails if a row has such a value: on production, not in the tests. With
    NOT VALID it passes, and the next UPDATE of such a row fails.

What to do
    Change the rows in an earlier migration, or keep the value until none has it.

How to allow it
    By object, with a reason and an end:
    `{code: MIG007, object: "table constraint jobs_status_check on public.jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.model import Effect, Finding, Location, ObjectId, Severity
from auditor.model.change import AddConstraint, Constraint, CreateTable
from auditor.model.rule import Rule
from auditor.sql.names import own_name

if TYPE_CHECKING:
    from auditor.contract.row_counts import Counted
    from auditor.history.course import Course

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*], infra: [role *]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, status text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.note();
""",
    "migrations/0002_check.sql": """\
ALTER TABLE public.jobs ADD CONSTRAINT known CHECK (status IN ('queued', 'running', 'done'));
""",
    "migrations/0003_check.sql": """\
ALTER TABLE public.jobs DROP CONSTRAINT known;
ALTER TABLE public.jobs ADD CONSTRAINT known CHECK (status IN ('queued', 'done'));
""",
}
GOOD = BAD | {
    "migrations/0003_check.sql": """\
ALTER TABLE public.jobs DROP CONSTRAINT known;
ALTER TABLE public.jobs ADD CONSTRAINT known CHECK (status IN ('queued', 'running', 'done', 'dead'));
""",
}

RULE = Rule(
    code="MIG007",
    name="whitelist-shrinks",
    severity=Severity.ERROR,
    help="change the rows first, or keep the value until none has it",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A whitelist with fewer values than before.

    Attributes:
        constraint, table: the CHECK and its table.
        column: as written, without quotes.
        removed: values that are no longer let in, sorted.
    """

    constraint: ObjectId
    table: ObjectId
    column: str
    removed: tuple[str, ...]
    migration: str
    location: Location


def shrunk_whitelists(course: Course) -> Iterator[Shrunk]:
    """Every whitelist of a core table that a new migration makes smaller."""
    by_column: dict[tuple[ObjectId, str], list[tuple[Effect, ObjectId, frozenset[str]]]] = {}
    for life in course.core_lives("table constraint"):
        for effect in course.happened(life):
            if effect.action != "create" or life.parent is None:
                continue
            for column, values in _whitelists(course, effect, life.object):
                by_column.setdefault((life.parent, column), []).append((effect, life.object, values))
    for (table, column), found in by_column.items():
        found.sort(key=lambda one: (course.order[one[0].migration], one[0].statement))
        for (_, _, before), (effect, item, after) in pairwise(found):
            last = effect is found[-1][0]
            if last and course.is_new(effect) and (removed := before - after) and course.exists(item):
                yield Shrunk(item, table, column, tuple(sorted(removed)), effect.migration, effect.location)


def check(course: Course, rows: Mapping[Shrunk, Counted] | None = None) -> Iterator[Finding]:
    """One finding for each whitelist.

    Args:
        course: the history.
        rows: what the live database has; None if there is none.
    """
    for one in shrunk_whitelists(course):
        counted = rows.get(one) if rows is not None else None
        said, severity = _told(one, counted)
        yield RULE.finding(
            f"{one.migration} no longer lets {one.table} have {', '.join(one.removed)} as {one.column}{said}",
            severity=severity,
            object=one.constraint,
            field=one.column,
            actual=f"removed: {', '.join(one.removed)}",
            location=one.location,
        )


# Private


def _told(one: Shrunk, counted: Counted | None) -> tuple[str, Severity]:
    """What the live database says of the removed values, and how bad that is."""
    if counted is None:
        return "", RULE.severity
    if counted.reason:
        return f"; how many rows have it could not be counted: {counted.reason}", RULE.severity
    there = [(value, counted.rows[value]) for value in one.removed if counted.rows[value]]
    if not there:
        return "; no row has it in the live database", Severity.WARNING
    said = ", ".join(f"{number} {'row has' if number == 1 else 'rows have'} {value}" for value, number in there)
    return f"; in the live database {said}", RULE.severity


def _whitelists(course: Course, effect: Effect, item: ObjectId) -> Iterator[tuple[str, frozenset[str]]]:
    from auditor.sql.allowed import allowed_values

    name = own_name(item.identity)
    for change in course.changes_at(effect):
        constraints: list[Constraint] = []
        if isinstance(change, AddConstraint):
            constraints = [change.constraint]
        elif isinstance(change, CreateTable):
            constraints = [*change.constraints, *(one for column in change.columns for one in column.constraints)]
        for constraint in constraints:
            if constraint.type != "c" or len(constraint.columns) != 1 or constraint.name not in (name, None):
                continue
            if constraint.name is None and not name.endswith(f"_{constraint.columns[0]}_check"):
                continue
            values = allowed_values(_expression(constraint.definition), constraint.columns[0]).values
            if values is not None:
                yield constraint.columns[0], values


def _expression(definition: str) -> str:
    """What stands in the parentheses of `CONSTRAINT name CHECK (...) NOT VALID`."""
    start, end = definition.find("("), definition.rfind(")")
    return definition[start + 1 : end] if 0 <= start < end else definition
