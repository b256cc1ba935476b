"""Which objects a person means: a name as PostgreSQL prints it or as one would type it, with `*` and `?`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from auditor.declaration.readers import identity, split_kind
from auditor.errors import UsageError
from auditor.globs import is_pattern, matches_name
from auditor.model import ObjectId


def named(
    subject: str, items: Iterable[ObjectId], where: str = "the history", all_of_them: str = "auditor history"
) -> list[ObjectId]:
    """The objects that a text names, in the order given.

    Args:
        subject: `KIND IDENTITY` or an identity alone. A routine without its argument list means all of that name.
        items: what there is.
        where: of which these are the objects, for the message.
        all_of_them: the command that lists them.

    Raises:
        UsageError: there is none.
    """
    known = list(items)
    for patterns in _readings(subject):
        found = [item for item in known if any(_is(pattern, item) for pattern in patterns)]
        if found:
            return found
    names = [name for item in known for name in (item.identity.partition("(")[0], item.identity, str(item))]
    near = difflib.get_close_matches(subject, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f" (`{all_of_them}` lists all)"
    raise UsageError(f"no object of {where} is called {subject!r}{hint}")


def is_one_name(subject: str) -> bool:
    """Whether a text names one object, not whatever fits a pattern."""
    return not is_pattern(subject)


# Private


def _readings(subject: str) -> Iterable[tuple[str, ...]]:
    """What a text may mean, the most literal first."""
    yield (subject,)
    try:
        yield (str(split_kind(subject)),)
    except ValueError:
        tried = []
        for kind in ("table", "function", "trigger"):
            try:
                tried.append(identity(kind, subject))
            except ValueError:
                continue
        yield tuple(tried)


def _is(pattern: str, item: ObjectId) -> bool:
    return matches_name(pattern, item.identity) or matches_name(pattern, str(item))
