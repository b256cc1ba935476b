"""Source code reads or writes a table, or calls a function, whose name is not known.

What it means
    The name is put together or handed in while the program runs, or the method of a request is a variable. The
    access may be one that a guard is about.

Why it matters
    What is not understood is not harmless: `insertInto(table, row)` writes the queue as soon as somebody calls it
    with that name.

What to do
    Write the name out, as a constant or as a type of the names that are meant (`'a' | 'b'`); both are understood.

How to allow it
    On the line, with a reason: `// auditor: allow GRD005 REASON`; or by file:
    `{code: GRD005, file: GLOB, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule
from auditor.rules.guard import forbidden_access

if TYPE_CHECKING:
    from auditor.contract.guards import Unclear

BAD = forbidden_access.GOOD | {
    "services/store.ts": """\
export async function store(supabase, table, row) {
  await supabase.from(table).insert(row);
}
""",
}
GOOD = forbidden_access.GOOD | {
    "services/store.ts": """\
export async function store(supabase, table: 'notes' | 'drafts', row) {
  await supabase.from(table).insert(row);
}
""",
}

RULE = Rule(
    code="GRD005",
    name="access-not-understood",
    severity=Severity.WARNING,
    help="write the name out, as a constant or as a type of the names that are meant",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(unclear: Iterable[Unclear]) -> Iterator[Finding]:
    """One finding for each file, function, verb and reason: the first place, and how often it is so."""
    groups: dict[tuple[str, str, str, str], list[Unclear]] = {}
    for one in unclear:
        access = one.access
        groups.setdefault((one.file, access.within, access.verb, access.detail or ""), []).append(one)
    for (file, within, verb, detail), found in groups.items():
        first = found[0].access
        around = f", {within}()" if within else ""
        yield RULE.finding(
            f"{verb} in {file}{around}: {detail}",
            location=Location(file, first.line, first.column),
            actual=f"{len(found)} times" if len(found) > 1 else None,
        )
