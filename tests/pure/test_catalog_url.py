"""Connection URLs: every spelling is understood, and no error shows a password."""

from __future__ import annotations

import re
import string
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from psycopg import conninfo

from auditor.catalog.url import Target, parse_url, redact, spellings
from auditor.errors import UsageError

FULL = {"user": "u", "password": "p", "host": "h", "port": "6543", "dbname": "d"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("url", "parameters"),
    [
        (None, {}),
        ("", {}),
        (" \n", {}),
        ("postgresql://", {}),
        ("postgres://u:p@h:6543/d", FULL),
        ("postgresql://u:p@h:6543/d\n", FULL),
        ("POSTGRESQL://u:p@h:6543/d", FULL),
        ("postgresql+psycopg://u:p@h:6543/d", FULL),
        ("postgresql+asyncpg://u:p@h:6543/d?prepared_statement_cache_size=0", FULL),
        ("postgresql+psycopg2://u:p@h:6543/d", FULL),
        ("postgresql://u:p@h:6543/d?schema=core&pgbouncer=true&connection_limit=1&pool_timeout=5", FULL),
        ("jdbc:postgresql://h:6543/d?user=u&password=p&prepareThreshold=0&currentSchema=core", FULL),
        ("postgresql:///d?host=/run/pg&user=u", {"dbname": "d", "host": "/run/pg", "user": "u"}),
        ("postgresql://u@%2Frun%2Fpg/d", {"user": "u", "host": "/run/pg", "dbname": "d"}),
        ("postgresql://u@[::1]:5433/d", {"user": "u", "host": "::1", "port": "5433", "dbname": "d"}),
        ("postgresql://[2001:db8::1]", {"host": "2001:db8::1"}),
        ("postgresql://a:1,b,c:3/d", {"host": "a,b,c", "port": "1,,3", "dbname": "d"}),
        ("postgresql:///d?host=a:1&host=b:2", {"dbname": "d", "host": "a,b", "port": "1,2"}),
        ("postgresql://h/d?ssl=true", {"host": "h", "dbname": "d", "sslmode": "require"}),
        ("postgresql://h/d?ssl=verify-full", {"host": "h", "dbname": "d", "sslmode": "verify-full"}),
        ("postgresql://h/d?ssl=false", {"host": "h", "dbname": "d", "sslmode": "disable"}),
        ("postgresql://h/?sslaccept=strict", {"host": "h", "sslmode": "verify-full", "sslrootcert": "system"}),
        ("postgresql://h/d?timeout=3", {"host": "h", "dbname": "d", "connect_timeout": "3"}),
        ("postgresql://h/d?options=endpoint%3Dx", {"host": "h", "dbname": "d", "options": "endpoint=x"}),
        ("postgresql://u%40x@h/my%20db", {"user": "u@x", "host": "h", "dbname": "my db"}),
        ("postgresql://u:@h/d", {"user": "u", "password": "", "host": "h", "dbname": "d"}),
        # What libpq or SQLAlchemy take although it should have been encoded.
        ("postgresql://u:a:b?c#d%zz@e@h/d", {"user": "u", "password": "a:b?c#d%zz@e", "host": "h", "dbname": "d"}),
        ("postgresql://u:a/b@h:1", {"user": "u", "password": "a/b", "host": "h", "port": "1"}),
        ("postgresql://h:1/d?user=a@b", {"user": "a@b", "host": "h", "port": "1", "dbname": "d"}),
        ("postgresql://h/d?user=a@b", {"user": "a@b", "host": "h", "dbname": "d"}),
        ("postgresql:///d@x", {"dbname": "d@x"}),
        ("postgresql://u@h/d@x", {"user": "u", "host": "h", "dbname": "d@x"}),
        ("postgresql://u:p@h/d%40x", {"user": "u", "password": "p", "host": "h", "dbname": "d@x"}),
        ("postgresql://u:@h?user=a@b", {"user": "a@b", "password": "", "host": "h"}),
        ("host=h port=6543 dbname=d user=u password='p'", FULL),
        ("service=prod", {"service": "prod"}),
    ],
)  # fmt: skip
def test_spellings(url: str | None, parameters: dict[str, str]) -> None:
    assert parse_url(url).parameters == parameters


def test_prisma_schema_is_kept() -> None:
    assert parse_url("postgresql://h/d?schema=core").schema == "core"
    assert parse_url("postgresql://h/d").schema is None


