"""Statements that this server cannot run as they stand, and what is run in their place.

Two kinds of them, both of histories written for another version or build than the one they are replayed in:

- Since PostgreSQL 17 the query of a materialized view is run with `search_path = pg_catalog, pg_temp`, so that a
  function in it that names a table without its schema fails where it did not before. The view is left empty; its
  definition is the same. https://www.postgresql.org/docs/17/release-17.html#RELEASE-17-MIGRATION
- A collation of ICU, in a build without ICU, is made one of the C locale.
  https://www.postgresql.org/docs/current/collation.html#ICU-CUSTOM-COLLATIONS
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.replay.session import Failure


@dataclass(frozen=True, slots=True)
class Instead:
    """What is run in the place of a statement.

    Attributes:
        text: SQL.
        why: what is different, and for what reason.
    """

    text: str
    why: str


def instead_of(text: str, failure: Failure, version_num: int) -> Instead | None:
    """What to run in the place of a statement that failed, or None.

    Args:
        text: the statement.
        failure: why it failed.
        version_num: the server's `server_version_num`.
    """
    if version_num >= _RESTRICTED_SINCE and failure.sqlstate in _REASONS and _FILLS.match(text):
        return None if _EMPTY.search(text) else Instead(_left_empty(text), _WHY_EMPTY)
    if failure.message == NO_ICU and (match := _COLLATION.match(text)) is not None:
        return Instead(f"{match[0]} (provider = libc, locale = 'C')", _WHY_C)
    return None


NO_ICU = "ICU is not supported in this build"
"""PostgreSQL's message, SQLSTATE 0A000."""

# Private

_RESTRICTED_SINCE = 170000
_WHY_EMPTY = "a materialized view was left empty: from PostgreSQL 17 on its query does not find what it names"
_WHY_C = "a collation of ICU was made one of the C locale: this build of PostgreSQL has no ICU"
# invalid_schema_name, undefined_table, undefined_function, undefined_object, undefined_column; and what is said of
# another view that was left empty: object_not_in_prerequisite_state, or of this one: feature_not_supported.
_REASONS = frozenset({"3F000", "42P01", "42883", "42704", "42703", "55000", "0A000"})
_FILLS = re.compile(r"\s*(?:create|refresh)\s+materialized\s+view\b", re.IGNORECASE)
_CONCURRENTLY = re.compile(r"\A(\s*refresh\s+materialized\s+view)\s+concurrently\b", re.IGNORECASE)
_FULL = re.compile(r"\bwith\s+data\s*\Z", re.IGNORECASE)
_EMPTY = re.compile(r"\bwith\s+no\s+data\s*\Z", re.IGNORECASE)
_NAME = r'(?:"[^"]+"|[\w$]+)'
_COLLATION = re.compile(
    rf"\s*create\s+collation\s+(?:if\s+not\s+exists\s+)?(?:{_NAME}\s*\.\s*)?{_NAME}", re.IGNORECASE
)


def _left_empty(text: str) -> str:
    # Only a view that is filled can be refreshed concurrently.
    return _CONCURRENTLY.sub(r"\1", _FULL.sub("", text)) + "\nWITH NO DATA"
