"""The libpg_query bindings: the only module that imports them. :mod:`auditor.sql.grammar` is its door.

`postgast` carries the grammar of PostgreSQL 18; `pgparse` (17) reads PL/pgSQL bodies, because the PL/pgSQL JSON
of libpg_query 18 is broken for trigger functions (pganalyze/libpg_query#337). Both are C: what is known to
end the process or to be cut in silence (NUL bytes, enormous expressions, a body that is not there) is refused
here, before it reaches them.

Trees are the plain dicts of libpg_query's JSON: `{"CreateStmt": {...}}`. The protobuf route is not used: it
gives up at 100 levels, which is 48 operands of `||`.
"""

from __future__ import annotations

import ctypes
from typing import Any

import msgspec
import pgparse
from postgast import native
from postgast.errors import PgQueryError, check_error
from postgast.pg_query_pb2 import ScanResult
from postgast.pg_query_pb2 import Token as TokenKind

from auditor.sql import SqlSyntaxError, UnreadableSql
from auditor.sql.grammar import MAX_FILE_BYTES, MAX_NESTING, MAX_STATEMENT_BYTES, Node, Token

_NEVER_NESTED_BELOW = 2 * MAX_NESTING  # bytes: a chain needs two for each operator

_BOM = b"\xef\xbb\xbf"


def parse(sql: str) -> list[Node]:
    """See :func:`auditor.sql.grammar.parse`."""
    data = _encode(sql, MAX_STATEMENT_BYTES)
    _refuse_deep(data)
    result = native.lib.pg_query_parse(data)
    try:
        if result.error:
            _raise_error(result, data)
        tree = result.parse_tree
    finally:
        native.lib.pg_query_free_parse_result(result)
    try:
        statements: list[Node] = _JSON.decode(tree).get("stmts", [])
    except RecursionError:
        raise UnreadableSql("nested too deeply to be read") from None
    return statements


def scan(sql: str) -> list[Token]:
    """See :func:`auditor.sql.grammar.scan`."""
    names = _TOKEN_NAMES  # without `{` and `}`, which the scanner hands on as the characters that they are
    return [
        Token(names.get(token.token) or f"ASCII_{token.token}", token.start, token.end, token.keyword_kind != 0)
        for token in _scan(_encode(sql, MAX_FILE_BYTES)).tokens
    ]


def split(sql: str) -> list[tuple[int, int]]:
    """See :func:`auditor.sql.grammar.split`."""
    data = _encode(sql, MAX_FILE_BYTES)
    tokens, end_of_text = _scan_forgiving(data)
    ranges: list[tuple[int, int]] = []
    start = end = -1
    parentheses = begins = 0
    words: list[int] = []
    for token in tokens:
        kind = token.token
        if kind in _COMMENTS:
            continue
        if kind == _SEMICOLON and parentheses <= 0 and begins == 0:
            if start >= 0:
                ranges.append((start, end))
            start, parentheses = -1, 0
            words = []
            continue
        if start < 0:
            start = token.start
        end = token.end
        if kind == _OPEN:
            parentheses += 1
        elif kind == _CLOSE:
            parentheses -= 1
        elif len(words) < 4:
            words.append(kind)
        if kind in _BLOCKS and _defines_routine(words):
            if kind == _BEGIN or (kind == _CASE and begins > 0):
                begins += 1
            elif kind == _END and begins > 0:
                begins -= 1
    if end_of_text is not None:
        ranges.append((start if start >= 0 else end_of_text, len(data.rstrip())))
    elif start >= 0:
        ranges.append((start, end))
    return ranges


def parse_plpgsql(statement: str) -> list[Node] | None:
    """See :func:`auditor.sql.grammar.parse_plpgsql`."""
    statements = parse(statement)
    if len(statements) != 1 or not _has_plpgsql_body(statements[0]["stmt"]):
        return None  # without an AS clause the C code ends the process
    data = _encode(statement, MAX_STATEMENT_BYTES)
    _refuse_deep(data, within_strings=True)
    try:
        functions: list[Node] = pgparse.parse_pgsql(data.decode())
    except pgparse.PGQueryError as error:
        raise SqlSyntaxError(_message_of(error)) from None
    except RecursionError:
        raise UnreadableSql("nested too deeply to be read") from None
    return functions


# Private

_JSON = msgspec.json.Decoder(Node)
_TOKEN_NAMES: dict[int, str] = {number: name for name, number in TokenKind.items()}
_KIND = dict(TokenKind.items())
_SEMICOLON, _OPEN, _CLOSE, _COMMA = _KIND["ASCII_59"], _KIND["ASCII_40"], _KIND["ASCII_41"], _KIND["ASCII_44"]
_COMMENTS = frozenset({_KIND["SQL_COMMENT"], _KIND["C_COMMENT"]})
_CREATE, _OR, _REPLACE = _KIND["CREATE"], _KIND["OR"], _KIND["REPLACE"]
_ROUTINES = frozenset({_KIND["FUNCTION"], _KIND["PROCEDURE"]})
_BEGIN, _CASE, _END = _KIND["BEGIN_P"], _KIND["CASE"], _KIND["END_P"]
_BLOCKS = frozenset({_BEGIN, _CASE, _END})
_STRUCTURE = frozenset(_KIND[word] for word in ("JOIN", "UNION", "INTERSECT", "EXCEPT"))
_OPERATORS = frozenset(
    _KIND[word]
    for word in (
        "Op", "TYPECAST", "COLLATE", "AT", "NOT", "AND", "OR", "EQUALS_GREATER", "LESS_EQUALS", "GREATER_EQUALS",
        "NOT_EQUALS", "ASCII_37", "ASCII_42", "ASCII_43", "ASCII_45", "ASCII_47", "ASCII_60", "ASCII_61",
        "ASCII_62",
    )
)  # fmt: skip


