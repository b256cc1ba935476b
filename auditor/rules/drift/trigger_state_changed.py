"""A trigger is not switched on as it should be.

What it means
    PostgreSQL knows four states of a trigger: origin (as created), always, replica and disabled. The
    database has another one than the history or the contract.

Why it matters
    A disabled trigger does nothing, and nothing tells. It is the quietest way to stop a system: often it
    was disabled for a bulk load and forgotten.

What to do
    Run the repair, `ALTER TABLE ... ENABLE TRIGGER ...`. Then look for the rows that were written
    meanwhile: the trigger did not see them.

How to allow it
    By object, with a reason and an end: `{code: DRF005, object: "trigger t on public.jobs", reason: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.on_job()]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE FUNCTION public.on_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER on_job AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.on_job();
""",
    "live.sql": "ALTER TABLE public.jobs DISABLE TRIGGER on_job;\n",
}
GOOD = BAD | {"live.sql": "ALTER TABLE public.jobs ENABLE TRIGGER on_job;\n"}

RULE = Rule(
    code="DRF005",
    name="trigger-state-changed",
    severity=Severity.ERROR,
    help="run the repair, and look for rows written while the trigger was off",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
