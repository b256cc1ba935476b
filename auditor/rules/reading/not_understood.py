"""A statement may do something that cannot be told from its text.

What it means
    The text of a statement is put together while it runs (EXECUTE of an expression), or is of a kind that
    this program does not know. Which objects it touches is open, so the class of the migration is too.

Why it matters
    What is not understood is not harmless. A migration that is "infra" but for one unreadable DO block
    may just as well rewrite the queue.

What to do
    Write the statement out: one ALTER TABLE for each table rather than a loop with EXECUTE. If the text
    must be dynamic, run `auditor replay`: what the migration really did is recorded there.

How to allow it
    By file, with a reason, once a person has read the statement: `{code: REA001, file: FILE, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.model import Effect, Finding, Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, type text NOT NULL);
DO $$
DECLARE found text;
BEGIN
    FOR found IN SELECT DISTINCT type FROM public.jobs LOOP
        EXECUTE format('ALTER TABLE public.jobs ADD COLUMN %I text', found);
    END LOOP;
END $$;
""",
}
GOOD = BAD | {
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, type text NOT NULL);
ALTER TABLE public.jobs ADD COLUMN note text;
""",
}

RULE = Rule(
    code="REA001",
    name="not-understood",
    severity=Severity.WARNING,
    help="write the statement out, or see with `auditor replay` what it really does",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)

MOST_FILES = 10
"""A reason that comes from more files than these is one finding, not one for each file."""

PLACES_NAMED = 3


def check(effects: Iterable[Effect]) -> Iterator[Finding]:
    """One finding for each reason and file, or for the reason alone where it comes from many files.

    What a function might do when it is called is a note: the migration itself does nothing unknown.
    """
    groups: dict[tuple[bool, str], dict[str, list[Effect]]] = {}
    for effect in effects:
        if effect.certainty == "unknown":
            called = effect.inside not in (None, "do")
            files = groups.setdefault((called, effect.detail or "no reason known"), {})
            files.setdefault(effect.location.file, []).append(effect)
    for (called, detail), files in groups.items():
        if len(files) > MOST_FILES:
            yield _finding([effect for found in files.values() for effect in found], detail, called=called)
        else:
            for found in files.values():
                yield _finding(found, detail, called=called)


# Private


def _finding(effects: list[Effect], detail: str, *, called: bool) -> Finding:
    first = effects[0]
    owner = f" when {first.inside} is called" if called else ""
    # How many there are does not stand in the message: a finding keeps its identity when one is added.
    return RULE.finding(
        f"not understood{owner}: {detail}",
        severity=Severity.NOTE if called else RULE.severity,
        location=first.location,
        actual=_places(effects) if len(effects) > 1 else None,
    )


def _places(effects: list[Effect]) -> str:
    named = ", ".join(f"{e.location.file}:{e.location.line}" for e in effects[:PLACES_NAMED])
    more = f" and {len(effects) - PLACES_NAMED} more" if len(effects) > PLACES_NAMED else ""
    return f"{len(effects)} times: {named}{more}"
