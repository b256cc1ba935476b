"""A core trigger is switched off in the end.

What it means
    A migration disables a trigger of class core (or lets it fire on replicas only), and neither it nor a later
    one enables it again. DISABLE TRIGGER ALL switches off the internal triggers as well: a foreign key (of the
    table, or one that points to it) or a deferrable key is then no longer checked, and is told by its name.
    Where the statement stands under a condition, or in a block that catches its error, and the trigger is still on
    after the replay, it is a note: another server may switch it off (only a superuser may say DISABLE TRIGGER ALL
    of a table with foreign keys). `auditor drift` says how it is in yours.

Why it matters
    The table is written as ever and nothing follows: no job, no check. Nothing fails, so nobody looks. A foreign
    key that is not checked lets rows in that point nowhere, and still says that it is valid.

What to do
    Enable it again at the end of the migration that had to disable it. If it is no longer wanted, drop it, and
    take it out of the contract.

How to allow it
    By object, with a reason and an end: `{code: MIG001, object: "trigger note on public.jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Effect, Finding, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.history.course import Course

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*], infra: [role *]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, status text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.note();
""",
    "migrations/0002_import.sql": "ALTER TABLE public.jobs DISABLE TRIGGER note;\n",
}
GOOD = BAD | {
    "migrations/0003_imported.sql": "ALTER TABLE public.jobs ENABLE TRIGGER note;\n",
}

RULE = Rule(
    code="MIG001",
    name="core-trigger-off",
    severity=Severity.ERROR,
    help="enable the trigger in the same migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each trigger or key, at the statement that had the last word."""
    for life in course.core_lives("trigger", "table constraint"):
        last = _last_words(course.happened(life)) if life.exists else {}
        of_key = life.object.kind == "table constraint"
        # Only a superuser may switch off what checks a key, and a block may do without: told where it is certain.
        words = [effect for effect in last.values() if _is_off(effect)]
        off = next((effect for effect in words if effect.certainty == "certain" or not of_key), None)
        if off is None:
            continue
        kept = off.certainty != "certain" and life.object in course.left_on
        what = "disables" if off.action == "disable" else "lets fire on replicas only"
        what += ", under a condition," * (off.certainty != "certain") + " the triggers that check" * of_key
        end = "; the replay leaves it on" * kept
        yield RULE.finding(
            f"{off.migration} {what} {life.object}, and nothing enables {_THEM[life.object.kind]} again{end}",
            severity=Severity.NOTE if kept else None,
            object=life.object,
            field="enabled",
            location=off.location,
        )


# Private

_THEM = {"trigger": "it", "table constraint": "them"}


def _last_words(effects: list[Effect]) -> dict[str, Effect]:
    """What last set the state of a trigger, or of those of a constraint on either of its tables."""
    last: dict[str, Effect] = {}
    for effect in effects:
        if effect.action in ("create", "replace"):
            last = {"": effect}
        elif effect.action in ("enable", "disable"):
            last[(effect.detail or "").partition(" ")[2]] = effect
    return last


def _is_off(effect: Effect) -> bool:
    return effect.action == "disable" or (
        effect.action == "enable" and (effect.detail or "").partition(" ")[0] == "R"
    )
