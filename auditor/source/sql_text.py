"""SQL in texts of source code, read by PostgreSQL's own grammar.

A text of a program is rarely a whole statement: values are put in (`${x}`, `%s`, `?`, `:name`), sometimes names,
sometimes whole clauses. Each such hole first stands as an identifier, which the grammar takes for a column, a
table or a function; where the grammar rejects that, the hole becomes nothing, a value, a condition. What it then
reads is a statement with the tables and functions of the text, aliases and WITH queries told apart. A table whose
name is itself a hole is not known, and is said to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from auditor.model.change import Name
from auditor.sql import SqlSyntaxError, UnreadableSql
from auditor.sql.grammar import Token, parse, scan
from auditor.sql.mentions import Mentions
from auditor.sql.tree import Node, kind_and_body, relation_name

MAX_BYTES = 200_000
"""Longer texts are data."""

HOLE = "auditor_hole_"
_BEFORE = "auditor_before"  # what a fragment goes on from
_FORMS = ("{name}", "", "(NULL)", "a = 1", "'1'", "a", ", a", ";")
_TAIL_FORMS = ("", " a", " a = 1", " (NULL)", ")", "'1'")
_TRIES = 40

_VERBS = (
    "select|insert|update|delete|with|merge|copy|truncate|call|table|do|lock|explain|prepare|begin|start|set|values"
    "|declare|execute|drop|alter|create"
)
_BEGINS = re.compile(
    rf"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/|\{{(?=\s*call\b))*({_VERBS})\b", re.IGNORECASE | re.DOTALL
)
_FRAGMENT = re.compile(r"\s*(?:(?:LEFT|RIGHT|INNER|FULL|CROSS)\s+(?:OUTER\s+)?)?(JOIN|FROM|UNION|USING)\s")
_WORDS = re.compile(
    r"\b(select|from|insert|into|update|set|delete|where|values|merge|truncate|copy|join)\b", re.IGNORECASE
)
_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$\w*\$.*?\$\w*\$|--[^\n]*|/\*.*?\*/"
_PLACEHOLDER = re.compile(
    rf"({_QUOTED})"
    r"|(%(?:\(\w+\)|\d+\$)?[-+#0]*\d*(?:\.\d+)?[a-zA-Z])"  # printf, psycopg
    r"|(\{\w*(?:[!:][^{}]*)?\}|#\{[^}]*\}|\$\{[^}]*\})"  # formats, mappers
    r"|(?<![\w:])(:\w+\b|@\w+\b)"  # named
    r"|(\?\d*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class SqlAccess:
    """What a statement does to one table, or the function that it calls.

    Attributes:
        action: `read`, `write`, `call`.
        verb: `insert`, `update`, `select`...
        name: as PostgreSQL folds it; one that begins with :data:`HOLE` is the hole of that number.
    """

    action: str
    verb: str
    name: Name


@dataclass(frozen=True, slots=True)
class SqlReading:
    """What a text says.

    Attributes:
        accesses: in order.
        rejected: the grammar's complaint, where no way of filling the holes made a statement.
    """

    accesses: tuple[SqlAccess, ...] = ()
    rejected: str | None = None


def begins_statement(text: str) -> bool:
    """Whether a text begins as a statement of SQL does."""
    return _BEGINS.match(text) is not None


def is_fragment(text: str) -> bool:
    """Whether a text goes on from a FROM clause: `JOIN t ON`, `UNION SELECT`, in capitals."""
    return _FRAGMENT.match(text) is not None


def looks_written_for_a_server(text: str) -> bool:
    """Whether the words of SQL stand in one case: `Delete from cart` is a button, `DELETE FROM cart` is not."""
    words = _WORDS.findall(text)
    return bool(words) and (all(word.isupper() for word in words) or all(word.islower() for word in words))


def read_sql(parts: Sequence[str | int]) -> SqlReading:
    """What the SQL of a text does.

    Args:
        parts: of the text; a number is a hole of that number.
    """
    return _read(tuple(parts))


# Private, reading


@lru_cache(maxsize=4096)
def _read(parts: tuple[str | int, ...]) -> SqlReading:
    if sum(len(one) for one in parts if isinstance(one, str)) > MAX_BYTES:
        return SqlReading(rejected="the text is too long")
    whole = "".join(one for one in parts if isinstance(one, str))
    prefix = ""
    if _FRAGMENT.match(whole):
        prefix = "SELECT * " if whole.lstrip().startswith("FROM") else f"SELECT * FROM {_BEFORE} "  # noqa: S608
    rejected = "no statement"
    for pieces in (list(parts), _without_placeholders(parts)):
        filled = _Filled([prefix, *pieces] if prefix else pieces)
        try:
            return SqlReading(tuple(dict.fromkeys(_of_statements(filled.parsed()))))
        except SqlSyntaxError as error:
            rejected = error.message
        except (UnreadableSql, RecursionError) as error:
            return SqlReading(rejected=str(error))
    return SqlReading(tuple(dict.fromkeys(_of_tokens(_text_of(parts)))), rejected)


# Private, holes


@dataclass(slots=True)
class _Filled:
    """A text whose holes are filled, one form after the other, until the grammar takes it."""

    parts: list[str | int]
    forms: dict[int, int] = field(default_factory=dict)
    tail: int = 0

    def parsed(self) -> list[Node]:
        """The statements.

        Raises:
            SqlSyntaxError: no way of filling them makes one; the first complaint.
        """
        complaint: SqlSyntaxError | None = None
        for _ in range(_TRIES):
            text, starts = self._text()
            try:
                return parse(text)
            except SqlSyntaxError as error:
                complaint = complaint or error
                at = error.position if error.position is not None else len(text.encode())
                if not self._advance(at, starts, len(text.encode())):
                    break
        raise complaint or SqlSyntaxError("no statement")

    def _text(self) -> tuple[str, list[tuple[int, int]]]:
        built: list[str] = []
        starts: list[tuple[int, int]] = []
        length = 0
        for index, part in enumerate(self.parts):
            if isinstance(part, int):
                starts.append((length, index))
                part = _FORMS[self.forms.get(index, 0)].format(name=f"{HOLE}{part}")
            built.append(part)
            length += len(part.encode("utf-8", "replace"))
        built.append(_TAIL_FORMS[self.tail])
        return "".join(built), starts

    def _advance(self, at: int, starts: list[tuple[int, int]], length: int) -> bool:
        """Give the nearest hole before the complaint its next form; at the end, something to follow."""
        before = [index for start, index in starts if start <= at and self.forms.get(index, 0) < len(_FORMS) - 1]
        if (
            at >= length - 1
            and self.tail < len(_TAIL_FORMS) - 1
            and not (before and before[-1] == len(self.parts) - 1)
        ):
            self.tail += 1
            return True
        if not before:
            return False
        chosen = before[-1]
        self.forms[chosen] = self.forms.get(chosen, 0) + 1
        return True


def _without_placeholders(parts: Sequence[str | int]) -> list[str | int]:
    """Placeholders of drivers and formats outside quotes become parameters or holes."""
    found: list[str | int] = []
    number = 1000
    for part in parts:
        if isinstance(part, int):
            found.append(part)
            continue
        at = 0
        stripped = re.sub(r"^\s*\{\s*(?:\?\s*=\s*)?(call\b.*)\}\s*$", r"\1", part, flags=re.IGNORECASE | re.DOTALL)
        part = stripped if stripped != part else part
        for match in _PLACEHOLDER.finditer(part):
            if match[1]:
                continue
            found.append(part[at : match.start()])
            if match[2] or match[3]:
                found.append(number)
                number += 1
            else:
                found.append(" $1 ")
            at = match.end()
        found.append(part[at:])
    return found


def _text_of(parts: Sequence[str | int]) -> str:
    return "".join(one if isinstance(one, str) else f"{HOLE}{one}" for one in parts)


# Private, statements


def _of_statements(statements: list[Node]) -> Iterator[SqlAccess]:
    for statement in statements:
        yield from _of_statement(statement["stmt"])


def _of_statement(node: Node) -> Iterator[SqlAccess]:
    kind, body = kind_and_body(node)
    if kind in ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"):
        yield from _mentioned(node)
    elif kind in ("ExplainStmt", "PrepareStmt", "DeclareCursorStmt", "CreateTableAsStmt", "ViewStmt"):
        yield from _of_statement(body.get("query", {}))
    elif kind == "CallStmt":
        yield from _mentioned({"FuncCall": body["funccall"]})
    elif kind == "CopyStmt":
        if "query" in body:
            yield from _of_statement(body["query"])
        else:
            yield SqlAccess("write" if body.get("is_from") else "read", "copy", relation_name(body["relation"]))
    elif kind == "TruncateStmt":
        for one in body.get("relations", ()):
            yield SqlAccess("write", "truncate", relation_name(one["RangeVar"]))
    elif kind == "AlterTableStmt" and body.get("objtype") == "OBJECT_TABLE":
        yield SqlAccess("write", "alter table", relation_name(body["relation"]))
    elif kind == "CreateTrigStmt":
        yield SqlAccess("write", "create trigger", relation_name(body["relation"]))
    elif kind == "DropStmt" and body.get("removeType") == "OBJECT_TABLE":
        for one in body.get("objects", ()):
            names = [item["String"]["sval"] for item in one["List"]["items"]]
            yield SqlAccess("write", "drop table", Name(names[-1], names[-2] if len(names) > 1 else None))
    elif kind == "DoStmt":
        yield from _of_do(body)


def _mentioned(node: Node) -> Iterator[SqlAccess]:
    for access in Mentions().walk(node).accesses():
        if access.verb not in ("nextval", "setval") and access.name.name != _BEFORE:
            yield SqlAccess(access.action, access.verb, access.name)


def _of_do(body: Node) -> Iterator[SqlAccess]:
    """A DO block: its PL/pgSQL is read as that of a migration."""
    from auditor.migrations.effects import plain_changes_of  # loads all of the reading; a rare case
    from auditor.model.change import Rows

    for option in body.get("args", ()):
        element = option["DefElem"]
        if element["defname"] == "as":
            text = element["arg"]["String"]["sval"]
            for change in plain_changes_of(f"DO $auditor_do${text}$auditor_do$"):
                if isinstance(change, Rows):
                    access = change.access
                    yield SqlAccess(access.action, access.verb, access.name)


# Private, what the grammar rejects


def _of_tokens(text: str) -> Iterator[SqlAccess]:
    """The tables that stand behind INTO, UPDATE, FROM, JOIN in the order of tokens, comments and quotes aside."""
    try:
        tokens = [token for token in scan(text) if not token.kind.endswith("COMMENT")]
    except UnreadableSql:
        return
    data = text.encode()
    kinds = [token.kind for token in tokens]
    with_queries = {
        data[tokens[at].start : tokens[at].end].decode().lower()
        for at in range(len(tokens) - 2)
        if kinds[at + 1 : at + 3] == ["AS", "ASCII_40"]
    }
    for found in _of_clauses(tokens, data):
        if found.action == "write" or found.name.schema is not None or found.name.name not in with_queries:
            yield found


def _of_clauses(tokens: list[Token], data: bytes) -> Iterator[SqlAccess]:
    for at, token in enumerate(tokens):
        before = tokens[at - 1].kind if at else ""
        if token.kind == "INTO" and before in ("INSERT", "MERGE"):
            yield from _named("write", before.lower(), tokens, at + 1, data)
        elif token.kind == "FROM":
            action = ("write", "delete") if before == "DELETE_P" else ("read", "select")
            yield from _named(*action, tokens, at + 1, data)
        elif token.kind == "JOIN":
            yield from _named("read", "select", tokens, at + 1, data)
        elif token.kind == "UPDATE" and before not in ("FOR", "DO", "KEY", "ON"):
            yield from _named("write", "update", tokens, at + 1, data)


def _named(action: str, verb: str, tokens: list[Token], at: int, data: bytes) -> Iterator[SqlAccess]:
    if at < len(tokens) and tokens[at].kind == "ONLY":
        at += 1
    names: list[str] = []
    while at < len(tokens) and (
        tokens[at].kind == "IDENT" or (tokens[at].keyword and tokens[at].kind != "SELECT")
    ):
        word = data[tokens[at].start : tokens[at].end].decode()
        names.append(word[1:-1].replace('""', '"') if word.startswith('"') else word.lower())
        if at + 1 >= len(tokens) or tokens[at + 1].kind != "ASCII_46":
            break
        at += 2
    if names:
        yield SqlAccess(action, verb, Name(names[-1], names[-2] if len(names) > 1 else None))
