"""Texts of `classifications.yaml` put into PostgreSQL's own spelling, each by a named reader.

A reader takes what a person wrote and gives what the rest of the program compares with, or raises
:class:`ValueError` with a message that says what to write instead.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping

from auditor.declaration.firing import parse_firing
from auditor.model import ObjectId
from auditor.sql.names import normalise_identity, normalise_kind

KINDS: frozenset[str] = frozenset(
    """access method|aggregate|cast|collation|composite type|conversion|cron job|database|default acl|default value
    |domain constraint|event trigger|extension|foreign table|foreign table column|foreign-data wrapper|function
    |index|language|materialized view|materialized view column|operator|operator class|operator family|policy
    |parameter ACL|procedure|publication|publication namespace|publication relation|role|role membership|rule
    |schema|security label|sequence|server|statistics object|subscription|table|table column|table constraint
    |tablespace
    |text search configuration|text search dictionary|text search parser|text search template|transform|trigger
    |type|user mapping|view|view column""".replace("\n    ", "").split("|")
)
"""Kinds that an entry may name, as `pg_identify_object()` calls them."""

_ROUTINES = frozenset({"function", "procedure", "aggregate"})
_VERBATIM = frozenset({"cron job", "security label"})
"""Kinds whose identities are this program's own: nothing in them is spelled in several ways."""

