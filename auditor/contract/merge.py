"""One change in a database is one breach, however many entries and comparisons it makes untrue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from auditor.contract.breach import COMPARED, Breach, Cause
from auditor.model import Provenance

KEPT = -1
"""Instead of a breach's number: the contract itself says that the difference is none."""


def merged(breaches: Sequence[Breach], kept: Iterable[Cause] = ()) -> list[Breach]:
    """The breaches that say something of their own, in the order given.

    A breach is absorbed when all its causes are those of others that speak before it: first those that lead,
    then those about the very object that is missing or extra, then in the order given. What it knew and the
    other did not (the diff, the repair) goes over to the other, and its message is noted there.

    Args:
        breaches: those of the contract first.
        kept: differences that the contract says are none.
    """
    explained: dict[Cause, int] = dict.fromkeys(kept, KEPT)
    winners: dict[int, Breach] = {}
    for number in sorted(
        range(len(breaches)), key=lambda n: (not breaches[n].leads, not _is_root(breaches[n]), n)
    ):
        breach = breaches[number]
        holders = [_holder(cause, explained) for cause in sorted(breach.causes, key=repr)]
        if holders and None not in holders:
            holder = next((one for one in holders if one is not None and one != KEPT), None)
            if holder is not None:
                winners[holder] = _absorb(winners[holder], breach)
            continue
        for cause in breach.causes:
            explained.setdefault(cause, number)
        winners[number] = breach
    return [winners[number] for number in sorted(winners)]


# Private


def _is_root(breach: Breach) -> bool:
    return breach.object is not None and Cause(breach.object) in breach.causes


def _holder(cause: Cause, explained: dict[Cause, int]) -> int | None:
    """Which breach explains the cause; None: no other does."""
    return explained.get(cause, explained.get(Cause(cause.object)))


def _absorb(winner: Breach, other: Breach) -> Breach:
    also = winner.also
    if not (other.name in COMPARED and other.object == winner.object):
        said = dict.fromkeys((*also, other.message, *other.also))
        also = tuple(one for one in said if not winner.message.startswith(one))
    return replace(
        winner,
        also=also,
        expected=winner.expected if winner.expected is not None else other.expected,
        actual=winner.actual if winner.actual is not None else other.actual,
        diff=winner.diff or other.diff,
        repair=winner.repair or other.repair,
        location=winner.location or other.location,
        provenance=_fuller(winner.provenance, other.provenance),
    )


def _fuller(one: Provenance | None, other: Provenance | None) -> Provenance | None:
    if one is None or other is None:
        return one or other
    return Provenance(
        one.defined_in or other.defined_in,
        one.live_matches or other.live_matches,
        one.written_by or other.written_by,
    )