@given(st.text(st.sampled_from("aZ09%:#?/-_.~!$&'()*+,;= é"), min_size=1))
def test_many_passwords_need_no_encoding(password: str) -> None:
    """All that SQLAlchemy takes: whatever holds no `@`, but for `5432/db?`, which looks like a host's."""
    assume(not re.match(r"\d*/.*\?", password) and unquote(password) == password)
    parameters = {"user": "u", "password": password, "host": "h", "dbname": "d"}
    assert parse_url(f"postgresql://u:{password}@h/d").parameters == parameters


@given(
    user=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8),
    password=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
    database=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8),
)
def test_what_is_encoded_comes_back(user: str, password: str, database: str) -> None:
    parts = {"user": user, "password": password, "host": "h", "port": "1", "dbname": database}
    encoded = [quote(part, safe="") for part in (user, password, database)]
    assert parse_url("postgresql+psycopg://{}:{}@h:1/{}".format(*encoded)).parameters == parts


PRINTABLE = st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), min_size=1)


@given(st.dictionaries(st.sampled_from(["user", "password", "host", "dbname"]), PRINTABLE))
def test_key_values_are_those_of_libpq(parameters: dict[str, str]) -> None:
    assert parse_url(conninfo.make_conninfo(**parameters)).parameters == parameters


SECRET = "S3cr3t" + string.punctuation + "é"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}@h:port/d",
        f"postgresql://u:{quote(SECRET)}@h:99999/d",
        f"postgresql://u:{quote(SECRET)}@[::1/d",
        f"postgresql://u:{quote(SECRET)}@::1/d",
        f"postgresql://u:{SECRET}@h/d?nonsense=1",
        f"postgresql://u:12/{SECRET}?S3cr3t=3@h/d",
        f"postgresql://u@h/d?password={quote(SECRET)}&sslmode=S3cr3t",
        f"postgresql://u@h/d?{quote(SECRET)}",
        f"postgresql://u:p@ss/{SECRET}@h/d",
        f"postgresql://u:p@{SECRET}/x@h/d",
        f"mysql://u:{SECRET}@h/d",
        f"http://u:{SECRET}@h/d",
        f"{SECRET}",
        f"host=h password='{SECRET}",
        f"host=h {SECRET}",
        f"host=h pasword={SECRET}",
        f"postgresql://u:{SECRET}%00@h/d",
        f"postgresql://u:{SECRET}\0@h/d",
    ],
)
def test_what_is_wrong_is_said_without_the_password(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_url(url)
    assert "S3cr3t" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_unknown_parameters_are_named() -> None:
    with pytest.raises(UsageError, match="the parameter 'sslmod' that is not known"):
        parse_url("postgresql://u:p@h/d?sslmod=require")


@given(st.text(max_size=60))
def test_anything_is_understood_or_refused(text: str) -> None:
    for url in (text, f"postgresql://{text}", f"postgresql://u:{text}@h/d", f"postgresql://h/d?{text}"):
        try:
            target = parse_url(url)
        except UsageError:
            continue
        assert all(isinstance(value, str) for value in target.parameters.values())


def test_a_target_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    target = parse_url("postgresql://u:p4ssw0rd@h:1/d")
    assert str(target) == "database d on h:1 as user u"
    assert "p4ssw0rd" not in repr(target)
    assert str(parse_url("postgresql://u@a:1,b:2/d")) == "database d on a,b as user u"
    assert str(parse_url("service=prod")) == "service prod"
    assert str(parse_url("postgresql://u@/")) == "database u on the local socket:5432 as user u"
    monkeypatch.setenv("PGPASSWORD", "fr0m-env")
    assert "fr0m-env" in parse_url("postgresql://u@h/d").secrets


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=4, max_size=20))
def test_every_spelling_is_redacted(secret: str) -> None:
    for spelling in spellings(secret):
        assert secret not in redact(f"FATAL: <{spelling}> failed", spellings(secret)).replace("***", "")


def test_short_secrets_leave_words_alone() -> None:
    assert redact("fatal: a failed", {"a"}) == "fatal: *** failed"
    assert redact("nothing", {""}) == "nothing"


def test_targets_are_values() -> None:
    assert parse_url("postgresql://h/d") == Target({"host": "h", "dbname": "d"})
