"""`ALTER ROLE` and `ALTER DATABASE ... SET search_path`: what they change for the migrations that follow.

https://www.postgresql.org/docs/current/sql-alterdatabase.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.migrations.formats.base import Problem
from auditor.model import Location, Migration
from auditor.sql.names import quote_identifier, split_name

DEFAULT_PATH = ("public",)
"""Of a new session, as far as it concerns a history: `"$user"` names a schema that seldom exists."""

NO_MIGRATION_ROLES = frozenset({"anon", "authenticated", "authenticator", "service_role"})
"""Roles of API gateways, as which no migrations run."""


def changed_search_paths(migrations: Sequence[Migration]) -> list[Problem]:
    """A problem for each new default that would change what unqualified names of later migrations mean.

    Whether it does depends on the role and the database with which the tool connects: that is for a person to say.

    Args:
        migrations: of one history, in order.
    """
    problems = []
    made: set[str] = set()  # roles of the history's own: it does not begin as one of them
    for number, migration in enumerate(migrations):
        for statement in migration.statements:
            if created := _CREATE_ROLE.match(statement.text):
                made.add(_plain(created[1]))
            match = _SETS_PATH.match(statement.text)
            if match is None or number + 1 == len(migrations):
                continue
            what, role = match["what"].upper(), _plain(match["name"])
            if what != "DATABASE" and role in made | NO_MIGRATION_ROLES:
                continue
            path = tuple(parts[0] for one in match["path"].split(",") if (parts := split_name(_bare(one))))
            later = {one.search_path or DEFAULT_PATH for one in migrations[number + 1 :]}
            if any(_without_user(path) != _without_user(one) for one in later):
                place = Location(statement.file, statement.line, statement.column)
                problems.append(_problem(place, f"ALTER {what} {match['name']}", path))
    return problems


# Private

_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_CREATE_ROLE = re.compile(rf"create\s+(?:role|user|group)\s+({_IDENTIFIER})", re.IGNORECASE)
_SETS_PATH = re.compile(
    rf"""alter\s+(?P<what>database|role|user)\s+(?P<name>{_IDENTIFIER})\s+(?:in\s+database\s+{_IDENTIFIER}\s+)?
    set\s+search_path\s*(?:=|\bto\b)\s*(?P<path>[^;]+)""",
    re.IGNORECASE | re.VERBOSE,
)


def _problem(place: Location, what: str, path: Sequence[str]) -> Problem:
    names = ", ".join(map(quote_identifier, path))
    key = ", ".join(map(quote_identifier, _without_user(path)))
    message = (
        f"{what} gives later sessions the search_path {names}; the migrations that follow are read without it"
    )
    help_ = f"If they run in such sessions, write `search_path: [{key}]` under this entry of `migrations:`"
    return Problem(place, message, f"{help_} in classifications.yaml.", "new-default")


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _bare(name: str) -> str:
    """One schema of a list; a quoted string is a name too."""
    name = name.strip()
    return quote_identifier(name[1:-1]) if name.startswith("'") and name.endswith("'") else name


def _without_user(path: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in path if name not in {"$user", "pg_catalog", "default"})
