"""The reading of a migration names a change that did not happen on replay.

What it means
    By its text the migration certainly changes an object; the recorder saw nothing of the kind while it
    ran. Something took it back, or the reading is wrong.

Why it matters
    What is read and what is done must be the same, or neither the class nor the history can be trusted.

What to do
    Look at the migration: is the change undone in the same transaction, or does an event trigger stand in
    the way? If the statement simply runs, report this as a defect of `auditor`.

How to allow it
    By object, with a reason: `{code: RPL002, object: "table public.jobs", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.replay.verdict import Verdict

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, function public.*]}
""",
    "migrations/0001_clean_up.sql": """\
CREATE TABLE public.clean_ups (at timestamptz);
CREATE FUNCTION public.clean_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS public.jobs;
    RETURN NULL;
END $$;
CREATE TRIGGER clean_up AFTER INSERT ON public.clean_ups EXECUTE FUNCTION public.clean_up();
""",
    "migrations/0002_jobs.sql": """\
CREATE TABLE public.jobs (id bigint);
INSERT INTO public.clean_ups VALUES (now());
""",
}
GOOD = BAD | {
    "migrations/0002_jobs.sql": """\
INSERT INTO public.clean_ups VALUES (now());
CREATE TABLE public.jobs (id bigint);
""",
}

RULE = Rule(
    code="RPL002",
    name="change-wrong",
    severity=Severity.ERROR,
    help="see what takes the change back; if nothing does, this is a defect of auditor",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(wrong: Iterable[Verdict]) -> Iterator[Finding]:
    """One finding for each change that was read and not recorded."""
    for verdict in wrong:
        when = f"replay of {verdict.migration}" if verdict.migration else "end of the replay"
        yield RULE.finding(
            f"{when}: {verdict.action} of {verdict.object} is what the text says, and did not happen",
            object=verdict.object,
            field=verdict.action,
            location=verdict.location,
        )
