"""What is wrong, and the report that says so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from auditor.model.identity import Location, ObjectId


class Severity(StrEnum):
    """How bad a finding is; `note` never fails a run."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return ("error", "warning", "note").index(self.value)


class OwnerClass(StrEnum):
    """Who owns an object: every object has one class, a migration's class follows from its objects."""

    CORE = "core"
    LEGACY = "legacy"
    INFRA = "infra"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an object's definitions come from.

    Attributes:
        defined_in: id of the migration that wrote the newest definition, or None.
        live_matches: id of the migration whose definition runs live, or None if no migration ever wrote it.
        written_by: id of the migration whose transaction last wrote the live row, where that can be told.
    """

    defined_in: str | None = None
    live_matches: str | None = None
    written_by: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        code, name: of the rule, for example `DRF003` `function-body-changed`.
        message: what is wrong, one line.
        help: what to do, one line or several.
        object: the object it is about, or None.
        field: the field that differs, or None.
        expected, actual: short texts, or None.
        diff: unified diff, or None.
        repair: SQL that mends it, or None.
        location: a place in a file, or None.
    """

    code: str
    name: str
    severity: Severity
    message: str
    help: str = ""
    owner_class: OwnerClass | None = None
    object: ObjectId | None = None
    field: str | None = None
    expected: str | None = None
    actual: str | None = None
    diff: str | None = None
    repair: str | None = None
    location: Location | None = None
    provenance: Provenance | None = None

    @property
    def fingerprint(self) -> str:
        """Stable identity: code, object and field, never lines.

        A finding without an object is told apart by its file and message.
        """
        if self.object is not None:
            parts = [self.code, self.object.kind, self.object.identity, self.field or ""]
        else:
            parts = [self.code, self.location.file if self.location else "", self.message]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """Worst first, then by place and object."""
        place = self.location or Location("")
        return (
            self.severity.rank,
            place.file,
            place.line,
            self.code,
            str(self.object or ""),
            self.field or "",
        )


Result = Literal["kept", "broken", "could-not-check"]


@dataclass(frozen=True, slots=True)
class Report:
    """What one command found.

    Attributes:
        command: `check`, `drift`...
        findings: sorted, worst first; those allowed are not among them.
        checked: how many of each kind of thing were looked at, in the order to print.
        not_understood: number of effects or entries that could not be understood.
        allowed: number of findings that an entry of `allow:` or an inline comment lets pass.
        not_checked: what was not looked at, each with the reason.
        data: what a command reports beside findings (classes, effects, lives), ready for JSON.
        notes: lines for the reader: server, scope, what was compared with what.
        could_not_check: parts of what was asked that have no answer now, each with the reason and what to
            do. One is enough for the whole run to be `could-not-check`: half an answer is not "kept".
    """

    command: str
    findings: tuple[Finding, ...] = ()
    checked: dict[str, int] = field(default_factory=dict)
    not_understood: int = 0
    allowed: int = 0
    not_checked: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    could_not_check: tuple[str, ...] = ()

    def worst(self) -> Severity | None:
        """The worst severity found, or None."""
        return min((f.severity for f in self.findings), key=lambda s: s.rank, default=None)

    def failed(self, fail_on: Severity) -> bool:
        """Whether any finding is at or above the level."""
        worst = self.worst()
        return worst is not None and worst.rank <= fail_on.rank

    def result(self, fail_on: Severity) -> Result:
        """The verdict in one word."""
        if self.could_not_check:
            return "could-not-check"
        return "broken" if self.failed(fail_on) else "kept"
