"""A privilege on a core object is granted to PUBLIC in the end.

What it means
    A migration grants a privilege on an object of class core to PUBLIC, by name or with ALL TABLES IN SCHEMA, and
    neither it nor a later one revokes it. (What PostgreSQL grants by itself, EXECUTE on every new function,
    is the subject of SEC002.)

Why it matters
    PUBLIC is every role that is and will be, those of an API's visitors among them.

What to do
    REVOKE ... FROM PUBLIC, and GRANT to the roles that need it.

How to allow it
    By object, with a reason and an end: `{code: MIG005, object: "table public.jobs", reason: ..., until: ...}`.
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
    "migrations/0002_grant.sql": "GRANT SELECT ON public.jobs TO PUBLIC;\n",
}
GOOD = BAD | {
    "migrations/0003_revoke.sql": "REVOKE ALL ON public.jobs FROM PUBLIC;\n",
}

RULE = Rule(
    code="MIG005",
    name="granted-to-public",
    severity=Severity.ERROR,
    help="revoke it from PUBLIC, and grant to the roles that need it",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each object, at the last grant that still holds."""
    for life in course.core_lives():
        if not life.exists:
            continue
        held: dict[str, Effect] = {}
        for effect in course.happened(life):
            if effect.action == "drop":
                held.clear()
            if effect.action not in ("grant", "revoke"):
                continue
            privileges, grantees = _parts(effect.detail or "")
            if "public" not in grantees:
                continue
            if effect.action == "grant":
                held.update(dict.fromkeys(privileges, effect))
            elif "ALL" in privileges:
                held.clear()
            else:
                for privilege in privileges:
                    held.pop(privilege, None)
        if held:
            last = list(held.values())[-1]
            yield RULE.finding(
                f"{last.migration} grants {', '.join(held)} on {life.object} to PUBLIC",
                object=life.object,
                field="privileges",
                location=last.location,
            )


# Private


def _parts(detail: str) -> tuple[list[str], list[str]]:
    """`SELECT, INSERT TO app, public` as its two lists."""
    for word in (" TO ", " FROM "):
        privileges, found, grantees = detail.partition(word)
        if found:
            return privileges.split(", "), grantees.split(", ")
    return [], []
