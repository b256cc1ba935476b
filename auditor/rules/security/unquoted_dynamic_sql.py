"""A function runs SQL with a caller's text in it, unquoted.

What it means
    EXECUTE is given a text into which a parameter of a text type got by concatenation, or by `%s` of `format()`,
    without quote_ident(), quote_literal(), `%I`, `%L` or a cast. Values are followed through the variables of
    the body. A parameter that the body compares with anything before it is used is taken to be checked.

Why it matters
    Whoever calls the function runs what he likes, with the owner's rights if it is SECURITY DEFINER: that is an
    error in the core. As INVOKER it is a warning: the rights are the caller's, but what he passes on may not be.

What to do
    `EXECUTE format('SELECT ... FROM %I WHERE name = $1', p_table) USING p_name`: `%I` for names, `$1` with
    USING (or `%L`) for values.

How to allow it
    By object, with a reason and an end:
    `{code: SEC003, object: "function ops.run(text)", reason: ..., until: ...}`.
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
CREATE FUNCTION public.count_by(p_status text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found_rows bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM public.jobs WHERE status = ''' || p_status || '''' INTO found_rows;
    RETURN found_rows;
END $$;
""",
}
GOOD = BAD | {
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, status text);
CREATE FUNCTION public.count_by(p_status text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found_rows bigint;
BEGIN
    SELECT count(*) INTO found_rows FROM public.jobs WHERE status = p_status;
    RETURN found_rows;
END $$;
""",
}

RULE = Rule(
    code="SEC003",
    name="unquoted-dynamic-sql",
    severity=Severity.ERROR,
    help="use format() with %I and %L, or EXECUTE ... USING",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene) -> Iterator[Finding]:
    """One finding for each routine, at the first EXECUTE; a warning where it runs with the caller's own rights."""
    from auditor.bodies.dynamic import unquoted_parameters
    from auditor.bodies.scene import routines_in

    for routine in routines_in(scene):
        found = list(unquoted_parameters(routine, scene))
        if not found:
            continue
        names = list(dict.fromkeys(one.parameter for one in found))
        definer = routine.definition.security_definer
        rights = " with its owner's rights" if definer else ""
        many = "parameters" if len(names) > 1 else "parameter"
        yield RULE.finding(
            f"{routine.id} runs SQL{rights} that holds its {many} {', '.join(names)} unquoted",
            severity=by_class(RULE.severity if definer else Severity.WARNING, routine.owner_class),
            owner_class=routine.owner_class,
            object=routine.id,
            field="dynamic sql",
            location=routine.at(min(one.line for one in found)),
        )
