"""Does the static reading of a history agree with what PostgreSQL recorded when it ran?

The claim to be judged: every change that a migration really makes to the catalog is either named by the static
reading or lies in a statement that the reading reports as not understood. And what the reading says for certain,
happens.

Rules
-----

Only *net* effects of a migration are compared: what was made and dropped again within it is transient on both
sides. Static effects that touch rows, or stand in the body of a function, are left out. Both sides are reduced to
pairs (identity before, identity after), None standing for "not there": a table that is renamed twice is one pair,
a `DROP` and `CREATE` of the same name are two, an object swapped in under a name is `(a, None)` and `(None, a)`.

*Created, dropped, renamed*: identities must agree exactly. A recorded pair is

- `matched` if a certain static effect says so; `implied` if those that say so are all implied, or if it follows
  from what happens to the object it hangs on: renamed or dropped with it, or made with it where it is no object of
  its own (columns of a view, constructor functions of a range type, tables of a publication); an index also hangs
  on its constraint;
- `conditional-happened` if only effects under a condition say so;
- `in-unknown` if the migration holds an effect that is not understood, on no known object or on this one, in a
  statement that can have made the change (PostgreSQL's log tells which those are; if it does not, any can);
- else `missed`.

*Altered, enabled, disabled, granted, commented* (default privileges always): `matched` if a static effect of this
migration is about the object or what it hangs on, whatever its action, but that only a GRANT, a REVOKE or another
owner changes privileges and only a COMMENT a comment; `implied` if it is about what hangs on it, if a key or NOT
NULL constraint makes a column NOT NULL, if an object gets privileges as it is made while there are default
privileges, or if PostgreSQL *rebuilt* it (the index of a column whose type changes); then `conditional-happened`,
`in-unknown` and `missed` as above. The other way round nothing is asked: an ALTER, GRANT, COMMENT or OR REPLACE
may leave everything as it was.

A static pair that is certain and was not recorded is `wrong`; `in-unknown` if something not understood in the same
migration may have got in between. A static effect under a condition that nothing recorded shows is
`conditional-did-not`; what later rests on it (an IF NOT EXISTS for an object that was not made after all) is
judged as if it were under a condition too. An effect that the reading calls a no-operation is no effect: if it
happened all the same, that was missed.

At the end the objects that the history leaves behind are compared by kind and identity with those in the
database, those that were there before left out.

A migration that failed, and those after it, are not judged; nor is the end then. Where the replay kept going, only
the one that failed is not; the reading must then be of what ran.
"""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from auditor.model import ROW_ACTIONS, Effect, ObjectId
from auditor.replay.judging import NOT_AT_END, Memory, judge_migration
from auditor.replay.verdict import Agreement, MigrationAgreement, Outcome, Verdict

if TYPE_CHECKING:
    from auditor.replay.runner import Replay


class Lived(Protocol):
    """A life of :mod:`auditor.history`, as far as it is of interest here."""

    @property
    def exists(self) -> bool:
        """Whether the object is there at the end."""

    @property
    def effects(self) -> Sequence[Effect]:
        """What the history did to it."""


class StaticReading(Protocol):
    """A :class:`~auditor.history.History`, as far as it is of interest here."""

    @property
    def effects(self) -> Sequence[Effect]:
        """All effects, in order."""

    @property
    def lives(self) -> Mapping[ObjectId, Lived]:
        """By last identity."""

    @property
    def parents(self) -> Mapping[ObjectId, ObjectId]:
        """What each object hangs on."""


def agree(reading: StaticReading, run: Replay) -> Agreement:
    """Compare the static reading of a history with its replay, migration by migration and at the end."""
    return _Judge(reading, run).judge()


# Private


class _Judge:
    def __init__(self, reading: StaticReading, run: Replay) -> None:
        self._reading = reading
        self._run = run
        parents: dict[ObjectId, ObjectId] = dict(reading.parents)
        for step in run.steps:
            parents |= {each.object: each.parent for each in step.recorded if each.parent is not None}
        parents |= {item: parent for item, parent in run.objects.items() if parent is not None}
        self._parents = parents
        self._memory = Memory(parents, run.owner, run.baseline)
        self._memory.default_privileges = any(item.kind == "default acl" for item in run.baseline)
        # By migration; two of one name, in different folders, are told apart by their order.
        self._effects: dict[str, deque[list[Effect]]] = {}
        for migration, effects in groupby(reading.effects, key=lambda effect: effect.migration):
            of_catalog = [e for e in effects if e.action not in ROW_ACTIONS and e.inside in (None, "do")]
            self._effects.setdefault(migration, deque()).append(of_catalog)

    def judge(self) -> Agreement:
        migrations = []
        complete = True
        for step in self._run.steps:
            if step.error is not None:
                migrations.append(MigrationAgreement(step.migration, step.file, (), judged=False))
                if not self._run.kept_going:
                    complete = False
                    break
                if of_it := self._effects.get(step.migration):
                    of_it.popleft()
                continue
            # What hung on a table of that name then, which may be called otherwise now.
            then = {each.object: each.parent for each in step.recorded if each.parent is not None}
            self._memory.parents = ChainMap(then, self._parents)
            remaining = self._effects.get(step.migration)
            verdicts = judge_migration(step, remaining.popleft() if remaining else (), self._memory)
            migrations.append(MigrationAgreement(step.migration, step.file, tuple(verdicts)))
        self._memory.parents = self._parents
        return Agreement(tuple(migrations), tuple(self._end()) if complete else None)

    def _end(self) -> Iterator[Verdict]:
        there = (
            {item for item in self._run.objects if item.kind not in NOT_AT_END}
            - self._run.baseline
            - self._memory.parts
        )
        said = {
            item: life
            for item, life in self._reading.lives.items()
            if life.exists
            and item.kind not in NOT_AT_END
            and item not in self._run.baseline
            and item not in self._memory.parts
            and any(effect.action in {"create", "replace", "rename"} for effect in life.effects)
        }
        for item in sorted(there | said.keys()):
            if item in there and item in said:
                yield Verdict("matched", "", "exists", item)
            elif item in self._memory.in_unknown:
                yield Verdict("in-unknown", "", "exists", item)
            elif item in there:
                outcome: Outcome = "conditional-happened" if item in self._memory.doubtful else "missed"
                yield Verdict(outcome, "", "exists", item)
            else:
                last = said[item].effects[-1]
                outcome = "conditional-did-not" if item in self._memory.doubtful else "wrong"
                yield Verdict(outcome, last.migration, "exists", item, location=last.location)
