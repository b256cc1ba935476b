"""The replay changed an object that the reading of the migration does not name.

What it means
    The recorder saw PostgreSQL create, change or drop an object while the migration ran, and nothing in the
    reading of its text says so: a trigger that the migration sets off did it, or an event trigger, or the
    reading is wrong.

Why it matters
    The class of the migration is derived from the reading. An object that is missing there may be core.

What to do
    Look at the migration. If a trigger makes the change, write it as a statement of the migration. If the
    statement stands there and was not read, report it as a defect of `auditor`.

How to allow it
    By object, with a reason: `{code: RPL001, object: "table public.jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.replay.verdict import Verdict

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, function public.*]}
""",
    "migrations/0001_tenants.sql": """\
CREATE TABLE public.tenants (name text PRIMARY KEY);
CREATE FUNCTION public.add_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CREATE TABLE public.tenant_log (at timestamptz);
    RETURN NULL;
END $$;
CREATE TRIGGER add_log AFTER INSERT ON public.tenants EXECUTE FUNCTION public.add_log();
""",
    "migrations/0002_first_tenant.sql": "INSERT INTO public.tenants VALUES ('first');\n",
}
GOOD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*]}
""",
    "migrations/0001_tenants.sql": "CREATE TABLE public.tenants (name text PRIMARY KEY);\n",
    "migrations/0002_first_tenant.sql": """\
CREATE TABLE public.tenant_log (at timestamptz);
INSERT INTO public.tenants VALUES ('first');
""",
}

RULE = Rule(
    code="RPL001",
    name="change-missed",
    severity=Severity.ERROR,
    help="write the change as a statement of the migration; if it is one, this is a defect of auditor",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(missed: Iterable[tuple[Verdict, Location | None]]) -> Iterator[Finding]:
    """One finding for each change, with the place of the statement that can have made it."""
    for verdict, location in missed:
        when = f"replay of {verdict.migration}" if verdict.migration else "end of the replay"
        done = f"{verdict.action} of {verdict.object}"
        if verdict.to is not None:
            done += f" to {verdict.to}"
        yield RULE.finding(
            f"{when}: {done} happened, and is not what the text says",
            object=verdict.object,
            field=verdict.action,
            actual=", ".join(verdict.details) or None,
            location=location,
        )
