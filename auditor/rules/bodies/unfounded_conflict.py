"""ON CONFLICT names columns on which no unique key stands.

What it means
    PostgreSQL looks for a unique index on exactly these columns (or for a constraint of that name) when the
    statement runs, and raises `there is no unique or exclusion constraint matching the ON CONFLICT
    specification` (42P10) if there is none. A partial index counts only where the WHERE of ON CONFLICT implies
    its predicate. (Tables with a dedupe key, and queues, are judged by CON009.)

Why it matters
    The function was right when it was written: somebody dropped or changed the key since. Every call fails
    now, or, once somebody "repairs" it by leaving the target out, duplicates come in.

What to do
    Create the key again (CREATE UNIQUE INDEX CONCURRENTLY), or name the key that is there.

How to allow it
    By object, with a reason and an end:
    `{code: FUN004, object: "function public.old()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
CREATE TABLE public.jobs (id bigint PRIMARY KEY, dedupe_key text);
CREATE INDEX jobs_dedupe ON public.jobs (dedupe_key);
CREATE FUNCTION public.enqueue(p_id bigint, p_key text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.jobs (id, dedupe_key) VALUES (p_id, p_key) ON CONFLICT (dedupe_key) DO NOTHING;
END $$;
""",
}
GOOD = BAD | {
    "migrations/0002_key.sql": """\
CREATE UNIQUE INDEX jobs_dedupe_key ON public.jobs (dedupe_key);
""",
}

RULE = Rule(
    code="FUN004",
    name="unfounded-conflict",
    severity=Severity.ERROR,
    help="create the unique key that ON CONFLICT names, or name the one that is there",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene, except_for: Collection[str] = ()) -> Iterator[Finding]:
    """One finding for each routine, table and target; none for tables that another check looks at."""
    from auditor.bodies.arbiters import without_arbiter
    from auditor.bodies.scene import routines_in

    for routine in routines_in(scene):
        said = set()
        for one in without_arbiter(routine, scene, except_for):
            if (one.table, one.clause) in said:
                continue
            said.add((one.table, one.clause))
            yield RULE.finding(
                f"{routine.id}: {one.clause} of {one.table} has no unique key to stand on",
                severity=by_class(RULE.severity, routine.owner_class),
                owner_class=routine.owner_class,
                object=routine.id,
                field=f"{one.table} {one.clause}",
                location=routine.at(one.line),
            )
