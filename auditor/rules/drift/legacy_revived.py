"""A legacy object came back to life.

What it means
    An object of class `legacy` that the history dropped is there again, or a legacy trigger that the
    history disabled is enabled.

Why it matters
    Legacy objects may disappear whenever they like; the one thing they must not do is act again. A revived
    legacy trigger puts every job into the queue twice.

What to do
    Run the repair, and find out who needed it.

How to allow it
    By object, with a reason and an end: `{code: DRF008, object: "trigger old on public.jobs", reason: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes:
  core: [table public.jobs]
  legacy: [trigger old on public.jobs, function public.old()]
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY);
CREATE FUNCTION public.old() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER old AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.old();
""",
    "migrations/0002_off.sql": "ALTER TABLE public.jobs DISABLE TRIGGER old;\n",
    "live.sql": "ALTER TABLE public.jobs ENABLE TRIGGER old;\n",
}
GOOD = BAD | {"live.sql": "DROP TRIGGER old ON public.jobs;\n"}

RULE = Rule(
    code="DRF008",
    name="legacy-revived",
    severity=Severity.ERROR,
    help="run the repair, and find out who needed the object",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
