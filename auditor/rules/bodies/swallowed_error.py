"""A core function catches every error and tells nobody.

What it means
    A block has EXCEPTION WHEN OTHERS, and what follows neither raises (not even a NOTICE), nor uses SQLERRM or
    SQLSTATE, nor writes a row, nor calls a function.

Why it matters
    The work is undone and the caller is told that it was done. In a trigger the event is stored and its job never
    is; nothing says so, and the first to notice is the customer.

What to do
    Name the error that is expected (WHEN unique_violation), or end the handler with RAISE, or write what
    happened into a table that somebody looks at.

How to allow it
    By object, with a reason and an end:
    `{code: FUN003, object: "function public.project()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, OwnerClass, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.bodies.scene import Scene

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE FUNCTION public.enqueue(p_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.jobs (id) VALUES (p_id);
EXCEPTION WHEN OTHERS THEN
    NULL;
END $$;
""",
}
GOOD = BAD | {
    "migrations/0002_enqueue.sql": """\
CREATE OR REPLACE FUNCTION public.enqueue(p_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.jobs (id) VALUES (p_id);
EXCEPTION WHEN unique_violation THEN
    NULL;
END $$;
""",
}

RULE = Rule(
    code="FUN003",
    name="swallowed-error",
    severity=Severity.WARNING,
    help="name the expected error, raise again, or write down what happened",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene) -> Iterator[Finding]:
    """One finding for each core routine, at its first handler."""
    from auditor.bodies.handlers import swallowing_handlers
    from auditor.bodies.scene import routines_in

    for routine in routines_in(scene, [OwnerClass.CORE]):
        lines = sorted(swallowing_handlers(routine))
        if lines:
            yield RULE.finding(
                f"{routine.id}: EXCEPTION WHEN OTHERS swallows every error",
                owner_class=routine.owner_class,
                object=routine.id,
                field="body",
                actual=f"{len(lines)} handlers" if len(lines) > 1 else None,
                location=routine.at(lines[0]),
            )
