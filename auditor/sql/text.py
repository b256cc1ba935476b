"""A statement's text and where its tokens stand: for what a tree no longer has, an expression as written."""

from __future__ import annotations

from functools import cached_property

from auditor.sql import UnreadableSql, grammar
from auditor.sql.grammar import Token

_OPEN = frozenset({"ASCII_40", "ASCII_91"})
_CLOSE = frozenset({"ASCII_41", "ASCII_93"})
_COMMA, _SEMICOLON, _PARENTHESIS = "ASCII_44", "ASCII_59", "ASCII_40"
_COMMENTS = frozenset({"SQL_COMMENT", "C_COMMENT"})


class Text:
    """A text that was parsed. All positions are bytes of its UTF-8 form."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode(errors="surrogatepass")

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens without comments; none if the text cannot be scanned."""
        try:
            return [token for token in grammar.scan(self.text) if token.kind not in _COMMENTS]
        except UnreadableSql:
            return []

    def slice(self, start: int, end: int) -> str:
        """The text of a byte range, without blanks around it."""
        return self.data[start:end].decode(errors="replace").strip()

    def line_of(self, position: int) -> int:
        """The 0-based line of a position."""
        return self.data.count(b"\n", 0, max(position, 0))

    def tokens_from(self, position: int) -> list[Token]:
        """The tokens at or after a position."""
        return self.tokens[self._index(position) :]

    def clause(self, start: int, stops: frozenset[int] = frozenset()) -> str:
        """From a position to the comma, closing parenthesis or semicolon that ends what begins there.

        Args:
            start: of the clause's first token, or before it.
            stops: positions at which something else begins.
        """
        tokens = self.tokens
        first = self._index(start)
        last = self._end_of_clause(first, stops)
        return self.slice(tokens[first].start, tokens[last - 1].end) if last > first else ""

    def clause_after(self, keyword: str, start: int, stops: frozenset[int] = frozenset()) -> str:
        """As :meth:`clause`, from behind the first token of a kind (`DEFAULT`, `WHERE`) at or after a position."""
        tokens = self.tokens
        for at in range(self._index(start), len(tokens)):
            if tokens[at].kind == keyword:
                last = self._end_of_clause(at + 1, stops)
                return self.slice(tokens[at].end, tokens[last - 1].end) if last > at + 1 else ""
        return ""

    def clause_after_last(self, keyword: str, before: int) -> str:
        """As :meth:`clause_after`, for the last token of the kind that stands before a position."""
        position = None
        for token in self.tokens:
            if token.start >= before:
                break
            if token.kind == keyword:
                position = token.start
        return "" if position is None else self.clause_after(keyword, position)

    def parenthesised(self, start: int) -> tuple[int, int] | None:
        """Byte range within the first pair of parentheses that opens at or after a position."""
        tokens = self.tokens
        for at in range(self._index(start), len(tokens)):
            if tokens[at].kind == _PARENTHESIS:
                close = self._closing(at)
                return (tokens[at].end, tokens[close].start) if close is not None else None
        return None

    def within_parentheses(self, start: int) -> str:
        """The text within the first pair of parentheses that opens at or after a position."""
        found = self.parenthesised(start)
        return "" if found is None else self.slice(*found)

    def elements(self, start: int) -> list[str]:
        """The elements, separated by commas, of the first parenthesised list at or after a position."""
        found = self.parenthesised(start)
        if found is None:
            return []
        tokens = self.tokens
        pieces: list[str] = []
        at = self._index(found[0])
        while at < len(tokens) and tokens[at].start < found[1]:
            last = self._end_of_clause(at, frozenset())
            pieces.append(self.slice(tokens[at].start, tokens[last - 1].end) if last > at else "")
            at = last + 1
        return pieces

    def _index(self, position: int) -> int:
        """Index of the first token at or after a position."""
        tokens = self.tokens
        low, high = 0, len(tokens)
        while low < high:
            middle = (low + high) // 2
            if tokens[middle].start < position:
                low = middle + 1
            else:
                high = middle
        return low

    def _end_of_clause(self, first: int, stops: frozenset[int]) -> int:
        """Index of the token that ends the clause which begins at an index."""
        tokens = self.tokens
        depth = 0
        for at in range(first, len(tokens)):
            token = tokens[at]
            if token.kind in _OPEN:
                depth += 1
            elif token.kind in _CLOSE:
                depth -= 1
                if depth < 0:
                    return at
            elif depth == 0 and (token.kind in (_COMMA, _SEMICOLON) or (at > first and token.start in stops)):
                return at
        return len(tokens)

    def _closing(self, opening: int) -> int | None:
        tokens = self.tokens
        depth = 0
        for at in range(opening, len(tokens)):
            if tokens[at].kind in _OPEN:
                depth += 1
            elif tokens[at].kind in _CLOSE:
                depth -= 1
                if depth == 0:
                    return at
        return None
