"""A BEFORE DELETE trigger returns NEW, which is NULL: no row is ever deleted.

What it means
    The trigger fires BEFORE DELETE FOR EACH ROW only, and every RETURN of its function returns NEW. In a DELETE
    trigger NEW is NULL, and a row trigger that returns NULL before the event skips it.

Why it matters
    DELETE says that it deleted 0 rows, and raises nothing.

What to do
    RETURN OLD. A trigger that means to forbid the deletion says so with RAISE EXCEPTION or RETURN NULL.

How to allow it
    By object, with a reason and an end: `{code: FUN008, object: "trigger keep on public.jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, ObjectId, Severity
from auditor.model.rule import Rule
from auditor.rules.classed import by_class

if TYPE_CHECKING:
    from auditor.bodies.scene import Scene

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, function public.*]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE TABLE public.gone (id bigint);
CREATE FUNCTION public.note_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.gone VALUES (OLD.id);
    RETURN NEW;
END $$;
CREATE TRIGGER note_gone BEFORE DELETE ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.note_gone();
""",
}
GOOD = BAD | {
    "migrations/0002_note.sql": """\
CREATE OR REPLACE FUNCTION public.note_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.gone VALUES (OLD.id);
    RETURN OLD;
END $$;
""",
}

RULE = Rule(
    code="FUN008",
    name="discarded-row",
    severity=Severity.ERROR,
    help="RETURN OLD in a BEFORE DELETE trigger",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene) -> Iterator[Finding]:
    """One finding for each trigger."""
    from auditor.bodies.endings import returns_only

    for trigger in scene.triggers:
        if trigger.timing != "before" or not trigger.row or trigger.events != ("delete",):
            continue
        routine = scene.routines.get(ObjectId("function", trigger.function))
        if routine is not None and returns_only(routine, "new"):
            owner_class = scene.class_of(trigger.id)
            yield RULE.finding(
                f"{trigger.id} returns NEW before DELETE: it is NULL there, and no row is deleted",
                severity=by_class(RULE.severity, owner_class),
                owner_class=owner_class,
                object=trigger.id,
                field="body",
                location=routine.at(1),
            )
