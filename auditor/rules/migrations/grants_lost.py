"""A core function was dropped and created again, and its privileges were not given again.

What it means
    A migration drops a core function and creates it with the same arguments, instead of CREATE OR REPLACE. GRANTs
    and REVOKEs that held before were not repeated by it or a later one.

Why it matters
    A new function is callable by PUBLIC and by nobody else in particular: what was revoked is open again, and the
    worker that was granted EXECUTE depends on that. Owner and comments are lost too.

What to do
    CREATE OR REPLACE FUNCTION. If the result type must change, repeat the REVOKE and GRANT behind the CREATE.

How to allow it
    By object, with a reason and an end: `{code: MIG013, object: "function public.claim_job()", reason: ...}`.
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
    "migrations/0002_revoke.sql": "REVOKE EXECUTE ON FUNCTION public.note() FROM PUBLIC;\n",
    "migrations/0003_note.sql": """\
DROP FUNCTION public.note() CASCADE;
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;
CREATE TRIGGER note AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.note();
""",
}
GOOD = BAD | {
    "migrations/0004_revoke.sql": "REVOKE EXECUTE ON FUNCTION public.note() FROM PUBLIC;\n",
}

RULE = Rule(
    code="MIG013",
    name="grants-lost",
    severity=Severity.ERROR,
    help="grant and revoke again after CREATE, or use CREATE OR REPLACE",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each function, at the statement that created it again."""
    for life in course.core_lives("function", "procedure"):
        if not life.exists:
            continue
        happened = course.happened(life)
        ends = [number for number, effect in enumerate(happened) if effect.action == "drop"]
        if not ends:
            continue
        end = ends[-1]
        again = next((effect for effect in happened[end:] if effect.action in ("create", "replace")), None)
        if again is None or again.migration != happened[end].migration:
            continue
        begin = ends[-2] + 1 if len(ends) > 1 else 0
        after = happened[end + 1 :]
        thought_of = {one.rpartition(" ")[2].upper() for one in _said(after)}
        lost = sorted(
            one for one in _given(happened[begin:end]) if one.rpartition(" ")[2].upper() not in thought_of
        )
        if any(effect.detail == "default privileges" for effect in after):
            lost = [one for one in lost if not one.startswith("GRANT")]  # given again by default
        closed = "REVOKE FROM PUBLIC" in _said(after) or "REVOKE FROM PUBLIC" in lost
        if lost and closed:  # what everybody may call needs no grant
            yield RULE.finding(
                f"{again.migration} drops and creates {life.object}: lost are {'; '.join(lost)}",
                object=life.object,
                field="privileges",
                location=again.location,
            )


# Private


def _given(effects: list[Effect]) -> set[str]:
    """What is explicitly granted and revoked in the end of one life: `GRANT EXECUTE TO worker`."""
    found: dict[str, str] = {}
    for effect in effects:
        if effect.action in ("grant", "revoke") and effect.detail != "default privileges":
            for grantee in _grantees(effect.detail or ""):
                found[grantee] = effect.action
    return {
        f"REVOKE FROM {grantee.upper()}" if action == "revoke" else f"GRANT TO {grantee}"
        for grantee, action in found.items()
        # Of others than PUBLIC a new function has nothing that could be revoked.
        if action == "grant" or grantee == "public"
    } - {"GRANT TO public"}


def _said(effects: list[Effect]) -> set[str]:
    """All that was said of the new one, whatever it came to: somebody thought of that role."""
    return {
        f"REVOKE FROM {grantee.upper()}" if effect.action == "revoke" else f"GRANT TO {grantee}"
        for effect in effects
        if effect.action in ("grant", "revoke")
        for grantee in _grantees(effect.detail or "")
    }


def _grantees(detail: str) -> list[str]:
    for word in (" TO ", " FROM "):
        _, found, grantees = detail.partition(word)
        if found:
            return grantees.split(", ")
    return []
