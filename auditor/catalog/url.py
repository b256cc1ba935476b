"""Where a database is: connection URLs in the spellings of libpq, SQLAlchemy, asyncpg, Prisma and JDBC.

libpq refuses most of them, and some of its refusals quote the password. So a URL is taken apart here, and
what libpq gets are its own parameters, one by one.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, unquote

import psycopg
from psycopg import conninfo, pq

from auditor.errors import UsageError

SECRET_PARAMETERS: tuple[str, ...] = (
    "password",
    "sslpassword",
    "oauth_client_secret",
    "scram_client_key",
    "scram_server_key",
)
"""The parameters of libpq that nobody may read."""

IGNORED_PARAMETERS: frozenset[str] = frozenset(
    {
        # Prisma
        "connection_limit",
        "pgbouncer",
        "pool_timeout",
        "single_use_connections",
        "socket_timeout",
        "statement_cache_size",
        "sslidentity",
        # asyncpg, and SQLAlchemy on it
        "async_fallback",
        "command_timeout",
        "max_cacheable_statement_size",
        "max_cached_statement_lifetime",
        "prepared_statement_cache_size",
        "prepared_statement_name_func",
        # JDBC
        "ApplicationName",
        "binaryTransfer",
        "prepareThreshold",
        "preparedStatementCacheQueries",
        "preparedStatementCacheSizeMiB",
        "reWriteBatchedInserts",
        "stringtype",
        # poolers and their clients
        "pool_max_conns",
        "pool_mode",
        "pool_size",
        "max_overflow",
        "supa",
        "workaround",
    }
)
"""Parameters of a client or pool; they say nothing of where the database is."""

RENAMED_PARAMETERS: Mapping[str, str] = {
    "currentSchema": "schema",
    "database": "dbname",
    "search_path": "schema",
    "timeout": "connect_timeout",
    "username": "user",
}
"""What others call a parameter of libpq (or `schema`)."""

_SSL_MODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
_SCHEME = re.compile(r"(?:jdbc:)?([A-Za-z][\w+.-]*)://")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect to.

    Attributes:
        parameters: of libpq, by keyword; may hold a password.
        schema: what `?schema=` of a Prisma URL asks for, or None.
        secrets: every spelling of every secret, for :func:`redact`.
    """

    parameters: Mapping[str, str] = field(repr=False)
    schema: str | None = None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def __str__(self) -> str:
        """`database D on HOST:PORT as user U`, with what libpq would fill in, never with a secret."""
        known = {**_defaults(), **self.parameters}
        user = known.get("user", "")
        host = known.get("host") or known.get("hostaddr") or "the local socket"
        port = known.get("port") or "5432"
        if "service" in known and "host" not in self.parameters:
            return f"service {known['service']}"
        place = host if "," in port or "," in host else f"{host}:{port}"
        return f"database {known.get('dbname') or user} on {place} as user {user}"


def parse_url(text: str | None) -> Target:
    """Understand a connection URL, a `key=value` string, or nothing at all.

    Args:
        text: `postgresql://...` with or without `+driver`, `jdbc:postgresql://...`, `host=... dbname=...`; None
            or empty leaves everything to libpq: the PG* variables, `PGSERVICE`, `~/.pgpass`.

    Returns:
        The target; what the text does not say is left to libpq.

    Raises:
        UsageError: cannot be understood. The message quotes nothing that could be a part of a password.
    """
    text = (text or "").strip()
    if not text:
        return _target({}, None, ())
    if match := _SCHEME.match(text):
        if match[1].partition("+")[0].lower() not in {"postgres", "postgresql"}:
            raise UsageError(f"{match[1]}:// is no PostgreSQL URL; write postgresql://user@host:port/database")
        return _parse_uri(text[match.end() :])
    return _parse_key_values(text)


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret replaced by `***`.

    A secret of less than four characters is replaced only where it stands alone, or hardly a word would be left.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        if len(secret) < 4:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", text)
        else:
            text = text.replace(secret, "***")
    return text


def spellings(secret: str) -> frozenset[str]:
    """The ways in which a secret may stand in a text: plain, %-encoded, escaped."""
    escaped = secret.replace("\\", "\\\\").replace("'", "\\'")
    return frozenset(
        {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escaped, repr(secret)[1:-1]}
    )


# Private


def _target(parameters: Mapping[str, str], schema: str | None, raw_secrets: Iterable[str]) -> Target:
    if any("\0" in value for value in parameters.values()):
        raise UsageError("the connection URL holds a zero byte")
    known = {**_defaults(), **parameters}
    values = [known[name] for name in SECRET_PARAMETERS if known.get(name)]
    secrets = frozenset(raw_secrets).union(*map(spellings, values))
    return Target(dict(parameters), schema, frozenset(filter(None, secrets)))


def _defaults() -> dict[str, str]:
    """What libpq takes from the environment, by keyword."""
    return {option.keyword.decode(): option.val.decode() for option in pq.Conninfo.get_defaults() if option.val}


def _keywords() -> frozenset[str]:
    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())


