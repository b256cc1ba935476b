"""How far long work has come: said by whoever does it, shown by whoever has somebody who waits.

Without one who shows it nothing happens, so that what works with plain values stays free of terminals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Show = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are; perhaps from several threads."""


def tell(what: str, done: int, total: int) -> None:
    """Say how far something has come.

    Args:
        what: in the plural: `migrations replayed`.
        done: how many.
        total: of how many.
    """
    if _showing:
        _showing[-1](what, done, total)


@contextmanager
def shown(show: Show) -> Iterator[None]:
    """Show it meanwhile."""
    _showing.append(show)
    try:
        yield
    finally:
        _showing.pop()


# Private

_showing: list[Show] = []
