"""A new migration drops a core trigger and leaves its table and function.

What it means
    The trigger is gone in the end, no trigger that calls its function was created on the table in its place, and
    the function is still there. Asked of new migrations only: the newest one for `auditor check`, those of the
    change for `auditor review`. What an older one dropped is history.

Why it matters
    The function looks alive and is never called: the table is written and nothing follows.

What to do
    Create the trigger again in the same migration. If it is no longer wanted, drop the function with it.

How to allow it
    By object, with a reason and an end: `{code: MIG002, object: "trigger note on public.jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Effect, Finding, Severity
from auditor.model.change import CreateTrigger
from auditor.model.rule import Rule
from auditor.sql.names import own_name, qualified

if TYPE_CHECKING:
    from auditor.history.course import Course
    from auditor.history.lives import Life

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
    "migrations/0002_drop.sql": "DROP TRIGGER note ON public.jobs;\n",
}
GOOD = BAD | {
    "migrations/0002_drop.sql": """\
DROP TRIGGER note ON public.jobs;
CREATE TRIGGER note_all AFTER INSERT OR UPDATE ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.note();
""",
}

RULE = Rule(
    code="MIG002",
    name="core-trigger-dropped",
    severity=Severity.ERROR,
    help="create the trigger again in the same migration, or drop its function with it",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each trigger."""
    for life in course.core_lives("trigger"):
        last = life.last_effect
        if life.exists or last is None or last.action != "drop" or not course.is_new(last):
            continue
        function = _function(course, life)
        gone = life.parent is not None and not course.exists(life.parent)
        if gone or _replaced(course, life, function, last) or not _function_there(course, function):
            continue
        yield RULE.finding(
            f"{last.migration} drops {life.object}, and creates none that calls {function} in its place",
            object=life.object,
            field="dropped",
            location=last.location,
        )


# Private


def _function(course: Course, life: Life) -> str:
    """The function that the newest CREATE TRIGGER calls, with its schema if that is written."""
    name = own_name(life.object.identity)
    for effect in reversed(course.happened(life)):
        for change in course.changes_at(effect):
            if isinstance(change, CreateTrigger) and change.name == name:
                return qualified(change.function.schema, change.function.name)
    return ""


def _replaced(course: Course, life: Life, function: str, drop: Effect) -> bool:
    """Whether this or a later migration creates a trigger of that table that calls the same function."""
    return any(
        item.kind == "trigger"
        and other.exists
        and other.parent == life.parent
        and _function(course, other) == function
        and any(
            effect.action == "create" and course.order[effect.migration] >= course.order[drop.migration]
            for effect in course.happened(other)
        )
        for item, other in course.history.lives.items()
    )


def _function_there(course: Course, function: str) -> bool:
    return any(
        item.kind == "function" and life.exists and f".{item.identity.partition('(')[0]}".endswith(f".{function}")
        for item, life in course.history.lives.items()
    )
