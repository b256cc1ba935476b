"""A new migration gives a core object to another role.

What it means
    ALTER ... OWNER TO of an object of class core which an earlier migration made. Asked of new migrations only
    (see MIG002).

Why it matters
    The owner may do everything with a table, and row-level security does not hold for him. A SECURITY DEFINER
    function runs with its owner's rights.

What to do
    Leave the owner. Grant the privileges that are needed.

How to allow it
    By object, with a reason and an end: `{code: MIG008, object: "table public.jobs", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Effect, Finding, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
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
    "migrations/0002_role.sql": "CREATE ROLE auditor_example_owner;\n",
    "migrations/0003_owner.sql": "ALTER TABLE public.jobs OWNER TO auditor_example_owner;\n",
}
GOOD = BAD | {
    "migrations/0003_owner.sql": "GRANT SELECT ON public.jobs TO auditor_example_owner;\n",
}

RULE = Rule(
    code="MIG008",
    name="core-owner-changed",
    severity=Severity.ERROR,
    help="leave the owner, or say in the review why it changes",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each object."""
    for life in course.core_lives():
        if not life.exists:
            continue
        for effect in course.happened(life):
            if effect.action == "alter" and effect.detail == "owner" and course.is_new(effect):
                if course.before(effect.migration, life) or not _made(life.effects, effect.migration):
                    yield RULE.finding(
                        f"{effect.migration} gives {life.object} to another owner",
                        object=life.object,
                        field="owner",
                        location=effect.location,
                    )
                break


# Private


def _made(effects: list[Effect], migration: str) -> bool:
    return any(effect.action == "create" and effect.migration == migration for effect in effects)
