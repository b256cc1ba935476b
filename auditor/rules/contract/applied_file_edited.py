"""A migration's file was edited after it was applied.

What it means
    The ledger of the migration tool in the live database keeps a checksum of each file, or its statements, and
    that of this migration is not that of the file. Compared are Flyway, Prisma, sqlx, Sqitch, Supabase and a
    `ledger:` with a `checksum_column`.

Why it matters
    What the file says now never ran in this database; what ran stands nowhere. A database that is made anew
    gets something else.

What to do
    Take the edit back and write it as a new migration. If only comments or the ends of lines changed, let the
    tool note the new checksum (`flyway repair`).

How to allow it
    By file, with a reason and an end: `{code: CON011, file: "migrations/0003_*", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
ledger: {table: public.done, id_column: name, checksum_column: md5}
""",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
    "live.sql": """\
CREATE TABLE public.done (name text, md5 text);
INSERT INTO public.done VALUES ('0001_jobs', md5('CREATE TABLE public.jobs (id integer PRIMARY KEY);'));
""",
}
GOOD = BAD | {
    "live.sql": """\
CREATE TABLE public.done (name text, md5 text);
INSERT INTO public.done VALUES ('0001_jobs', md5(E'CREATE TABLE public.jobs (id bigint PRIMARY KEY);\\n'));
""",
}

RULE = Rule(
    code="CON011",
    name="applied-file-edited",
    severity=Severity.ERROR,
    help="take the edit back and write it as a new migration",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
