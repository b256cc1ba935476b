"""What a revision does can only be told in a database.

What it means
    The revision reads rows, or asks the server something, before it decides what to do. Without a database
    its statements are not known; `auditor check` and `auditor replay` capture them, `auditor classify` and
    `auditor effects` cannot.

Why it matters
    The migration counts as not understood where it was not replayed.

What to do
    Say in SQL what the Python code does row by row: `INSERT ... SELECT`, `UPDATE ... FROM`. Such a
    statement can be read, and runs faster. Or run `auditor check`, which replays.

How to allow it
    By file, with a reason: `{code: REA004, file: FILE, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from auditor.model import Finding, Location, Migration, Severity
from auditor.model.advice import advice
from auditor.model.rule import Rule

BAD = {
    "migrations/versions/0002_backfill.py": """\
def upgrade():
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, kind FROM public.jobs")).fetchall():
        op.execute(f"INSERT INTO public.job_runs (job, kind) VALUES ({row.id}, '{row.kind}')")
""",
}
GOOD = {
    "migrations/versions/0002_backfill.py": """\
def upgrade():
    op.execute("INSERT INTO public.job_runs (job, kind) SELECT id, kind FROM public.jobs")
""",
}

RULE = Rule(
    code="REA004",
    name="needs-a-database",
    severity=Severity.WARNING,
    help="say it in SQL (INSERT ... SELECT), or run `auditor check`, which replays the history",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(migrations: Iterable[Migration], captured: Container[str] = ()) -> Iterator[Finding]:
    """One finding for each unreadable migration that was not captured on a replay."""
    for migration in migrations:
        if migration.unreadable is not None and migration.id not in captured:
            yield RULE.finding(
                f"migration {migration.id} cannot be read without a database: {migration.unreadable}",
                help=advice(migration.unreadable),
                location=Location(migration.file, migration.line),
            )
