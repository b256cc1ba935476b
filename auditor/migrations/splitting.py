"""Where the statements of a script begin and end: PostgreSQL's and psql's lexical rules, and nothing beyond.

Strings, quoted names, comments and dollar quotes are skipped whole; a semicolon ends a statement unless it
stands in parentheses or in the `BEGIN ATOMIC ... END` of a routine. These are the rules by which psql decides
what to send (`psqlscan.l`); libpg_query's own splitter cannot be used for files, because it drops a statement
without a keyword, cuts BEGIN ATOMIC bodies, and stops at psql's commands and COPY data. What a statement means
is for PostgreSQL's grammar to say. The tests compare this with the grammar on every text they have.

https://www.postgresql.org/docs/current/sql-syntax-lexical.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from auditor.migrations.placeholders import Edit, quote_literal
from auditor.migrations.psql import SENDS, MetaCommand, Script, read_command
from auditor.model import Statement
from auditor.sql.names import quote_identifier

MAX_RECOVERIES = 8
"""How often splitting goes back to the first semicolon of a statement that swallowed the rest of the text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement's place.

    Attributes:
        start, end: in characters; from its first token to its last, comments and semicolon left out.
        problem: why it cannot be read as SQL, or None.
        not_sql: what it is, when it is no SQL and changes nothing; or None.
        data: the lines that follow `COPY ... FROM stdin`.
        edits: replacements of psql variables that the script itself sets.
        included: statements of the file that it includes; they follow it.
    """

    start: int
    end: int
    problem: str | None = None
    not_sql: str | None = None
    data: str | None = None
    edits: tuple[Edit, ...] = ()
    included: tuple[Statement, ...] = ()


def split(
    text: str,
    *,
    start: int = 0,
    end: int | None = None,
    known: Iterable[Edit] = (),
    script: Script | None = None,
) -> list[Piece]:
    """The statements of a text in order. Every character that is no blank, comment or semicolon lies in one.

    Args:
        text: may hold anything but NUL.
        start: where to begin.
        end: where to stop; None at the end.
        known: placeholders that have a value; where one stands it is no problem.
        script: what psql knows when it comes to this text.
    """
    return _Splitter(text, start, len(text) if end is None else end, known, script or Script()).run()


# Private

_LETTER = r"A-Za-z_\x80-\U0010ffff"
# One match for as many words, blanks, digits and operators as stand together. The E of E'...' is not a word.
_RUN = rf"(?P<run>(?:(?![eE]')[{_LETTER}][{_LETTER}0-9$]*+|[ \t\n\r\f\v0-9,.=<>*+%&|!?@#~^`}}]++)++)"
_TOKEN = (
    _RUN
    + rf"""
    | (?P<semicolon>;)
    | (?P<open>\() | (?P<close>\)) | (?P<bracket>\[) | (?P<unbracket>\])
    | (?P<comment>--[^\n\r]*+) | (?P<block>/\*)
    | (?P<cast>::|:=)
    | (?P<variable>:(?:[A-Za-z_]\w*|'\w+'|"\w+"|\{{\?\w+\}}))
    | (?P<template>\$\{{[^}}\n]{{0,200}}\}} | \{{\{{[^{{}}\n]{{0,200}}\}}\}} | \{{%[^%\n]{{0,200}}%\}})
    | (?P<string>'(?:[^']|'')*+' | [eE]'(?:[^'\\]|''|\\.)*+'(?:[ \t\f\v]*[\n\r]\s*'(?:[^'\\]|''|\\.)*+')*)
    | (?P<name>"(?:[^"]|"")*+")
    | (?P<dollar>\$(?:[{_LETTER}][{_LETTER}0-9]*)?\$)
    | (?P<backslash>\\)
    | (?P<unterminated>[eE]?'|")
    | (?P<other>.)
    """
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")
_END_OF_DATA = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE)
_STATEMENT_END = re.compile(r";[ \t]*(?:--[^\n]*)?\r?(?=\n|\Z)")
_ROUTINE = re.compile(r"\s*create\s+(?:or\s+replace\s+)?(?:function|procedure)\b", re.IGNORECASE)
_ATOMIC = re.compile(r"\bbegin\s+atomic\b", re.IGNORECASE)
_NESTING = re.compile(r"\b(?:begin|case|end)\b", re.IGNORECASE)
_FROM_STDIN = re.compile(r"\s*\\?copy\b.*\bfrom\s+(?:p?stdin)\b", re.IGNORECASE | re.DOTALL)


@cache
def _token() -> re.Pattern[str]:
    """Compiled when first wanted: that takes as long as to look through what is remembered of a history."""
    return re.compile(_TOKEN, re.VERBOSE | re.DOTALL)


@dataclass(slots=True)
class _Statement:
    """What is known of the statement that is being read."""

    first: int = -1
    last: int = -1
    parentheses: int = 0
    brackets: int = 0
    words: list[str] = field(default_factory=list)
    counted: int = 0  # so many of the words have been looked through for BEGIN and END
    atomic: int = 0  # how deep in BEGIN ATOMIC ... END
    semicolon: tuple[int, int] | None = None  # the first inner one, and where the last token before it ended
    problem: str | None = None
    unresolved: str | None = None
    edits: list[Edit] = field(default_factory=list)

    def token(self, start: int, end: int) -> None:
        if self.first < 0:
            self.first = start
        self.last = end


class _Splitter:
    def __init__(self, text: str, start: int, end: int, known: Iterable[Edit], script: Script) -> None:
        self.text = text
        self.position = start
        self.end = end
        self.known = {edit.start for edit in known}
        self.script = script
        self.variables = script.variables
        self.pieces: list[Piece] = []
        self.current = _Statement()
        self.recoveries = 0
        self.nesting = True
        self.no_more_data = False

    def run(self) -> list[Piece]:
        text, end = self.text, self.end
        match = _token().match
        while True:
            while self.position < end:
                token = match(text, self.position, end)
                assert token is not None  # noqa: S101 -- the last alternative takes any character
                self.position = token.end()
                kind = token.lastgroup
                if kind == "run":
                    self._run(token.group(), token.start())
                elif kind == "comment":
                    self.current.words.append(" ")
                elif kind in ("string", "cast", "other"):
                    self.current.token(token.start(), token.end())
                    self.current.words.append(" ")
                else:
                    getattr(self, f"_{kind}")(token.start(), token.end())
            if not self._recover():
                self._finish()
                return self.pieces

    def _run(self, run: str, start: int) -> None:
        bare = run.strip(" \t\n\r\f\v")
        if bare:
            self.current.token(start + run.index(bare[0]), start + len(run.rstrip(" \t\n\r\f\v")))
        self.current.words.append(run)

    def _semicolon(self, start: int, end: int) -> None:
        current = self.current
        if current.first < 0:
            current.words.clear()
        elif self.nesting and (current.parentheses > 0 or self._in_atomic_body()):
            if current.semicolon is None:
                current.semicolon = (start, current.last)
            current.token(start, end)
            current.words.append(";")
        else:
            self._finish()

    def _open(self, start: int, end: int) -> None:
        self.current.parentheses += 1
        self._other(start, end)

    def _close(self, start: int, end: int) -> None:
        self.current.parentheses -= 1
        self._other(start, end)

    def _bracket(self, start: int, end: int) -> None:
        self.current.brackets += 1
        self._other(start, end)

    def _unbracket(self, start: int, end: int) -> None:
        self.current.brackets -= 1
        self._other(start, end)

    def _other(self, start: int, end: int) -> None:
        self.current.token(start, end)
        self.current.words.append(" ")

    def _block(self, start: int, end: int) -> None:
        """A comment `/* ... */`; they nest."""
        depth = 1
        while depth:
            edge = _BLOCK_EDGE.search(self.text, end, self.end)
            if edge is None:
                self._unterminated_rest(start, "comment")
                return
            depth += 1 if edge.group() == "/*" else -1
            end = edge.end()
        self.position = end
        self.current.words.append(" ")

    def _dollar(self, start: int, end: int) -> None:
        tag = self.text[start:end]
        closing = self.text.find(tag, end, self.end)
        if closing < 0:
            self._unterminated_rest(start, "dollar-quoted string")
        else:
            self.position = closing + len(tag)
            self._other(start, self.position)

    def _name(self, start: int, end: int) -> None:
        name = self.text[start:end]
        for opening in ("${", "{{"):
            at = name.find(opening)
            if at >= 0 and start + at not in self.known:
                self._note_unresolved(name[at:-1])
        self._other(start, end)

    def _template(self, start: int, end: int) -> None:
        if start not in self.known:
            self._note_unresolved(self.text[start:end])
        self._other(start, end)

    def _variable(self, start: int, end: int) -> None:
        if self.current.brackets > 0:  # the upper bound of an array slice
            self.position = start + 1
            self._other(start, start + 1)
            return
        written = self.text[start:end]
        name = written.strip(":'\"{?}")
        if start not in self.known:
            if name in self.variables:
                self.current.edits.append(Edit(start, end, _interpolated(written, self.variables[name])))
            else:
                self._note_unresolved(written)
        self._other(start, end)

    def _unterminated(self, start: int, end: int) -> None:
        """A quote without its end. The statement is broken; go on behind the next line that ends one."""
        if self._recover():
            return
        what = "quoted identifier" if self.text[start] == '"' else "quoted string"
        found = _STATEMENT_END.search(self.text, end, self.end)
        if found is None or self.recoveries >= MAX_RECOVERIES:
            self._unterminated_rest(start, what)
            return
        self.recoveries += 1
        self.current.token(start, found.start())
        self.current.problem = self._unterminated_message(start, what)
        self.position = found.end()
        self._finish()

    def _unterminated_rest(self, start: int, what: str) -> None:
        if self._recover():
            return
        self.current.token(start, start + len(self.text[start : self.end].rstrip()))
        self.current.problem = self._unterminated_message(start, what)
        self.current.semicolon = None
        self.position = self.end

    def _unterminated_message(self, start: int, what: str) -> str:
        shown = self.text[start : min(self._line_end(start), start + 30)].rstrip()
        return f"unterminated {what} at {shown}"

    def _backslash(self, start: int, end: int) -> None:
        """A psql command: outside quotes no SQL begins with a backslash."""
        if self.text.startswith("\\;", start):
            self.position = start + 2
            self._finish()
            return
        line_end = self._line_end(start)
        command = read_command(self.text[start:line_end].rstrip(), self.script.configured)
        current = self.current
        if current.first < 0:
            self.position = line_end
            self._meta(command, start, line_end)
        elif command.name in SENDS:
            self.position = line_end
            current.problem = current.problem or SENDS[command.name]
            self._finish()
        else:
            current.token(start, end)
            current.problem = current.problem or f"{command.harmless or command.problem} within a statement"

    def _meta(self, command: MetaCommand, start: int, line_end: int) -> None:
        if command.variable:
            name, value = command.variable
            self.variables[name] = value
        data = None
        harmless, problem = command.harmless, command.problem
        included: tuple[Statement, ...] = ()
        if command.include and self.script.include:
            found = self.script.include(*command.include)
            if isinstance(found, str):
                problem = f"psql command \\{command.name} {found}"
            else:
                harmless, problem, included = f"psql command \\{command.name}", None, found
        written = self.text[start:line_end].rstrip()
        if command.name == "copy" and _FROM_STDIN.match(written):
            data = self._data(start)
        self.pieces.append(
            Piece(start, start + len(written), problem=problem, not_sql=harmless, data=data, included=included)
        )
        self.current = _Statement()

    def _finish(self) -> None:
        """The current statement is whole."""
        current, self.current = self.current, _Statement()
        if current.first < 0:
            return
        problem, data = current.problem, None
        if problem is None and current.unresolved is not None and not self._may_be_json(current):
            problem = f"the placeholder {current.unresolved} has no value"
        if self.text[current.first : current.first + 4].lower() == "copy" and _FROM_STDIN.match(
            "".join(current.words)
        ):
            data = self._data(self.position)
            if data is None:
                problem = problem or "the data of COPY ... FROM stdin is missing, or does not end with a line \\."
        self.pieces.append(
            Piece(current.first, current.last, problem=problem, data=data, edits=tuple(current.edits))
        )

    def _data(self, start: int) -> str | None:
        """The data lines behind the line at `start`; reading goes on after them."""
        first = self._line_end(start)
        if self.text.startswith("\r\n", first):
            first += 1
        first += 1
        found = None if self.no_more_data else _END_OF_DATA.search(self.text, first, self.end)
        if found is None:
            self.no_more_data = True  # and so for every COPY that follows
            return None
        self.position = found.end()
        return self.text[first : found.start()]

    def _recover(self) -> bool:
        """Where the text ends, or a quote does not: whether a statement is cut at its first inner semicolon.

        A missing parenthesis would otherwise take all that follows along.
        """
        current = self.current
        if current.first < 0 or current.semicolon is None or current.problem is not None:
            return False
        if current.parentheses <= 0 and not self._in_atomic_body():
            return False
        at, last = current.semicolon
        self.pieces.append(Piece(current.first, last))
        self.current = _Statement()
        self.position = at + 1
        self.recoveries += 1
        self.nesting = self.recoveries < MAX_RECOVERIES
        return True

    def _in_atomic_body(self) -> bool:
        """The rule of psql: within CREATE FUNCTION or PROCEDURE, BEGIN and CASE open and END closes."""
        current = self.current
        if self.text[current.first : current.first + 6].lower() != "create":
            return False
        words = "".join(current.words[current.counted :])
        if current.counted == 0 and not _ROUTINE.match(words):
            return False
        current.counted = len(current.words)
        begin = None if current.atomic else _ATOMIC.search(words)
        if current.atomic or begin:
            for word in _NESTING.findall(words, begin.start() if begin else 0):
                current.atomic += -1 if word.lower() == "end" else 1
        return current.atomic > 0

    def _note_unresolved(self, written: str) -> None:
        if self.current.unresolved is None:
            self.current.unresolved = written

    def _may_be_json(self, current: _Statement) -> bool:
        """`JSON_OBJECT('key' :value)` has colons of its own."""
        return (current.unresolved or "").startswith(":") and "json_object" in "".join(current.words).lower()

    def _line_end(self, start: int) -> int:
        ends = (self.text.find(end, start, self.end) for end in "\n\r")
        return min((end for end in ends if end >= 0), default=self.end)


def _interpolated(written: str, value: str) -> str:
    if written.startswith(":'"):
        return quote_literal(value)
    if written.startswith(':"'):
        return quote_identifier(value)
    return value
