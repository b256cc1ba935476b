"""A source file that a guard is about was not read, or not all of it.

What it means
    The file does not fit the grammar of its language at the line given, is too large, minified or no text, or is
    written in a language that is not read. What stands around such a line was read all the same; where only a
    few words do not fit, as with the newest syntax of a language, the finding is a note.

Why it matters
    What was not read may do what the guard forbids. It is not clean, only unseen.

What to do
    Mend the file if it is broken. Leave generated and minified files out of the guard's `in`, or name them under
    `except`.

How to allow it
    By file, with a reason: `{code: GRD004, file: GLOB, reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.model import Finding, Location, Severity
from auditor.model.rule import Rule
from auditor.rules.guard import forbidden_access

BAD = forbidden_access.GOOD | {
    "services/broken.ts": "export async function enqueue( {\n  await ((( ;\n",
}
GOOD = forbidden_access.GOOD

RULE = Rule(
    code="GRD004",
    name="source-not-read",
    severity=Severity.WARNING,
    help="mend the file, or name it under `except` of the guard",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)

FILES_NAMED = 3


def check_minor(unparsed: Iterable[tuple[Location, str]]) -> Iterator[Finding]:
    """One note for each file of which a few words were not read."""
    for location, message in unparsed:
        yield RULE.finding(
            f"{location.file} was not read here: {message}; the rest was",
            location=location,
            severity=Severity.NOTE,
        )


def check(unparsed: Iterable[tuple[Location, str]], unread: dict[str, list[str]]) -> Iterator[Finding]:
    """One finding for each place, and one for each language that is not read.

    Args:
        unparsed: places, each with what is wrong.
        unread: files that guards are about, by language.
    """
    for location, message in unparsed:
        yield RULE.finding(f"{location.file} was not read: {message}", location=location)
    for language, files in sorted(unread.items()):
        named = ", ".join(files[:FILES_NAMED])
        more = f" and {len(files) - FILES_NAMED} more" if len(files) > FILES_NAMED else ""
        yield RULE.finding(f"{language} is not read: {named}{more}", location=Location(files[0]))
