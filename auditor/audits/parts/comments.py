"""Allowances in comments of migrations: `-- auditor: allow CODE reason`, in Python `# auditor: allow ...`."""

from __future__ import annotations

import io
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator

from auditor.migrations.discovery import MigrationSet
from auditor.migrations.statements import UnreadableText, decode
from auditor.model import Location
from auditor.rules.allow import Inline
from auditor.source.comments import allowance_in
from auditor.source.model import InlineAllowance

MARK = b"auditor:"


def inline(file: str, found: Iterable[InlineAllowance]) -> tuple[Inline, ...]:
    """The allowances of one file, as the sifting of findings wants them."""
    return tuple(Inline(one.code, one.reason, Location(file, one.line, one.column), *one.lines) for one in found)


def allowances_in_migrations(migrations: MigrationSet) -> tuple[Inline, ...]:
    """The comments in the files of a history that allow a finding."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for migration in migrations.migrations:
        spans.setdefault(migration.file, [])
        for statement in migration.statements:
            spans[statement.file].append((statement.line, statement.line + statement.text.count("\n")))
    found: list[Inline] = []
    for file, lines in spans.items():
        try:
            data = (migrations.root / file).read_bytes()
            text = decode(data).text if MARK in data else ""
        except (OSError, UnreadableText):
            continue
        if text:
            comments = _of_python(text) if file.endswith(".py") else _of_sql(text, sorted(lines))
            found += inline(file, comments)
    return tuple(found)


# Private


def _of_sql(text: str, statements: list[tuple[int, int]]) -> Iterable[InlineAllowance]:
    from auditor.source.statements import inline_allowances  # loads the reading of SQL; few files come here

    return inline_allowances(text, statements)


def _of_python(text: str) -> Iterator[InlineAllowance]:
    """A comment is about the statement on whose line it stands, or else about the one that follows."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return
    statements: list[tuple[int, int]] = []
    first = None
    for token in tokens:
        if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        first = first or token.start[0]
        if token.type == tokenize.NEWLINE:
            statements.append((first, token.end[0]))
            first = None
    for token in tokens:
        if token.type != tokenize.COMMENT or "auditor:" not in token.string:
            continue
        line = token.start[0]
        own = next((span for span in statements if span[0] <= line <= span[1]), None)
        following = next((span for span in statements if span[0] > line), None)
        found = allowance_in(token.string, line, token.start[1] + 1, own or following or (line, line))
        if found is not None:
            yield found
