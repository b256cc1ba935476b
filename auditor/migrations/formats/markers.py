"""Up and down in one file, told apart by comments."""

from __future__ import annotations

import re

from auditor.migrations.formats.files import FindUpPart, UpPart


def between(
    up: re.Pattern[str],
    down: re.Pattern[str],
    *,
    missing: str | None,
    no_transaction: re.Pattern[str] | None = None,
) -> FindUpPart:
    """Finds what stands behind a marker for up, until one for down or the end of the file; several times over.

    Args:
        up: the line of the marker for up.
        down: the line of the marker for down.
        missing: what is wrong with a file that has no marker for up; None: all of it up to one for down is.
        no_transaction: the line of a marker that says so.
    """

    def find(text: str) -> UpPart:
        found = sorted(
            [(m.start(), m.end(), True) for m in up.finditer(text)]
            + [(m.start(), m.end(), False) for m in down.finditer(text)]
        )
        ups = [start for start, _, is_up in found if is_up]
        if not ups and missing is not None:
            return UpPart((), problem=missing)
        begin = None if ups else 0
        ranges = []
        for start, end, is_up in found:
            if begin is not None:
                ranges.append((begin, start))
            begin = end if is_up else None
        if begin is not None:
            ranges.append((begin, len(text)))
        return UpPart(
            tuple(ranges),
            line=text.count("\n", 0, ups[0]) + 1 if ups else 1,
            transactional=no_transaction is None or no_transaction.search(text) is None,
        )

    return find


def header(no_transaction: re.Pattern[str]) -> FindUpPart:
    """All of a file, with a comment that says whether it runs in a transaction."""

    def find(text: str) -> UpPart:
        return UpPart(((0, len(text)),), transactional=no_transaction.search(text) is None)

    return find
