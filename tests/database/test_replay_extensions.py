"""Extensions in a throw-away server: the real ones for a role without superuser, and the stand-ins.

The same expectations hold for a real pgcrypto and for the stand-in, so the tests run on either.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from auditor.replay.extensions import (
    HARMLESS,
    SHIMS,
    accept_version,
    advice,
    shimmed_extensions,
)
from auditor.replay.server import ThrowAwayServer

OWNER = "extension_test_owner"


@pytest.fixture(scope="module")
def owner(server: ThrowAwayServer) -> Iterator[str]:
    server.create_owner_role(OWNER)
    yield OWNER
    with server.connect() as connection:
        connection.execute(f"drop owned by {OWNER}")
        connection.execute(f"drop role {OWNER}")


@pytest.fixture
def owned(server: ThrowAwayServer, owner: str) -> Iterator[str]:
    """A database of the owner."""
    name = server.create_database(owner=owner)
    yield name
    server.drop_database(name)


@pytest.fixture
def run(server: ThrowAwayServer, owned: str, owner: str) -> Iterator[Callable[..., Any]]:
    """Run a statement as the owner; the value it returns, if any."""
    with psycopg.connect(server.conninfo(owned, owner), autocommit=True) as connection:

        def run(statement: str, *parameters: object) -> Any:
            cursor = connection.execute(statement, parameters or None)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

        yield run


def only_with_shims(server: ThrowAwayServer) -> None:
    if server.installation.major < 18:
        pytest.skip("extension_control_path is new in PostgreSQL 18")


def test_pgcrypto_digest_and_hmac(run: Callable[..., Any]) -> None:
    run("create extension pgcrypto")
    for algorithm in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        # Around the borders of SHA-1's blocks, and a key longer than a block.
        for length in (0, 1, 55, 56, 63, 64, 65, 119, 128, 200):
            data = bytes(range(256))[:length]
            assert run("select digest(%s::bytea, %s)", data, algorithm) == hashlib.new(algorithm, data).digest()
        for key in (b"", b"key", bytes(range(200))):
            expected = hmac.new(key, b"message", algorithm).digest()
            assert run("select hmac(%s::bytea, %s::bytea, %s)", b"message", key, algorithm) == expected
    assert run("select digest('ü', 'SHA256')") == hashlib.sha256("ü".encode()).digest()
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="No such hash algorithm"):
        run("select digest('a', 'sha0')")


@pytest.mark.parametrize(("salt", "length"), [("bf", 60), ("md5", 34), ("xdes", 20), ("des", 13)])
def test_pgcrypto_crypt(run: Callable[..., Any], salt: str, length: int) -> None:
    run("create extension pgcrypto")
    hashed = run("select crypt('secret', gen_salt(%s))", salt)
    assert len(hashed) == length
    assert run("select crypt('secret', %s) = %s", hashed, hashed)
    assert not run("select crypt('another', %s) = %s", hashed, hashed)
    with pytest.raises(psycopg.Error, match=r"[Uu]nknown salt algorithm"):
        run("select gen_salt('rot13')")


def test_pgcrypto_random_and_reversible(run: Callable[..., Any]) -> None:
    run("create extension pgcrypto")
    assert len(run("select gen_random_bytes(100)")) == 100
    assert run("select gen_random_bytes(16) <> gen_random_bytes(16)")
    assert run("select pgp_sym_decrypt(pgp_sym_encrypt('hush', 'key'), 'key')") == "hush"
    with pytest.raises(psycopg.Error, match="Wrong key or corrupt data"):
        run("select pgp_sym_decrypt(pgp_sym_encrypt('hush', 'key'), 'kez')")
    assert run("select decrypt(encrypt('hush', 'key', 'aes'), 'key', 'aes')") == b"hush"
    assert run("select decrypt_iv(encrypt_iv('hush', 'key', 'iv', 'aes'), 'key', 'iv', 'aes')") == b"hush"


def test_uuid_ossp(run: Callable[..., Any]) -> None:
    run("create schema extensions")
    run('create extension "uuid-ossp" with schema extensions')
    run("create table t (id uuid default extensions.uuid_generate_v4())")
    namespace = uuid.NAMESPACE_URL
    assert run("select extensions.uuid_ns_url()") == namespace
    assert run("select extensions.uuid_nil()") == uuid.UUID(int=0)
    for name in ("", "https://example.org/ä", "x" * 100):
        assert run("select extensions.uuid_generate_v3(%s, %s)", namespace, name) == uuid.uuid3(namespace, name)
        assert run("select extensions.uuid_generate_v5(%s, %s)", namespace, name) == uuid.uuid5(namespace, name)
    for version in ("1", "1mc", "4"):
        made = run(f"select extensions.uuid_generate_v{version}()")
        assert (made.version, made.variant) == (int(version[0]), uuid.RFC_4122)


def test_stand_ins_work_in_another_schema(run: Callable[..., Any], server: ThrowAwayServer) -> None:
    if "pgcrypto" not in server.shims:
        pytest.skip("the objects of a real extension belong to the superuser, who alone can move them")
    run("create schema extensions")
    run("create extension pgcrypto")
    run("alter extension pgcrypto set schema extensions")
    run("create table t (a text, h bytea generated always as (extensions.digest(a, 'sha1')) stored)")
    run("create index on t (extensions.hmac(a, 'k', 'sha256'))")
    assert run("insert into t values ('abc') returning encode(h, 'hex')") == hashlib.sha1(b"abc").hexdigest()  # noqa: S324


@pytest.mark.parametrize("stand_in", [False, True])
def test_moddatetime(run: Callable[..., Any], server: ThrowAwayServer, stand_in: bool) -> None:
    if stand_in:
        run(next(shim.script for shim in SHIMS if shim.name == "moddatetime"))
    elif server.installation.major >= 18:
        run("create extension moddatetime")
    else:
        pytest.skip("needs a superuser before PostgreSQL 18")
    run("create table t (a integer, changed timestamptz)")
    run("create trigger t before update on t for each row execute function moddatetime(changed)")
    run("insert into t values (1)")
    assert run("update t set a = 2 returning changed is not null")


@pytest.mark.parametrize("shim", SHIMS, ids=lambda shim: shim.name)
def test_every_stand_in_is_created_updated_and_dropped(
    server: ThrowAwayServer, owned: str, run: Callable[..., Any], shim: Any
) -> None:
    only_with_shims(server)
    if shim.name not in server.shims:
        pytest.skip("the installation has the real one")
    assert accept_version(server, shim.name, "0.0.7-dev")
    assert accept_version(server, shim.name, "99.1")
    run(f"create extension \"{shim.name}\" version '0.0.7-dev' cascade")
    run(f"alter extension \"{shim.name}\" update to '99.1'")
    run(f'alter extension "{shim.name}" update')
    assert run("select extversion from pg_extension where extname = %s", shim.name) == shim.version
    assert shimmed_extensions(server, owned) == sorted({shim.name, *shim.requires})
    for name in (shim.name, *shim.requires):
        run(f'drop extension "{name}" cascade')
    # Nothing it made stays but roles, which belong to no extension.
    assert run("select count(*) from pg_proc where pronamespace::regnamespace::text !~ '^(pg_|information)'") == 0


@pytest.mark.parametrize("version", ["", "a--b", "../../x", "-1", "1/2", "a\nb"])
def test_versions_that_postgresql_refuses_are_not_written(server: ThrowAwayServer, version: str) -> None:
    assert not accept_version(server, "pgjwt", version)
    assert not accept_version(server, "../no_such_extension", "1.0")


def test_pg_cron(run: Callable[..., Any], server: ThrowAwayServer) -> None:
    only_with_shims(server)
    run("create extension pg_cron")
    job = run("select cron.schedule('nightly', '0 3 * * *', 'vacuum')")
    assert run("select cron.schedule('nightly', '30 seconds', 'analyze')") == job
    assert (
        run("select schedule || ' ' || command || ' ' || username from cron.job") == f"30 seconds analyze {OWNER}"
    )
    run("select cron.alter_job(%s, active => false)", job)
    assert run("select active from cron.job") is False
    with pytest.raises(psycopg.Error, match="invalid schedule: sometimes"):
        run("select cron.schedule('sometimes', 'vacuum')")
    assert run("select cron.unschedule('nightly')") is True
    with pytest.raises(psycopg.Error, match="could not find valid entry for job 'nightly'"):
        run("select cron.unschedule('nightly')")


def test_pg_net_and_http_send_nothing(run: Callable[..., Any], server: ThrowAwayServer) -> None:
    only_with_shims(server)
    run("create extension pg_net")
    assert run("select net.http_post(url := 'https://example.org', body := '{\"a\": 1}'::jsonb)") == 1
    assert run("select net.http_get('https://example.org', '{\"q\": 1}')") == 2
    assert run("select url from net.http_request_queue where id = 2") == "https://example.org?q=1"
    run("create extension http")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="sends no HTTP requests"):
        run("select http_get('https://example.org')")


def test_supabase_vault(run: Callable[..., Any], server: ThrowAwayServer) -> None:
    only_with_shims(server)
    run("create extension supabase_vault")
    secret = run("select vault.create_secret('hush', 'name')")
    run("select vault.update_secret(%s, new_secret => 'husher')", secret)
    assert run("select decrypted_secret from vault.decrypted_secrets where name = 'name'") == "husher"
    assert run("select secret from vault.secrets") != "husher"


def test_pgjwt(run: Callable[..., Any], server: ThrowAwayServer) -> None:
    only_with_shims(server)
    run("create extension pgjwt cascade")
    # The example of pgjwt's README, also on jwt.io.
    token = run("""select sign('{"sub":"1234567890","name":"John Doe","admin":true}', 'secret')""")
    assert token == (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiYWRtaW4iOnRydWV9."
        "TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ"
    )
    assert run("select valid from verify(%s, 'secret')", token) is True
    assert run("select valid from verify(%s, 'guess')", token) is False


def test_pgmq(run: Callable[..., Any], server: ThrowAwayServer) -> None:
    only_with_shims(server)
    run("create extension pgmq")
    run("select pgmq.create('Jobs')")
    assert run("""select pgmq.send('Jobs', '{"a": 1}')""") == 1
    assert run("select message from pgmq.read('Jobs', 30, 1)") == {"a": 1}
    assert run("select count(*) from pgmq.read('Jobs', 30, 1)") == 0
    assert run("select pgmq.archive('Jobs', 1)") is True
    assert run("select pgmq.delete('Jobs', 1)") is False
    assert run("select count(*) from pgmq.a_jobs") == 1
    assert run("select pgmq.drop_queue('Jobs')") is True


def test_pgsodium_and_graphql(run: Callable[..., Any], server: ThrowAwayServer) -> None:
    only_with_shims(server)
    run("create extension pgsodium")
    run("grant pgsodium_keyiduser to current_user")
    key = run("select (pgsodium.create_key(name => 'k')).id")
    sealed = run("select pgsodium.crypto_aead_det_encrypt('hush', 'with', %s)", key)
    assert run("select pgsodium.crypto_aead_det_decrypt(%s, 'with', %s)", sealed, key) == b"hush"
    with pytest.raises(psycopg.Error, match="invalid ciphertext"):
        run("select pgsodium.crypto_aead_det_decrypt(%s, 'without', %s)", sealed, key)
    run("create extension pg_graphql")
    assert "errors" in run("select graphql.resolve('{ a }')")


def test_a_usable_real_extension_wins(server: ThrowAwayServer, owned: str, run: Callable[..., Any]) -> None:
    run("create extension pg_trgm")
    assert run("select similarity('abc', 'abd') > 0")
    assert "pg_trgm" not in server.shims
    assert shimmed_extensions(server, owned) == []


def test_harmless_extensions_are_created_without_superuser(
    server: ThrowAwayServer, run: Callable[..., Any]
) -> None:
    only_with_shims(server)
    here = {
        file.stem for file in (server.directory / "share/extension").glob("*.control")
    } & HARMLESS - server.shims
    assert {"pg_stat_statements", "vector"} & here
    for name in sorted(here):
        run(f"create extension {name} cascade")
        assert run("select extowner::regrole::text from pg_extension where extname = %s", name) == OWNER
    # What an extension itself keeps for superusers stays theirs.
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run("select pg_stat_statements_reset()")
    for name in sorted(here):
        run(f"drop extension {name}")


@pytest.mark.parametrize("name", ["dblink", "postgres_fdw", "file_fdw", "pageinspect"])
def test_reaching_extensions_are_refused(run: Callable[..., Any], name: str) -> None:
    with pytest.raises(
        psycopg.errors.InsufficientPrivilege, match=f'permission denied to create extension "{name}"'
    ):
        run(f"create extension {name}")


def test_advice_says_what_to_do(server: ThrowAwayServer) -> None:
    assert "--shadow URL" in advice(server, "postgis")
    if server.installation.major < 18:
        assert "auditor[embedded]" in advice(server, "pg_cron")
