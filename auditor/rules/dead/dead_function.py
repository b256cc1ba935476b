"""Nothing calls a function, and nobody but its owner may.

What it means
    No trigger that is on, view, rule, default, check, policy or index refers to the function, no function that is
    alive calls it, no entry of `classifications.yaml` (contract, guards) and no schedule names it, and no role
    beside its owner has EXECUTE. Trigger functions count by their triggers alone.

Why it matters
    It is read, kept and worried about for nothing; and it is an old way in that somebody may take again.

What to do
    Drop it, or list it under `legacy`, so that it is known when it comes back to life.

How to allow it
    By object, with a reason and an end:
    `{code: DED001, object: "function ops.by_hand()", reason: ..., until: ...}`. Better: name its class `legacy`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
CREATE FUNCTION public.count_jobs() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.jobs';
REVOKE EXECUTE ON FUNCTION public.count_jobs() FROM PUBLIC;
""",
}
GOOD = BAD | {
    "migrations/0002_drop.sql": "DROP FUNCTION public.count_jobs();\n",
}

RULE = Rule(
    code="DED001",
    name="dead-function",
    severity=Severity.NOTE,
    help="drop the function, or list it under legacy",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene, named: Collection[str] = (), words: Collection[str] = ()) -> Iterator[Finding]:
    """One note for each function that is not legacy already.

    Args:
        scene: the catalog.
        named: identities of routines that the configuration names.
        words: words of other texts that may name a routine.
    """
    from auditor.bodies.reach import dead_routines

    if not scene.whole:
        return
    for routine in dead_routines(scene, named, words):
        if routine.owner_class is not OwnerClass.LEGACY:
            why = "no trigger fires it" if routine.returns_trigger else "nothing calls it and nobody may"
            yield RULE.finding(
                f"{routine.id} is dead: {why}; legacy?",
                owner_class=routine.owner_class,
                object=routine.id,
                field="reach",
                location=routine.place,
            )
