"""How source code reaches a database: one module for each way; the registry is the literal below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from auditor.source.model import SourceAccess
from auditor.source.reading import Chain, Reading
from auditor.source.recognisers import builders, calls, models

RECOGNISERS: tuple[Callable[[Chain, Reading], Iterator[SourceAccess]], ...] = (
    builders.recognise,
    calls.recognise,
    models.recognise,
)
"""Each is given every chain of calls in which a call of :func:`is_trigger` stands; texts are read by `texts`."""

BUILDERS = builders.BUILDERS
"""Names of builders that are called themselves: `knex('t')`."""


def is_trigger(key: str, language: str) -> bool:
    """Whether a call of that name makes a chain worth a look."""
    if key in _triggers_of(language):
        return True
    return language in ("Java", "Kotlin") and models.REPOSITORY.match(key) is not None


# Private


@cache
def _triggers_of(language: str) -> frozenset[str]:
    found = builders.TRIGGERS | calls.TRIGGERS | models.OBJECT_TRIGGERS
    if language not in ("TypeScript", "TSX", "JavaScript"):
        found |= models.TRIGGERS
    return frozenset(found)
