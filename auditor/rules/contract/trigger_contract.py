"""A trigger does not do what the contract says of it.

What it means
    The trigger is not there, calls another function, fires at another moment or for other columns, or is
    not in the state that `contract.triggers` declares.

Why it matters
    The trigger is how an event becomes a job. If it fires on other columns, or not at all, events are
    written and nothing happens.

What to do
    Run the repair, or change the contract in the same commit as the migration that changes the trigger.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON001, object: "trigger on_job on public.jobs", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.on_job()]}
contract:
  triggers:
    - name: on_job on public.jobs
      function: public.on_job()
      fires: AFTER UPDATE OF events FOR EACH ROW
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, events jsonb);
CREATE FUNCTION public.on_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER on_job AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.on_job();
""",
}
GOOD = BAD | {
    "migrations/0002_trigger.sql": """\
DROP TRIGGER on_job ON public.jobs;
CREATE TRIGGER on_job AFTER UPDATE OF events ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.on_job();
""",
}

RULE = Rule(
    code="CON001",
    name="trigger-contract",
    severity=Severity.ERROR,
    help="run the repair, or change the contract together with the migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
