"""An ON CONFLICT of a function finds no unique index.

What it means
    The body of a function inserts into a table with a dedupe key, or into a queue, with an ON CONFLICT target
    for which the table has no valid unique index: other columns, a predicate that does not follow from the
    clause's WHERE, no constraint of that name, or one that is deferrable.

Why it matters
    PostgreSQL looks for the index when the statement runs (42P10). Nothing fails when the index goes; every
    insert does from then on, and with it the transaction that wrote the event.

What to do
    Make the index again, or name in ON CONFLICT the columns and the predicate of the one that is there.

How to allow it
    By object, with a reason and an end:
    `{code: CON009, object: "function public.enqueue(text)", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*]}
contract:
  queues:
    - {table: public.jobs, writers: [public.enqueue(text)]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text);
CREATE UNIQUE INDEX jobs_key ON public.jobs (key) WHERE key IS NOT NULL;
CREATE FUNCTION public.enqueue(text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.jobs (key) VALUES ($1) ON CONFLICT (key) DO NOTHING;
END
$$;
""",
}
GOOD = BAD | {
    "migrations/0002_enqueue.sql": """\
CREATE OR REPLACE FUNCTION public.enqueue(text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.jobs (key) VALUES ($1) ON CONFLICT (key) WHERE key IS NOT NULL DO NOTHING;
END
$$;
""",
}

RULE = Rule(
    code="CON009",
    name="conflict-without-arbiter",
    severity=Severity.ERROR,
    help="make the unique index that the clause asks for, or correct the clause",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
