"""Row-level security of a core table is switched off in the end.

What it means
    A migration says DISABLE ROW LEVEL SECURITY (or NO FORCE, after FORCE) of a core table, and neither it nor a
    later one takes that back.

Why it matters
    The policies stay, and none of them is asked: every role with a privilege on the table sees every row.

What to do
    Enable it again. If the policies are no longer wanted, drop them, so that nobody believes in them.

How to allow it
    By object, with a reason and an end: `{code: MIG003, object: "table public.jobs", reason: ..., until: ...}`.
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
    "migrations/0002_rls.sql": "ALTER TABLE public.jobs ENABLE ROW LEVEL SECURITY;\n",
    "migrations/0003_off.sql": "ALTER TABLE public.jobs DISABLE ROW LEVEL SECURITY;\n",
}
GOOD = BAD | {
    "migrations/0004_on.sql": "ALTER TABLE public.jobs ENABLE ROW LEVEL SECURITY;\n",
}

RULE = Rule(
    code="MIG003",
    name="row-security-off",
    severity=Severity.ERROR,
    help="enable row level security again",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each table, at the statement that had the last word."""
    for life in course.core_lives("table"):
        if not life.exists:
            continue
        for on, off in _SWITCHES:
            said = [effect for effect in course.happened(life) if effect.detail in (on, off)]
            if not said or said[-1].detail != off:
                continue
            if off.startswith("no") and len(said) == 1:
                continue  # it was never forced
            yield RULE.finding(
                f"{said[-1].migration} says {off.upper()} of {life.object}, and nothing takes it back",
                object=life.object,
                field="row security" if off.startswith("dis") else "force row security",
                location=said[-1].location,
            )


# Private

_SWITCHES = (
    ("enable row level security", "disable row level security"),
    ("force row level security", "no force row level security"),
)
