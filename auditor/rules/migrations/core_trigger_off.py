"""A core trigger is switched off in the end.

What it means
    A migration disables a trigger of class core (or lets it fire on replicas only), and neither it nor a later
    one enables it again.

Why it matters
    The table is written as ever and nothing follows: no job, no check. Nothing fails, so nobody looks.

What to do
    Enable it again at the end of the migration that had to disable it. If it is no longer wanted, drop it, and
    take it out of the contract.

How to allow it
    By object, with a reason and an end: `{code: MIG001, object: "trigger note on public.jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.history.course import Course
from auditor.model import Finding, Severity
from auditor.model.rule import Rule

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
    "migrations/0002_import.sql": "ALTER TABLE public.jobs DISABLE TRIGGER note;\n",
}
GOOD = BAD | {
    "migrations/0003_imported.sql": "ALTER TABLE public.jobs ENABLE TRIGGER note;\n",
}

RULE = Rule(
    code="MIG001",
    name="core-trigger-off",
    severity=Severity.ERROR,
    help="enable the trigger in the same migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each trigger, at the statement that had the last word."""
    for life in course.core_lives("trigger"):
        states = [
            effect
            for effect in course.happened(life)
            if effect.action in ("create", "replace", "enable", "disable")
        ]
        if not life.exists or not states:
            continue
        last = states[-1]
        if last.action == "disable" or (last.action == "enable" and last.detail == "R"):
            what = "disables" if last.action == "disable" else "lets fire on replicas only"
            yield RULE.finding(
                f"{last.migration} {what} {life.object}, and nothing enables it again",
                object=life.object,
                field="enabled",
                location=last.location,
            )