_INTERVAL = re.compile(r"^(\d+)(ms|s|m|h|d)$")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean "..."?` if something known is like the word, else nothing."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def split_kind(text: str) -> ObjectId:
    """`KIND IDENTITY` as the pair; the identity may hold `*` and `?`.

    Kinds of several words are tried first: `table column public.t.c` is not a table.

    Raises:
        ValueError: no known kind in front, or nothing behind it.
    """
    words = text.split()
    for count in (3, 2, 1):
        kind = normalise_kind(" ".join(words[:count]))
        if len(words) > count and kind in KINDS:
            rest = text.strip()
            for word in words[:count]:
                rest = rest[len(word) :].lstrip()
            return ObjectId(kind, identity(kind, rest))
    if len(words) < 2:
        raise ValueError(f'"{text}" must be a kind and an identity, such as `table public.orders`')
    raise ValueError(f'"{words[0]}" is no kind of object{suggestion(words[0], KINDS)}')


def identity(kind: str, text: str) -> str:
    """An identity or a pattern of identities as `pg_identify_object()` spells it.

    A routine without argument list means all that have the name.

    Raises:
        ValueError: the text cannot be an identity of that kind.
    """
    if not text.strip():
        raise ValueError("the name is empty")
    if kind in _VERBATIM:
        return text.strip()
    if kind not in _ROUTINES:
        return normalise_identity(kind, text)
    if "(" in text and not text.rstrip().endswith(")"):
        raise ValueError(f'"{text}" has an argument list that does not end')
    found = normalise_identity(kind, text)
    return found if found.endswith((")", "*")) else f"{found}(*)"


def interval_seconds(text: str) -> float:
    """`60s`, `500ms`, `2h` in seconds.

    Raises:
        ValueError: not a whole number and a unit.
    """
    found = _INTERVAL.match(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is no interval; write a whole number and ms, s, m, h or d, such as 60s')
    return int(found[1]) * _SECONDS[found[2]]


# Private


def _in_schema(kind: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        found = identity(kind, text)
        name = found.partition(" on ")[2] if kind == "trigger" else found
        if kind == "trigger" and not name:
            raise ValueError(f'"{text}" must say the table too: `{text} on SCHEMA.TABLE`')
        if "." not in re.sub(r'"[^"]*"', "x", name.partition("(")[0]):
            raise ValueError(f'"{text}" needs its schema: write `SCHEMA.{name}`, for example `public.{name}`')
        return found

    return read


def _object(text: str) -> str:
    return str(split_kind(text))


def _path(text: str) -> str:
    if "\0" in text or not text.strip():
        raise ValueError("this is no path")
    return text.strip()


def _glob(text: str) -> str:
    pattern = text.strip()
    if not pattern or pattern.startswith("/") or "\\" in pattern:
        raise ValueError(f'"{text}" is no glob; write it relative to this file, with /, such as `services/**`')
    for part in pattern.split("/"):
        if part in {"", ".", ".."}:
            raise ValueError(f'"{text}" is no glob: "{part}" cannot be a part of it')
        if "**" in part and part != "**":
            raise ValueError(f'"{text}" is no glob: ** must stand alone between two /')
        if part.count("[") != part.count("]"):
            raise ValueError(f'"{text}" is no glob: [ and ] do not match')
    return pattern


def _fires(text: str) -> str:
    return str(parse_firing(text))


def _definition(text: str) -> str:
    text = text.strip()
    if text == "from-migrations":
        return text
    if found := re.fullmatch(r"sha256:([0-9a-fA-F]{64})", text):
        return f"sha256:{found[1].lower()}"
    if found := re.fullmatch(r"file:\s*(\S.*)", text):
        return f"file:{found[1]}"
    raise ValueError(
        f'"{text}" is no definition; write from-migrations, sha256: and 64 hexadecimal digits, or file: PATH'
    )


def _interval(text: str) -> str:
    interval_seconds(text)
    return text.strip()


def _count(text: str) -> str:
    if not re.fullmatch(r"\d{1,9}", text.strip()):
        raise ValueError(f'"{text}" is no number; write a whole one, such as 100')
    return text.strip()


def _phase(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", text):
        raise ValueError(f'"{text}" is no name of a phase: small letters, digits and hyphens')
    return text


def _code(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}[0-9]{3}|(squawk|plpgsql_check)/[a-z0-9_-]+", text):
        raise ValueError(f'"{text}" is no code of a rule; three capital letters and three digits, such as DRF001')
    return text


def _column(text: str) -> str:
    """A column's exact name; double quotes around it are not part of it."""
    text = text.strip()
    quoted = len(text) > 2 and text.startswith('"') and text.endswith('"')
    return text[1:-1].replace('""', '"') if quoted else text


_MEMBERSHIP = re.compile(r'^("(?:[^"]|"")+"|[^\s",]+)(?:\s+(?:WITH\s+)?(.+))?$', re.IGNORECASE | re.DOTALL)
_MEMBERSHIP_OPTIONS = {
    "ADMIN": "ADMIN",
    "ADMIN OPTION": "ADMIN",
    "ADMIN TRUE": "ADMIN",
    "INHERIT FALSE": "WITHOUT INHERIT",
    "WITHOUT INHERIT": "WITHOUT INHERIT",
    "SET FALSE": "WITHOUT SET",
    "WITHOUT SET": "WITHOUT SET",
}


def _membership(text: str) -> str:
    """A membership as the field `member_of` of a role spells it."""
    found = _MEMBERSHIP.match(text.strip())
    words = [" ".join(one.split()).upper() for one in found[2].split(",")] if found and found[2] else []
    if found is None or not set(words) <= _MEMBERSHIP_OPTIONS.keys():
        raise ValueError(f'"{text}" is no membership; write `app`, `app WITH ADMIN` or `app WITHOUT INHERIT`')
    there = {_MEMBERSHIP_OPTIONS[one] for one in words}
    said = [one for one in ("ADMIN", "WITHOUT INHERIT", "WITHOUT SET") if one in there]
    return identity("role", found[1]) + (f" WITH {', '.join(said)}" if said else "")


def _role(text: str) -> str:
    return identity("role", text)


def _grantee(text: str) -> str:
    return "public" if text.lower() == "public" else text


READERS: Mapping[str, Callable[[str], str]] = {
    "code": _code,
    "column": _column,
    "count": _count,
    "definition": _definition,
    "fires": _fires,
    "function": _in_schema("function"),
    "glob": _glob,
    "grantee": _grantee,
    "interval": _interval,
    "membership": _membership,
    "object": _object,
    "path": _path,
    "phase": _phase,
    "role": _role,
    "table": _in_schema("table"),
    "trigger": _in_schema("trigger"),
}
"""Name in `extra={"read": name}` of `auditor.declaration.document` -> reader."""
