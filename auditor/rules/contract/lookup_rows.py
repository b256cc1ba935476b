"""A lookup table does not hold the declared rows.

What it means
    `contract.rows` declares the rows of a table, or that they are those that the migrations leave there. Rows are
    missing, are there beside them, or have other values. All that differs is one finding, with the rows as a diff.

Why it matters
    What is allowed, and what is on, stands in such tables as often as in a CHECK. A row that somebody changed by
    hand lets in a job that nobody takes, or stops one, and no comparison of catalogs sees it.

What to do
    Run the statements shown, or put the change into a migration, or into `equal`, if it is right.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON013, object: "table public.job_types", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.job_types]}
contract:
  rows:
    - {table: public.job_types, columns: [name, enabled], key: [name]}
""",
    "migrations/0001_types.sql": """\
CREATE TABLE public.job_types (name text PRIMARY KEY, enabled boolean NOT NULL);
INSERT INTO public.job_types VALUES ('scan', true), ('send', true);
""",
    "live.sql": """\
UPDATE public.job_types SET enabled = false WHERE name = 'scan';
INSERT INTO public.job_types VALUES ('purge', true);
""",
}
GOOD = BAD | {"live.sql": ""}

RULE = Rule(
    code="CON013",
    name="lookup-rows",
    severity=Severity.ERROR,
    help="run the statements shown, or write the change into a migration or the contract",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
