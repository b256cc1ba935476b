"""The safety net for bodies that PL/pgSQL's parser rejects: their SQL, found by the words that stand before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.migrations.effects.plpgsql_tree import parse_one
from auditor.migrations.effects.reader import Reader
from auditor.model.change import AnyChange, Harmless, Transaction
from auditor.sql import UnreadableSql, grammar

_KEYWORDS = re.compile(
    rb"\b(?:begin|then|else|loop|declare|do|exception)\b", re.IGNORECASE
)  # what may stand before a statement


def changes_by_words(text: str, reader: Reader, line: int, inside: str) -> Iterator[AnyChange]:
    """The SQL statements of a body that PL/pgSQL's parser rejects, found by the words before them.

    What looks like a statement and is one to PostgreSQL's grammar is given, as conditional.
    """
    data = text.encode(errors="surrogatepass")
    try:
        ranges = grammar.split(text)
    except UnreadableSql:
        return
    for start, end in ranges:
        piece = data[start:end]
        starts = [0, *(match.end() for match in _KEYWORDS.finditer(piece))]
        for at in starts:
            statement = piece[at:].decode(errors="replace").strip()
            if parse_one(statement) is None:
                continue
            offset = line + data.count(b"\n", 0, start + at)
            for change in reader.nested(statement).read():
                if not isinstance(change, Harmless | Transaction):  # an END alone is a COMMIT to the grammar
                    certainty = "conditional" if change.certainty == "certain" else change.certainty
                    yield msgspec.structs.replace(
                        change, inside=change.inside or inside, certainty=certainty, line_offset=offset
                    )
            break
