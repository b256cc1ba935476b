"""Function bodies: whether two differ in more than layout, and how."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable

from auditor.sql import UnreadableSql
from auditor.sql.grammar import scan

_COMMENTS = frozenset({"SQL_COMMENT", "C_COMMENT"})


def body_hash(body: str) -> str:
    """`sha256:` and the hash (hex) of the body in UTF-8, as `definition: sha256:...` has it."""
    return f"sha256:{hashlib.sha256(body.encode()).hexdigest()}"


def differs_in_layout_only(left: str, right: str) -> bool:
    """Whether two bodies are the same but for blanks, comments and the case of keywords and unquoted names.

    PostgreSQL keeps a body verbatim, so a body may differ and do the same. Only for languages that share
    PostgreSQL's scanner (`sql`, `plpgsql`); literals, those in dollar quotes included, must be equal.
    """
    try:
        return left != right and _tokens(left) == _tokens(right)
    except UnreadableSql:
        return False


def same_statements(left: Iterable[str], right: Iterable[str]) -> bool | None:
    """Whether two lists of statements are the same text but for blanks, comments and semicolons.

    None if either cannot be read.
    """
    try:
        one, other = ([word for text in texts for word in _tokens(text) if word != ";"] for texts in (left, right))
        return one == other
    except UnreadableSql:
        return None


def body_diff(expected: str, actual: str, from_name: str, to_name: str) -> str:
    """A unified diff of two bodies."""
    lines = difflib.unified_diff(expected.splitlines(), actual.splitlines(), from_name, to_name, lineterm="", n=2)
    return "\n".join(lines)


# Private


def _tokens(body: str) -> list[str]:
    data = body.encode()
    tokens: list[str] = []
    for token in scan(body):
        if token.kind in _COMMENTS:
            continue
        text = data[token.start : token.end].decode()
        folds = token.keyword or (token.kind == "IDENT" and not text.startswith('"'))
        tokens.append(text.lower() if folds else text)
    return tokens
