"""The ledger of the live database and the files of the history do not agree.

What it means
    The ledger names a migration of which there is no file; or it says that one failed half-way; or it names a
    later migration and not an earlier one, which was left out or came too late.

Why it matters
    The database was made by something that is not in this history, or not by all of it. What is compared with
    is what the files make.

What to do
    Bring back the file that is missing, or check out the version that was deployed; apply what was left out;
    see to what failed before anything else is applied.

How to allow it
    By file, with a reason and an end: `{code: CON012, file: "migrations/0003_*", reason: ..., until: ...}`; for a
    row without a file: `file:` of the configuration.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
ledger: {table: public.done, id_column: name}
""",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
    "live.sql": """\
CREATE TABLE public.done (name text);
INSERT INTO public.done VALUES ('0001_jobs'), ('0002_by_hand');
""",
}
GOOD = BAD | {
    "live.sql": """\
CREATE TABLE public.done (name text);
INSERT INTO public.done VALUES ('0001_jobs');
""",
}

RULE = Rule(
    code="CON012",
    name="ledger-disagrees",
    severity=Severity.WARNING,
    help="bring back the file, apply what was left out, see to what failed",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
