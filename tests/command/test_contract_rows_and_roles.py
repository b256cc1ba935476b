"""Lookup rows and roles through the command: against the replay, and live as a role that may not read the rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

from auditor.cli import main

FILES = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.kinds]}
contract:
  rows:
    - {table: public.kinds, columns: [name, enabled], key: [name], equal: [[scan, true], [send, false]]}
""",
    "migrations/1.sql": """\
CREATE TABLE public.kinds (name text PRIMARY KEY, enabled boolean);
INSERT INTO public.kinds VALUES ('scan', true), ('send', true);
""",
}


def run(*args: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(main, [*args, "--format", "json"])
    found: dict[str, Any] = json.loads(result.stdout)
    return result.exit_code, found


def test_rows_against_the_replay_and_live(
    tmp_path: Path, database: str, database_name: str, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    (tmp_path / "migrations").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    config = ("--config", str(tmp_path / "classifications.yaml"))
    code, found = run("check", *config)
    (one,) = found["findings"]
    assert (code, one["code"], one["identity"], one["class"]) == (1, "CON013", "public.kinds", "core")
    assert "changed: (send): enabled is true, should be false" in one["message"]

    (tmp_path / "migrations" / "2.sql").write_text(
        "UPDATE public.kinds SET enabled = false WHERE name = 'send';\n"
    )
    assert run("check", *config)[0] == 0

    connection = connect()
    for file in sorted((tmp_path / "migrations").iterdir()):
        connection.execute(file.read_text().encode())
    role = f"{database_name}_looks"
    connection.execute(f"create role {role} login".encode())
    as_role = make_conninfo(database, user=role)
    try:
        for scope in ("core", "contract"):
            code, found = run("drift", *config, "--db", as_role, "--scope", scope)
            assert (code, found["result"], found["findings"]) == (3, "could-not-check", [])
        connection.execute(f"grant select (name, enabled) on public.kinds to {role}".encode())
        assert run("drift", *config, "--db", as_role, "--scope", "contract")[0] == 0
        connection.execute(b"insert into public.kinds values ('evil', true)")
        code, found = run("drift", *config, "--db", as_role, "--scope", "contract")
        assert (code, [one["code"] for one in found["findings"]]) == (1, ["CON013"])
    finally:
        connection.execute(f"drop owned by {role}; drop role {role}".encode())
