"""The two parsers read one statement differently.

What it means
    Every statement is read by PostgreSQL's own grammar and by sqlglot. Where both give it a type they must
    name the same action, kind and object; here they do not. PostgreSQL's grammar is followed.

Why it matters
    One of the two is wrong. Rather than guess, this program says so: a statement that is read wrongly gives
    a migration the wrong class.

What to do
    Read the statement; `auditor effects` shows what was made of it. Rewrite it in a plainer form if it is
    unusual, and report it as a defect of `auditor`: the two are meant to agree on everything.

How to allow it
    By file, with a reason: `{code: REA003, file: FILE, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule

BAD = {
    "migrations/0001_job_count.sql": """\
-- PostgreSQL creates a table here; the other parser sees a query
SELECT count(*) INTO public.job_count FROM public.jobs;
""",
}
GOOD = {
    "migrations/0001_job_count.sql": """\
CREATE TABLE public.job_count AS SELECT count(*) FROM public.jobs;
""",
}

RULE = Rule(
    code="REA003",
    name="parsers-disagree",
    severity=Severity.WARNING,
    help="see what `auditor effects` makes of the statement; write it in a plainer form",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(disagreements: Iterable[tuple[Location, str]]) -> Iterator[Finding]:
    """One finding for each statement: its place and the two readings."""
    for location, readings in disagreements:
        yield RULE.finding(f"the two parsers disagree: {readings}", location=location)
