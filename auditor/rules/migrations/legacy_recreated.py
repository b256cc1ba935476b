"""A legacy object comes back to life.

What it means
    An object of class legacy that a migration dropped is created again by a later one and is there in the end; or
    a legacy trigger that was switched off is on again. To drop and create within one migration is no return.

Why it matters
    Legacy objects are listed so that they are known when they come back: the old way into the queue is open again,
    beside the new one.

What to do
    Drop it, or switch it off, and find out who needed it. If it is no longer legacy, give it another class.

How to allow it
    By object, with a reason and an end:
    `{code: MIG012, object: "function public.enqueue_old()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Effect, Finding, ObjectId, OwnerClass, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.history.course import Course
    from auditor.history.lives import Life

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs], legacy: [function public.old_*]}
""",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
    "migrations/0002_old.sql": "CREATE FUNCTION public.old_way() RETURNS integer LANGUAGE sql AS 'SELECT 1';\n",
    "migrations/0003_gone.sql": "DROP FUNCTION public.old_way();\n",
    "migrations/0004_back.sql": "CREATE FUNCTION public.old_way() RETURNS integer LANGUAGE sql AS 'SELECT 2';\n",
}
GOOD = BAD | {
    "migrations/0005_gone_again.sql": "DROP FUNCTION public.old_way();\n",
}

RULE = Rule(
    code="MIG012",
    name="legacy-recreated",
    severity=Severity.ERROR,
    help="leave the legacy object dropped",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each object, at the statement that brought it back."""
    for item in sorted(course.history.lives):
        life = course.history.lives[item]
        parent = life.parent
        if not life.exists or course.class_of(item) is not OwnerClass.LEGACY:
            continue
        back = _revival(course, life)
        if back is None or back.implied or (parent is not None and _came_with(course, parent, back)):
            continue
        verb = "creates" if back.action in ("create", "replace") else "enables"
        yield RULE.finding(
            f"{back.migration} {verb} the legacy {item} again",
            owner_class=OwnerClass.LEGACY,
            object=item,
            field="exists" if verb == "creates" else "enabled",
            location=back.location,
        )


# Private


def _revival(course: Course, life: Life) -> Effect | None:
    """The effect after which the object lives again, in another migration than the one that ended it."""
    ended: Effect | None = None
    back: Effect | None = None
    for effect in course.happened(life):
        if effect.action in ("drop", "disable"):
            ended, back = effect, None
        elif ended is not None and back is None:
            begins = "create" if ended.action == "drop" else "enable"
            if effect.action in (begins, "create") and effect.migration != ended.migration:
                back = effect
            elif effect.action in (begins, "create"):
                ended = None
    return back


def _came_with(course: Course, parent: ObjectId, back: Effect) -> bool:
    """Whether the table itself came back in that statement's migration: then it is told, not its parts."""
    life = course.history.lives.get(parent)
    revived = _revival(course, life) if life is not None else None
    return revived is not None and revived.migration == back.migration