def _encode(sql: str, limit: int) -> bytes:
    try:
        data = sql.encode()
    except UnicodeEncodeError as error:
        raise UnreadableSql(f"not valid Unicode: {error.reason}", len(sql[: error.start].encode())) from None
    if (at := data.find(b"\0")) >= 0:  # C would read no further, and not say so
        raise UnreadableSql("a NUL byte in the text", at)
    if len(data) > limit:
        raise UnreadableSql(f"{len(data)} bytes at once: no more than {limit} are read")
    # Blanks in place of the byte order mark leave all positions as they are.
    return b"   " + data[3:] if data.startswith(_BOM) else data


def _scan(data: bytes) -> ScanResult:
    result = native.lib.pg_query_scan(data)
    try:
        _raise_error(result, data)
        return ScanResult.FromString(ctypes.string_at(result.pbuf.data, result.pbuf.len))
    finally:
        native.lib.pg_query_free_scan_result(result)


def _raise_error(result: ctypes.Structure, data: bytes) -> None:
    try:
        check_error(result)
    except PgQueryError as error:
        position = None
        if error.cursorpos > 0:  # counts characters, from 1 (`scanner_errposition`, scan.l)
            position = len(data.decode()[: error.cursorpos - 1].encode())
        raise SqlSyntaxError(error.message, position) from None


def _scan_forgiving(data: bytes) -> tuple[Any, int | None]:
    """The tokens, and where text begins that cannot be scanned (None: all could be).

    What is malformed but short (`1abc`) is blanked out for the scanner only, so that what follows is still
    split; the statement that holds it is rejected when it is parsed.
    """
    text = data
    for _ in range(100):
        try:
            return _scan(text).tokens, None
        except SqlSyntaxError as error:
            at = error.position
            if at is None or error.message.startswith("unterminated") or at >= len(text):
                break
            text = text[:at] + b"_" + text[at + 1 :]
    else:
        at = None
    if at is None:
        return [], 0
    try:
        return _scan(text[:at]).tokens, at
    except SqlSyntaxError:
        return [], 0


def _defines_routine(words: list[int]) -> bool:
    return words[:1] == [_CREATE] and (
        (len(words) > 1 and words[1] in _ROUTINES)
        or (words[1:3] == [_OR, _REPLACE] and len(words) > 3 and words[3] in _ROUTINES)
    )


def _refuse_deep(data: bytes, *, within_strings: bool = False) -> None:
    """Refuse a text in which more than MAX_NESTING operators may hang on one another.

    Counted per level of parentheses; a comma ends a chain of operators, but not one of joins and set
    operations.
    """
    if len(data) < _NEVER_NESTED_BELOW:
        return
    if within_strings:
        # A body is one token: count what may be an operator in it, wherever it stands.
        if (
            sum(data.count(symbol) for symbol in (b"+", b"-", b"*", b"/", b"|", b"::", b"<", b">", b"="))
            > 3 * MAX_NESTING
        ):
            raise UnreadableSql(f"more than {3 * MAX_NESTING} operators in one body")
        return
    levels = [[0, 0]]
    total = 0
    for token in _scan(data).tokens:
        kind = token.token
        if kind in _OPERATORS or kind in _STRUCTURE:
            levels[-1][kind in _STRUCTURE] += 1
            total += 1
            if total > MAX_NESTING:
                raise UnreadableSql(f"more than {MAX_NESTING} operators in one chain", token.start)
        elif kind == _COMMA:
            total -= levels[-1][0]
            levels[-1][0] = 0
        elif kind == _OPEN:
            levels.append([0, 0])
        elif kind == _CLOSE and len(levels) > 1:
            total -= sum(levels.pop())
        elif kind == _SEMICOLON:
            levels, total = [[0, 0]], 0


def _has_plpgsql_body(statement: Node) -> bool:
    if (create := statement.get("CreateFunctionStmt")) is not None:
        if "sql_body" in create:
            return False
        options = create.get("options", ())
    elif (do := statement.get("DoStmt")) is not None:
        options = do.get("args", ())
    else:
        return False
    language, body = "plpgsql" if "DoStmt" in statement else "sql", False
    for option in options:
        element = option["DefElem"]
        if element["defname"] == "language":
            language = element["arg"]["String"].get("sval", "")
        elif element["defname"] == "as":
            body = True
    return body and language.lower() == "plpgsql"


def _message_of(error: Exception) -> str:
    argument = error.args[0] if error.args else ""
    if isinstance(argument, dict):
        argument = argument.get("message", "")
    return str(argument) or "the PL/pgSQL body is rejected"
