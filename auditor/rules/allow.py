"""The one place where findings are let pass: by `allow:` and by comments; unused and expired ones are findings."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.globs import matches, matches_name
from auditor.model import Finding, Location
from auditor.rules import BY_CODE
from auditor.rules.configuration import allowance_expired, allowance_unused, allowance_without_reason

if TYPE_CHECKING:
    from auditor.declaration.document import Allowance


@dataclass(frozen=True, slots=True)
class Sifted:
    """Findings after `allow:`.

    Attributes:
        findings: those that stand, and those about `allow:` itself; worst first.
        allowed: those that an entry lets pass.
    """

    findings: tuple[Finding, ...]
    allowed: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Inline:
    """A comment `auditor: allow CODE reason` of a migration or a source file.

    Attributes:
        code: of the rule.
        reason: why, or empty.
        location: of the comment.
        last: with the first line, what it is about: a statement, or the line on which it stands.
    """

    code: str
    reason: str
    location: Location
    first: int
    last: int

    def lets_pass(self, finding: Finding) -> bool:
        """Whether it is about a finding."""
        place = finding.location
        return (
            bool(self.reason)
            and finding.code == self.code
            and place is not None
            and place.file == self.location.file
            and self.first <= place.line <= self.last
        )


def sift(
    findings: Iterable[Finding],
    allowances: Sequence[Allowance],
    *,
    today: datetime.date,
    evaluated: Container[str],
    inline: Sequence[Inline] = (),
) -> Sifted:
    """Take out what is allowed.

    Args:
        findings: everything found.
        allowances: of `classifications.yaml`.
        today: an entry holds up to and including its `until`.
        evaluated: codes of the rules that this run looked at. Whether an entry for another rule is used
            cannot be told, so it is left alone.
        inline: allowances in comments.
    """
    standing: list[Finding] = []
    allowed: list[Finding] = []
    used: set[int] = set()
    holding = [entry for entry in allowances if entry.until is None or entry.until >= today]
    for finding in findings:
        entries: list[object] = [entry for entry in holding if lets_pass(entry, finding)]
        entries += [comment for comment in inline if comment.lets_pass(finding)]
        used |= {id(entry) for entry in entries}
        (allowed if entries else standing).append(finding)
    for entry in allowances:
        known = entry.code in BY_CODE or "/" in entry.code
        if known and _family(entry.code) not in evaluated:
            continue
        if entry.until is not None and entry.until < today:
            standing.append(allowance_expired.finding(entry))
        elif id(entry) not in used:
            standing.append(allowance_unused.finding(entry, known_code=known))
    standing += _about_comments(inline, used, evaluated)
    return Sifted(tuple(sorted(standing, key=lambda f: f.sort_key)), tuple(allowed))


def lets_pass(entry: Allowance, finding: Finding) -> bool:
    """Whether an entry is about a finding: the code, and each of object and file that it names."""
    if entry.code != finding.code:
        return False
    if entry.object is not None and not _matches_object(entry.object, finding):
        return False
    return entry.file is None or (finding.location is not None and matches(entry.file, finding.location.file))


# Private


def _matches_object(pattern: str, finding: Finding) -> bool:
    return finding.object is not None and matches_name(pattern, str(finding.object))


def _family(code: str) -> str:
    """What stands among the codes that were looked at: `squawk/*` for a rule of squawk."""
    tool, separator, _ = code.partition("/")
    return f"{tool}/*" if separator else code


def _about_comments(
    inline: Sequence[Inline], used: Container[int], evaluated: Container[str]
) -> Iterator[Finding]:
    for comment in inline:
        known = comment.code in BY_CODE or "/" in comment.code
        if not comment.reason or not known:
            yield allowance_without_reason.finding(comment.code, comment.location, known_code=known)
        elif _family(comment.code) in evaluated and id(comment) not in used:
            yield allowance_unused.of_comment(comment.code, comment.location)
