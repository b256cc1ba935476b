"""The reading and the replay name different migrations as the last to define an object.

What it means
    For every trigger, function, procedure, index, constraint, policy, rule and view that is there at the end, the
    replay knows which migration last defined it: created it, ran CREATE OR REPLACE on it, or altered its
    definition. Renames, another schema or owner, grants, comments, ENABLE and DISABLE, and what PostgreSQL builds
    again by itself (an index whose column gets another type) define nothing. By the text it was another migration.

Why it matters
    `history`, `blame` and the contract's `definition: from-migrations` go by the text. If it names the wrong
    migration, the wrong version of a function is held to be the right one.

What to do
    Look at both migrations. A definition that depends on what the database holds (dynamic SQL, a trigger that
    runs DDL) should be written as a plain statement. If it is one, report this as a defect of `auditor`.

How to allow it
    By object, with a reason: `{code: RPL004, object: "function public.f()", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Severity
from auditor.model.rule import Rule

if TYPE_CHECKING:
    from auditor.replay.definers import LastDefiner

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, function public.*]}
""",
    "migrations/0001_claims.sql": """\
CREATE TABLE public.releases (name text);
CREATE FUNCTION public.claim() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.on_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CREATE OR REPLACE FUNCTION public.claim() RETURNS integer LANGUAGE sql AS 'SELECT 2';
    RETURN NULL;
END $$;
CREATE TRIGGER on_release AFTER INSERT ON public.releases EXECUTE FUNCTION public.on_release();
""",
    "migrations/0002_release.sql": "INSERT INTO public.releases VALUES ('1.0');\n",
}
GOOD = BAD | {
    "migrations/0002_release.sql": """\
CREATE OR REPLACE FUNCTION public.claim() RETURNS integer LANGUAGE sql AS 'SELECT 2';
""",
}

RULE = Rule(
    code="RPL004",
    name="last-definer-differs",
    severity=Severity.ERROR,
    help="write the definition as a statement of its migration; if it is one, this is a defect of auditor",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(differing: Iterable[LastDefiner]) -> Iterator[Finding]:
    """One finding for each object."""
    for one in differing:
        text = f"migration {one.read}" if one.read is not None else "none"
        yield RULE.finding(
            f"{one.object} was last defined by migration {one.recorded}, and by the text it is {text}",
            object=one.object,
            field="last definer",
            expected=one.read,
            actual=one.recorded,
            location=one.location,
        )
