"""A name in a function means a column and a variable: PostgreSQL refuses the statement when it runs.

What it means
    A statement of a PL/pgSQL body names a column without its table, and a variable, a parameter or a column
    of RETURNS TABLE has the same name. PostgreSQL creates the function without a word and raises
    `column reference "..." is ambiguous` (42702) each time it comes to the statement. The column in
    `ON CONFLICT (column)` counts; the column list of an INSERT and the left side of SET do not. A name that
    two tables of the same FROM have is told too.

Why it matters
    The function fails at run time only, in whichever branch has the statement. In a trigger every write to the
    table fails with it.

What to do
    Write the table or its alias before the column (`jobs.dedupe_key`), give the variable another name
    (`v_dedupe_key`), or say which is meant with `#variable_conflict use_column`. ON CONFLICT takes no
    qualified name: rename the variable there, or write ON CONFLICT ON CONSTRAINT.

How to allow it
    By object, with a reason and an end:
    `{code: FUN001, object: "function public.old()", reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule
from auditor.rules.classed import by_class

if TYPE_CHECKING:
    from auditor.bodies.ambiguity import Ambiguous
    from auditor.bodies.routines import Routine
    from auditor.bodies.scene import Scene

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, dedupe_key text UNIQUE);
CREATE FUNCTION public.enqueue(p_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    dedupe_key text := 'job:' || p_id;
BEGIN
    INSERT INTO public.jobs (id, dedupe_key) VALUES (p_id, dedupe_key)
    ON CONFLICT (dedupe_key) DO NOTHING;
END $$;
""",
}
GOOD = BAD | {
    "migrations/0002_enqueue.sql": """\
CREATE OR REPLACE FUNCTION public.enqueue(p_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_dedupe_key text := 'job:' || p_id;
BEGIN
    INSERT INTO public.jobs (id, dedupe_key) VALUES (p_id, v_dedupe_key)
    ON CONFLICT (dedupe_key) DO NOTHING;
END $$;
""",
}

RULE = Rule(
    code="FUN001",
    name="ambiguous-column",
    severity=Severity.ERROR,
    help="qualify the column with its table, rename the variable, or state #variable_conflict",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene) -> Iterator[Finding]:
    """One finding for each routine and name, at its first place."""
    from auditor.bodies.ambiguity import ambiguous_references
    from auditor.bodies.scene import routines_in

    for routine in routines_in(scene):
        found: dict[str, list[Ambiguous]] = {}
        for one in ambiguous_references(routine, scene):
            found.setdefault(one.name, []).append(one)
        for name, places in found.items():
            yield _finding(routine, name, places)


# Private


def _finding(routine: Routine, name: str, places: list[Ambiguous]) -> Finding:
    first = places[0]
    where = f" in ON CONFLICT ({name})" if first.conflict else ""
    meant = (
        "a column of two tables of one FROM"
        if first.variable is None
        else f"a column and a {first.variable.what} of that name"
    )
    return RULE.finding(
        f'{routine.id}: column reference "{name}"{where} is ambiguous: {meant}',
        severity=by_class(RULE.severity, routine.owner_class),
        owner_class=routine.owner_class,
        object=routine.id,
        field=name,
        actual=f"{len(places)} places, the first: {_short(first.statement)}"
        if len(places) > 1
        else _short(first.statement),
        location=routine.at(first.line),
    )


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:157]}..."
