"""A trigger of a legacy table still fires.

What it means
    The table is of class legacy (on its way out), and a trigger on it is on and does something: it is no legacy
    trigger on a core table, and no projection's, but the other way round.

Why it matters
    Whoever still writes the old table sets off what the new system does elsewhere.

What to do
    Disable the trigger, then drop it, before the table goes. Or give the trigger a class of its own.

How to allow it
    By object, with a reason and an end: `{code: DED002, object: "trigger touch on public.old_jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, ObjectId, OwnerClass, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.bodies.scene import Scene

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*], legacy: [table public.old_jobs]}
overrides: [{migration: "0002_old", class: legacy, reason: the old way}]
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE FUNCTION public.copy_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.jobs (id) VALUES (NEW.id);
    RETURN NEW;
END $$;
""",
    "migrations/0002_old.sql": """\
CREATE TABLE public.old_jobs (id bigint PRIMARY KEY);
CREATE TRIGGER copy AFTER INSERT ON public.old_jobs FOR EACH ROW EXECUTE FUNCTION public.copy_job();
""",
}
GOOD = BAD | {
    "migrations/0003_off.sql": """\
DROP TRIGGER copy ON public.old_jobs;
""",
    "migrations/0004_off.sql": "DROP FUNCTION public.copy_job();\n",
}

RULE = Rule(
    code="DED002",
    name="legacy-trigger-fires",
    severity=Severity.NOTE,
    help="disable the trigger, then drop it",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(scene: Scene) -> Iterator[Finding]:
    """One note for each trigger that is on, of a legacy table, and writes a core one."""
    from auditor.bodies.writers import accesses_of

    for trigger in scene.triggers:
        if not trigger.enabled or scene.class_of(trigger.id) is not OwnerClass.LEGACY:
            continue
        kind = scene.tables.get(trigger.table, "table")
        if scene.class_of(ObjectId(kind, trigger.table)) is not OwnerClass.LEGACY:
            continue
        routine = scene.routines.get(ObjectId("function", trigger.function))
        if routine is None:
            continue
        writes = [access.name for access in accesses_of(routine) if access.action == "write"]
        tables = {scene.find_table(name, routine.search_path) for name in writes} - {None}
        core = sorted(
            table
            for table in tables
            if table is not None and scene.class_of(ObjectId(scene.tables[table], table)) is OwnerClass.CORE
        )
        if core:
            yield RULE.finding(
                f"{trigger.id} still fires and writes {', '.join(core)}",
                owner_class=OwnerClass.LEGACY,
                object=trigger.id,
                field="enabled",
                location=routine.place,
            )
