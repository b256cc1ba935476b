"""An object is there that no migration made.

What it means
    The database has an object, within what was compared, that is not in the history and not in the contract.

Why it matters
    Somebody made it by hand. A second trigger on a core table writes rows nobody planned; an extra policy
    opens a door.

What to do
    Write the migration that creates it, or drop it. If another program owns it, keep it out of what is
    compared: name it in `classes:` as infra.

How to allow it
    By object, with a reason: `{code: DRF002, object: "index public.jobs_tmp", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
""",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY, type text);\n",
    "live.sql": "CREATE INDEX jobs_tmp ON public.jobs (type);\n",
}
GOOD = BAD | {
    "migrations/0002_index.sql": "CREATE INDEX jobs_tmp ON public.jobs (type);\n",
    "live.sql": "",
}

RULE = Rule(
    code="DRF002",
    name="object-unexpected",
    severity=Severity.ERROR,
    help="write the migration that creates it, or drop it",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
