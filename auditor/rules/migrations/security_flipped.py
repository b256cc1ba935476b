"""A new migration makes a core function run with other rights.

What it means
    A function of class core was SECURITY DEFINER and is SECURITY INVOKER after the migration, or the other way
    round; by ALTER FUNCTION, or because CREATE OR REPLACE says or does not say it. Of a view the same is
    `security_invoker`. Asked of new migrations only (see MIG002).

Why it matters
    As INVOKER its callers need privileges on what it touches, and row-level security holds for them: it fails, or
    sees fewer rows. As DEFINER every caller has the owner's rights.

What to do
    Repeat SECURITY DEFINER in CREATE OR REPLACE FUNCTION: what is not repeated is taken back.

How to allow it
    By object, with a reason and an end: `{code: MIG009, object: "function public.claim_job()", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Effect, Finding, Severity
from auditor.model.change import Alter, AlterTable, CreateFunction
from auditor.model.rule import Rule
from auditor.sql.names import own_name

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
    "migrations/0002_flip.sql": "ALTER FUNCTION public.note() SECURITY DEFINER SET search_path = '';\n",
}
GOOD = BAD | {
    "migrations/0002_flip.sql": "ALTER FUNCTION public.note() SET search_path = '';\n",
}

RULE = Rule(
    code="MIG009",
    name="security-flipped",
    severity=Severity.ERROR,
    help="leave SECURITY as it was, or change the contract in the same commit",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each function and view."""
    for life in course.core_lives("function", "procedure", "view"):
        if not life.exists:
            continue
        name = own_name(life.object.identity)
        before: bool | None = None
        after: tuple[bool, Effect] | None = None
        for effect in course.happened(life):
            flag = _definer(course.changes_at(effect), effect, name, life.object.kind)
            if flag is None:
                continue
            if course.is_new(effect):
                after = (flag, effect)
            elif after is None:
                before = flag
        if before is None or after is None or before == after[0]:
            continue
        flag, effect = after
        now, was = ("DEFINER", "INVOKER") if flag else ("INVOKER", "DEFINER")
        if life.object.kind == "view":
            message = f"{effect.migration} sets security_invoker of {life.object} {'off' if flag else 'on'}"
        else:
            message = f"{effect.migration} makes {life.object} SECURITY {now}; it was SECURITY {was}"
        yield RULE.finding(message, object=life.object, field="security", location=effect.location)


# Private


def _definer(changes: Iterable[object], effect: Effect, name: str, kind: str) -> bool | None:
    """Whether the object runs with its owner's rights after the statement; None if it says nothing of that."""
    if kind == "view":
        return _view(changes, effect, name)
    for change in changes:
        if (
            isinstance(change, CreateFunction)
            and effect.action in ("create", "replace")
            and change.name.name == name
        ):
            return change.security_definer
        if isinstance(change, Alter) and change.what == "security" and change.name.name == name:
            return change.detail == "definer"
    return None


def _view(changes: Iterable[object], effect: Effect, name: str) -> bool | None:
    if effect.action == "create":
        return None  # how it was made is not kept; what ALTER says is
    for change in changes:
        if isinstance(change, AlterTable) and change.table.name == name and change.detail:
            pairs = dict(pair.partition("=")[::2] for pair in change.detail.split(", "))
            if "security_invoker" in pairs:
                value = pairs["security_invoker"].lower()
                return change.what.startswith("reset") or value in ("false", "off", "0", "no")
    return None
