"""A SECURITY DEFINER function looks names up where its caller says.

What it means
    The function runs with its owner's rights and has no SET search_path of its own, so it takes the caller's.
    Only callers that can be somebody else count: a function that nobody but its owner may call is left alone.
    (A trigger function runs for whoever writes the table.)

Why it matters
    A caller who can create a table, a function or an operator in any schema of the path, a temporary one
    included, puts his own in place of yours and has it run as the owner.

What to do
    `ALTER FUNCTION ... SET search_path = public, pg_temp` (pg_temp last), or `SET search_path = ''` and every
    name written with its schema.

How to allow it
    By object, with a reason and an end:
    `{code: SEC001, object: "function public.old()", reason: ..., until: ...}`.
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
classes: {core: [table public.jobs, function public.*], infra: [role *]}
""",
    "migrations/0000_role.sql": "CREATE ROLE auditor_example_worker;\n",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE FUNCTION public.job_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS
    'SELECT count(*) FROM public.jobs';
REVOKE EXECUTE ON FUNCTION public.job_count() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.job_count() TO auditor_example_worker;
""",
}
GOOD = BAD | {
    "migrations/0002_path.sql": """\
ALTER FUNCTION public.job_count() SET search_path = '';
""",
}

RULE = Rule(
    code="SEC001",
    name="definer-search-path",
    severity=Severity.WARNING,
    help="ALTER FUNCTION ... SET search_path = public, pg_temp",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene) -> Iterator[Finding]:
    """One finding for each function."""
    from auditor.bodies.scene import routines_in

    for routine in routines_in(scene):
        if not routine.definition.security_definer:
            continue
        if any(name == "search_path" for name, _ in routine.definition.settings):
            continue
        if routine.executors == frozenset() and not routine.returns_trigger:
            continue
        yield RULE.finding(
            f"{routine.id} is SECURITY DEFINER and has no search_path of its own",
            severity=by_class(RULE.severity, routine.owner_class),
            owner_class=routine.owner_class,
            object=routine.id,
            field="settings",
            location=routine.place,
        )
