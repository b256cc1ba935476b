"""Breaches of contract and history become findings, by the name of their rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding
from auditor.rules import BY_NAME

if TYPE_CHECKING:
    from auditor.contract.breach import Breach


def check(breaches: Iterable[Breach]) -> Iterator[Finding]:
    """One finding for each breach; one of an entry in `mode: compat` says so."""
    for breach in breaches:
        rule = BY_NAME[breach.name]
        message = f"{breach.message} (compat)" if breach.compat else breach.message
        help_ = "\n".join([breach.help or rule.help, *_more(breach)])
        yield rule.finding(
            message,
            severity=breach.severity,
            help=help_,
            owner_class=breach.owner_class,
            object=breach.object,
            field=breach.field,
            expected=breach.expected,
            actual=breach.actual,
            diff=breach.diff,
            repair=breach.repair,
            location=breach.location,
            provenance=breach.provenance,
        )


# Private


def _more(breach: Breach) -> Iterator[str]:
    """What follows from the same cause; not the same said again by the comparison of the very object."""
    for message in breach.also:
        if not message.startswith(f"{breach.object}: "):
            yield f"also: {message}"
