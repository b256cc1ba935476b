"""Which statements of a migration are taken back by a ROLLBACK that follows: they leave no trace.

Transactions are seen from the text alone: BEGIN, COMMIT, ROLLBACK, savepoints, two-phase commit, `AND CHAIN`. A
ROLLBACK outside a transaction block does nothing but warn, and a transaction that is left open is committed by the
tool.

https://www.postgresql.org/docs/current/tutorial-transactions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from auditor.model import change as c


def rolled_back(statements: Iterable[Sequence[c.Change]]) -> frozenset[int]:
    """1-based ordinals of the statements that are taken back.

    Args:
        statements: the changes of each statement of one migration, in order.
    """
    session = _Session()
    for ordinal, changes in enumerate(statements, start=1):
        change = changes[0] if len(changes) == 1 else None
        if isinstance(change, c.Transaction) and change.inside is None:
            session.transaction(change)
        else:
            session.statement(ordinal)
    return frozenset(session.lost)


# Private


@dataclass(slots=True)
class _Level:
    """A transaction, or what came after a savepoint of it."""

    name: str | None = None
    statements: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Session:
    lost: set[int] = field(default_factory=set)
    levels: list[_Level] = field(default_factory=list)
    prepared: dict[str, list[int]] = field(default_factory=dict)

    def statement(self, ordinal: int) -> None:
        if self.levels:
            self.levels[-1].statements.append(ordinal)

    def transaction(self, change: c.Transaction) -> None:
        match change.what:
            case "begin" if not self.levels:
                self.levels = [_Level()]
            case "commit" | "rollback":
                if change.what == "rollback":
                    self.lost |= {ordinal for level in self.levels for ordinal in level.statements}
                self.levels = [_Level()] if change.chain and self.levels else []
            case "savepoint" if self.levels:
                self.levels.append(_Level(change.name))
            case "release" | "rollback to":
                self._end_of_savepoint(change)
            case "prepare":
                self.prepared[change.name or ""] = [o for level in self.levels for o in level.statements]
                self.levels = []
            case "rollback prepared":
                self.lost.update(self.prepared.pop(change.name or "", ()))

    def _end_of_savepoint(self, change: c.Transaction) -> None:
        """The newest savepoint of that name, with those made after it."""
        at = next((at for at in range(len(self.levels) - 1, 0, -1) if self.levels[at].name == change.name), None)
        if at is None:
            return
        since = [ordinal for level in self.levels[at:] for ordinal in level.statements]
        del self.levels[at:]
        if change.what == "release":
            self.levels[-1].statements += since
        else:
            self.lost |= set(since)
            self.levels.append(_Level(change.name))