def _parse_key_values(text: str) -> Target:
    """The `key=value` strings of libpq, read by it; its complaints may quote a password, so ours do not."""
    try:
        parameters = conninfo.conninfo_to_dict(text)
    except psycopg.Error:
        parameters = None
    if parameters is None:
        raise UsageError(
            "neither a PostgreSQL URL (postgresql://user@host:port/database) nor a well-formed list of libpq's "
            "parameters (host=... dbname=...; a value with blanks or quotes is written password='it\\'s')"
        )
    return _target({name: str(value) for name, value in parameters.items() if value is not None}, None, ())


def _parse_uri(rest: str) -> Target:
    """What follows `postgresql://`."""
    userinfo, rest, stray_at = _split_userinfo(rest)
    address, _, query = rest.partition("?")
    hosts, _, path = address.partition("/")

    parameters: dict[str, str] = {}
    user, colon, raw_password = userinfo.partition(":")
    if colon and "@" in path:
        # `u:p@ss/w:rd@host/db`: what looks like host and database may be the rest of the password.
        raise UsageError(
            "the database URL has an @ behind its host: write an @ or a / of the password, and an @ of the "
            "database's name, as %40 and %2F"
        )
    if user:
        parameters["user"] = unquote(user)
    if colon:
        parameters["password"] = unquote(raw_password)
    parameters.update(_hosts(hosts.split(",")))
    if path:
        parameters["dbname"] = unquote(path)
    extra = _query(query, stray_at=stray_at)
    schema = extra.pop("schema", None)
    return _target({**parameters, **extra}, schema, (raw_password, userinfo if colon else ""))


def _split_userinfo(rest: str) -> tuple[str, str, bool]:
    """User and password, what follows them, and whether an `@` is left over that may have belonged to them.

    Some passwords stand there unencoded. As in libpq, `?` and `#` may be part of one; as in SQLAlchemy, `/` and
    `@` too, and a `%` that encodes nothing stands for itself. Only a port makes `host:5432/db?user=a@b` another
    thing than a password with a slash.
    """
    first = rest.find("@")
    before_slash, slash, after_slash = rest[: max(first, 0)].partition("/")
    _, colon, word = before_slash.partition(":")
    is_host = slash and (not colon or ("?" in after_slash and (not word or word.isdigit())))
    if first < 0 or is_host:
        return "", rest, first >= 0
    ends = [end for end in (rest.find("/", first), rest.find("?", first), len(rest)) if end >= 0]
    at = rest.rfind("@", first, min(ends))
    return rest[:at], rest[at + 1 :], False


def _hosts(addresses: Iterable[str]) -> dict[str, str]:
    """`host` and `port` of `host:port,[ipv6]:port,%2Fsocket%2Fdirectory`."""
    hosts: list[str] = []
    ports: list[str] = []
    for address in addresses:
        if address.startswith("["):
            host, bracket, rest = address[1:].partition("]")
            port = rest.removeprefix(":")
            wrong = not bracket or (bool(rest) and not rest.startswith(":"))
        else:
            host, _, port = address.partition(":")
            wrong = False
        if wrong or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
            raise UsageError(
                "the connection URL has no readable host and port: after user and password comes host:port, "
                "[IPv6 address]:port or a %2F-encoded socket directory; within a user or password write "
                "/ as %2F, @ as %40, : as %3A, ? as %3F, # as %23, % as %25"
            )
        hosts.append(unquote(host))
        ports.append(port)
    found = {"host": ",".join(hosts), "port": ",".join(ports)}
    return {name: value for name, value in found.items() if value.strip(",")}


def _query(query: str, *, stray_at: bool) -> dict[str, str]:
    """The parameters behind `?`, as libpq calls them, and `schema`."""
    found: dict[str, str] = {}
    hosts: list[str] = []
    for item in filter(None, query.split("&")):
        raw_name, equals, raw_value = item.partition("=")
        name, value = RENAMED_PARAMETERS.get(unquote(raw_name), unquote(raw_name)), unquote(raw_value)
        if name in IGNORED_PARAMETERS:
            continue
        if name == "host":
            hosts.append(raw_value)
        elif name == "ssl":
            found["sslmode"] = {"true": "require", "1": "require", "false": "disable", "0": "disable"}.get(
                value, value
            )
        elif name == "sslaccept":  # Prisma: `strict` or `accept_invalid_certs`
            if value == "strict":
                found.update(sslmode="verify-full", sslrootcert=found.get("sslrootcert", "system"))
        elif equals and name in {"schema", *_keywords()}:
            found[name] = value
        else:
            # What is taken for a parameter may be the tail of a password with a bare `/` and `?`.
            shown = "a parameter" if stray_at or not name.isidentifier() else f"the parameter {name!r}"
            raise UsageError(f"the connection URL has {shown} that is not known; remove it, or mend its spelling")
    if found.get("sslmode", "prefer") not in _SSL_MODES:
        raise UsageError(f"sslmode in the connection URL must be one of {', '.join(sorted(_SSL_MODES))}")
    if hosts:  # SQLAlchemy repeats `host=` for each of several, a port behind each
        sockets = [unquote(host) for host in hosts]
        found.update({"host": sockets[0]} if len(hosts) == 1 and "/" in sockets[0] else _hosts(hosts))
    return found
