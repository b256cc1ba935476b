"""How a change of the replay, or a claim of the static reading, was judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from auditor.model import Location, ObjectId

Outcome = Literal[
    "matched",
    "implied",
    "conditional-happened",
    "conditional-did-not",
    "in-unknown",
    "missed",
    "wrong",
]
OUTCOMES: tuple[Outcome, ...] = (
    "matched",
    "implied",
    "conditional-happened",
    "conditional-did-not",
    "in-unknown",
    "missed",
    "wrong",
)
"""In the order to print; what they mean is told in :mod:`auditor.replay.agreement`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one change, or one claim, was judged.

    Attributes:
        outcome: see :mod:`auditor.replay.agreement`.
        migration: id; the empty text for a verdict on the end of the history.
        action: what was recorded, or for `wrong` and `conditional-did-not` what the reading says.
        object: the object, as it was called before.
        to: its identity after a rename.
        location: of the static effect, where there is one.
        statements: ordinals of the statements that can have done it.
        details: which fields differ, where that was recorded.
    """

    outcome: Outcome
    migration: str
    action: str
    object: ObjectId
    to: str | None = None
    location: Location | None = None
    statements: tuple[int, ...] = ()
    details: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As `auditor replay --format json` has it."""
        place = self.location
        return {
            "action": self.action,
            "kind": self.object.kind,
            "identity": self.object.identity,
            **({"to": self.to} if self.to is not None else {}),
            **({"file": place.file, "line": place.line} if place is not None else {}),
            **({"statements": list(self.statements)} if self.statements else {}),
            **({"details": list(self.details)} if self.details else {}),
        }


@dataclass(frozen=True, slots=True)
class MigrationAgreement:
    """The verdicts on one migration.

    Attributes:
        migration: its id.
        file: its file.
        verdicts: one for each recorded effect, and for each claim that did not come true.
        judged: False if it failed.
    """

    migration: str
    file: str
    verdicts: tuple[Verdict, ...]
    judged: bool = True

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many of each outcome, all outcomes named."""
        return _counts(self.verdicts)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The verdicts on a history.

    Attributes:
        migrations: in order, those that were run.
        end: on what the history leaves behind, by kind and identity; None if the replay did not get there.
    """

    migrations: tuple[MigrationAgreement, ...]
    end: tuple[Verdict, ...] | None = None

    @property
    def totals(self) -> dict[Outcome, int]:
        """How many of each outcome over all migrations."""
        return _counts(verdict for migration in self.migrations for verdict in migration.verdicts)

    def of(self, *outcomes: Outcome) -> list[Verdict]:
        """Verdicts on migrations and on the end with one of these outcomes."""
        of_migrations = [v for migration in self.migrations for v in migration.verdicts if v.outcome in outcomes]
        return of_migrations + [verdict for verdict in self.end or () if verdict.outcome in outcomes]

    def as_json(self) -> dict[str, Any]:
        """Counts for each migration and in all, with what was missed, wrong or in the unknown."""
        return {
            "migrations": [
                {
                    "migration": each.migration,
                    "file": each.file,
                    "judged": each.judged,
                    "counts": each.counts,
                    **_lists(each.verdicts),
                }
                for each in self.migrations
            ],
            "totals": self.totals,
            "end": None if self.end is None else {"counts": _counts(self.end), **_lists(self.end)},
        }


# Private

_LISTED: tuple[Outcome, ...] = ("in-unknown", "missed", "wrong")


def _counts(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    found = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def _lists(verdicts: Iterable[Verdict]) -> dict[str, list[dict[str, Any]]]:
    every = tuple(verdicts)
    return {name: [v.as_json() for v in every if v.outcome == name] for name in _LISTED}
