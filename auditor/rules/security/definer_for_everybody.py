"""Everybody may call a SECURITY DEFINER function.

What it means
    The function runs with its owner's rights and PUBLIC has EXECUTE on it, because nobody revoked what
    PostgreSQL grants to every new function. Functions that return `trigger` or `event_trigger` cannot be called
    and are left alone.

Why it matters
    Every role that can connect, and over an API every visitor, does with this function what its owner may do.

What to do
    `REVOKE EXECUTE ON FUNCTION ... FROM PUBLIC` and grant it to the roles that need it, in the migration that
    creates the function. `ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC` does so for all
    functions to come.

How to allow it
    By object, with a reason and an end:
    `{code: SEC002, object: "function public.health()", reason: ..., until: ...}`.
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
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE FUNCTION public.job_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = '' AS
    'SELECT count(*) FROM public.jobs';
""",
}
GOOD = BAD | {
    "migrations/0002_revoke.sql": """\
REVOKE EXECUTE ON FUNCTION public.job_count() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.job_count() TO pg_monitor;
""",
}

RULE = Rule(
    code="SEC002",
    name="definer-for-everybody",
    severity=Severity.WARNING,
    help="REVOKE EXECUTE ... FROM PUBLIC, and grant it to the roles that need it",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene) -> Iterator[Finding]:
    """One finding for each function; nothing where it is not known who may call."""
    from auditor.bodies.scene import routines_in

    for routine in routines_in(scene):
        if not routine.definition.security_definer or routine.returns_trigger or routine.executors is None:
            continue
        if "public" in routine.executors:
            yield RULE.finding(
                f"{routine.id} is SECURITY DEFINER and PUBLIC may call it",
                severity=by_class(RULE.severity, routine.owner_class),
                owner_class=routine.owner_class,
                object=routine.id,
                field="privileges",
                location=routine.place,
            )
