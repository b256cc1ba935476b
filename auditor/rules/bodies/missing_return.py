"""Control can reach the end of a function that must return something.

What it means
    There is a way through the body that meets no RETURN, RAISE EXCEPTION or endless loop. PostgreSQL raises
    `control reached end of function without RETURN` (2F005) when that way is taken; in a trigger function,
    `control reached end of trigger procedure without RETURN`. An IF without ELSE is such a way, unless its
    conditions name every event (TG_OP) of the function's triggers; a CASE without ELSE is none, since it raises
    an error of its own.

Why it matters
    The statement that fired the trigger fails, with a message that names neither table nor cause.

What to do
    End the body with RETURN, or with a RAISE EXCEPTION that says what should not have happened.

How to allow it
    By object, with a reason and an end:
    `{code: FUN002, object: "function public.old()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule
from auditor.rules.classed import by_class

if TYPE_CHECKING:
    from auditor.bodies.scene import Scene

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, status text);
CREATE FUNCTION public.guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IS NOT NULL THEN
        RETURN NEW;
    END IF;
END $$;
CREATE TRIGGER guard BEFORE INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.guard();
""",
}
GOOD = BAD | {
    "migrations/0002_guard.sql": """\
CREATE OR REPLACE FUNCTION public.guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IS NOT NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'job % has no status', NEW.id;
END $$;
""",
}

RULE = Rule(
    code="FUN002",
    name="missing-return",
    severity=Severity.WARNING,
    help="end the body with RETURN or RAISE EXCEPTION",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene) -> Iterator[Finding]:
    """One finding for each routine; an error where no way through the body returns."""
    from auditor.bodies.endings import must_return, open_end
    from auditor.bodies.scene import routines_in

    for routine in routines_in(scene):
        if not must_return(routine):
            continue
        line = open_end(routine, scene)
        if line is not None:
            what = "trigger function" if routine.returns_trigger else "function"
            yield RULE.finding(
                f"{routine.id}: control can reach the end of the {what} without RETURN",
                severity=by_class(RULE.severity, routine.owner_class),
                owner_class=routine.owner_class,
                object=routine.id,
                field="body",
                location=routine.at(line),
            )
