"""A new migration drops a policy of a core table and puts none in its place.

What it means
    The policy is gone in the end, the table is still there, and neither this nor a later migration creates one
    on it. Asked of new migrations only (see MIG002).

Why it matters
    With row-level security on, rows vanish for those whom the policy let see them; if it was restrictive, rows
    appear for those whom it kept out.

What to do
    Create the policy that takes its place in the same migration.

How to allow it
    By object, with a reason and an end: `{code: MIG004, object: "policy mine on public.jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
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
    "migrations/0002_rls.sql": """\
ALTER TABLE public.jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON public.jobs USING (status = 'mine');
""",
    "migrations/0003_drop.sql": "DROP POLICY mine ON public.jobs;\n",
}
GOOD = BAD | {
    "migrations/0003_drop.sql": """\
DROP POLICY mine ON public.jobs;
CREATE POLICY ours ON public.jobs USING (status = 'ours');
""",
}

RULE = Rule(
    code="MIG004",
    name="core-policy-dropped",
    severity=Severity.ERROR,
    help="create the policy that takes its place in the same migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each policy."""
    for life in course.core_lives("policy"):
        last = life.last_effect
        if life.exists or last is None or last.action != "drop" or not course.is_new(last):
            continue
        if life.parent is None or not course.exists(life.parent):
            continue
        replaced = any(
            effect.action == "create" and course.order[effect.migration] >= course.order[last.migration]
            for item, other in course.history.lives.items()
            if item.kind == "policy" and other.parent == life.parent
            for effect in other.effects
        )
        if not replaced:
            yield RULE.finding(
                f"{last.migration} drops {life.object} and puts no policy in its place",
                object=life.object,
                field="dropped",
                location=last.location,
            )
