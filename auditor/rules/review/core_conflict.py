"""The change and the base both define the same core object since they parted.

What it means
    Since the change left the base, a migration of the base and one of the change both create, replace, alter or
    drop the same function, trigger, view, policy or other object of core.

Why it matters
    The two lie in files of their own, so git merges them without a word. Whichever migration runs last wins, and
    the other change of the function is gone, with nobody having decided so.

What to do
    Bring the change up to date with the base, and write its definition anew from the newest one there.

How to allow it
    An entry of `allow:` with the object and a reason: for example, the two change different columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.model import Finding, Location, ObjectId, OwnerClass, Severity
from auditor.model.rule import Rule

_CONFIG = "version: 1\nclasses: {core: [function public.claim]}\n"
_FIRST = "CREATE FUNCTION public.claim() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
_THEIRS = "CREATE OR REPLACE FUNCTION public.claim() RETURNS int LANGUAGE sql AS 'SELECT 2';\n"
_OURS = "CREATE OR REPLACE FUNCTION public.claim() RETURNS int LANGUAGE sql AS 'SELECT 3';\n"
BAD = {
    "fork/classifications.yaml": _CONFIG,
    "fork/migrations/0001_claim.sql": _FIRST,
    "main/migrations/0002_claim_two.sql": _THEIRS,
    "migrations/0003_claim_three.sql": _OURS,
}
GOOD = {
    "fork/classifications.yaml": _CONFIG,
    "fork/migrations/0001_claim.sql": _FIRST,
    "fork/migrations/0002_claim_two.sql": _THEIRS,
    "migrations/0003_claim_three.sql": _OURS,
}

RULE = Rule(
    code="REV003",
    name="core-conflict",
    severity=Severity.ERROR,
    help="bring the change up to date with the base and define the object anew from the newest definition there",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """An object that both sides define.

    Attributes:
        ours: id of the change's migration.
        theirs: id of the base's.
        location: of the statement in ours.
    """

    object: ObjectId
    ours: str
    theirs: str
    location: Location


def check(conflicts: Iterable[Conflict]) -> Iterator[Finding]:
    """One finding for each object."""
    for one in conflicts:
        yield RULE.finding(
            f"{one.object} is changed by migration {one.ours} of this change, and by {one.theirs}, which the base "
            "has got since this change began",
            object=one.object,
            owner_class=OwnerClass.CORE,
            location=one.location,
        )
