"""`auditor contract pin`: definitions written into the contract, and nothing else changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from auditor.comparison.bodies import body_hash

CONFIG = """\
# ours
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, table public.kinds, "function public.*"]}

contract:
  functions:
  - name:   public.claim()          # who takes jobs
    definition: 'from-migrations'   # dear
  - {name: "public.put(text)", security: invoker}
  - {name: public.listener}
  - name: public.kept()
    definition: {file: kept.sql}
  - name: public.one_*
  triggers:
  - {name: on_job on public.jobs, enabled: origin}
  rows:
  - table: public.kinds
    columns: [name, 'on']


    key:    [name]
"""
PINNED = """\
# ours
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, table public.kinds, "function public.*"]}

contract:
  functions:
  - name:   public.claim()          # who takes jobs
    definition: 'CLAIM'   # dear
  - {name: "public.put(text)", definition: PUT, security: invoker}
  - {name: public.listener, definition: LISTENER}
  - name: public.kept()
    definition: {file: kept.sql}
  - name: public.one_*
  triggers:
  - {name: on_job on public.jobs, function: public.listener(), fires: AFTER INSERT OR DELETE FOR EACH ROW, enabled: origin}
  rows:
  - table: public.kinds
    columns: [name, 'on']


    key:    [name]
    equal: [['null', null], [scan, true]]
"""  # noqa: E501 -- as it is written
FILES = {
    "classifications.yaml": CONFIG,
    "kept.sql": "SELECT 4",
    "migrations/1.sql": """\
CREATE TABLE public.jobs (id integer PRIMARY KEY);
CREATE TABLE public.kinds (name text PRIMARY KEY, "on" boolean);
INSERT INTO public.kinds VALUES ('scan', true), ('null', NULL);
CREATE FUNCTION public.claim() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.put(text) RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION public.kept() RETURNS integer LANGUAGE sql AS 'SELECT 4';
CREATE FUNCTION public.one_a() RETURNS integer LANGUAGE sql AS 'SELECT 5';
CREATE FUNCTION public.one_b() RETURNS integer LANGUAGE sql AS 'SELECT 6';
CREATE FUNCTION public.listener() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER on_job AFTER INSERT OR DELETE ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.listener();
""",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "migrations").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["contract", "pin", *args], prog_name="auditor")


def found(result: Result) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(result.stdout)
    return values


def pinned(claim: str = "SELECT 1") -> str:
    hashes = {"CLAIM": claim, "PUT": "SELECT 2", "LISTENER": "BEGIN RETURN NULL; END"}
    text = PINNED
    for name, body in hashes.items():
        text = text.replace(name, body_hash(body))
    return text


def test_everything_is_pinned_checked_and_renewed(project: Path) -> None:
    config = project / "classifications.yaml"
    config.chmod(0o640)
    looked = run("--check", "--format", "json")
    assert (looked.exit_code, found(looked)["findings"]) == (0, []), "what is not pinned is not outdated"
    assert config.read_text() == CONFIG

    done = run("--format", "json")
    assert done.exit_code == 0, done.output
    assert config.read_text() == pinned()
    assert config.stat().st_mode & 0o777 == 0o640
    values = found(done)
    assert values["written"] is True
    assert {one["state"] for one in values["pins"]} == {"new"}
    assert {one["migration"] for one in values["pins"]} == {"1", None}
    assert [one.partition(": not pinned: ")[::2] for one in values["not_checked"]] == [
        ("function public.kept()", "its definition is kept in kept.sql"),
        ("function public.one_*", "the pattern stands for 2 functions; a pin is of one, by its full name"),
    ]
    assert run().stdout.splitlines()[0] == "classifications.yaml stays as it is: 0 new, 0 outdated, 6 kept"
    assert CliRunner().invoke(main, ["check"]).exit_code == 0

    (project / "migrations" / "2.sql").write_text(
        "CREATE OR REPLACE FUNCTION public.claim() RETURNS integer LANGUAGE sql AS 'SELECT 7';\n"
        "DROP TRIGGER on_job ON public.jobs;\n"
        "CREATE TRIGGER on_job AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.listener();\n"
        "INSERT INTO public.kinds VALUES ('send', false);\n"
    )
    looked = run("--check", "--format", "json")
    assert looked.exit_code == 1
    assert [(one["code"], one["field"], one["location"]["line"]) for one in found(looked)["findings"]] == [
        ("CON002", "body", 8),
        ("CON001", "fires", 16),
        ("CON013", "equal", 18),
    ]
    assert config.read_text() == pinned()
    text = run("--check")
    assert f"+    definition: '{body_hash('SELECT 7')}'   # dear" in text.stdout
    assert "auditor contract pin 'function public.claim()'" in text.stdout

    assert run("public.claim").exit_code == 0
    assert config.read_text() == pinned("SELECT 7")
    assert run("trigger *", "table *").exit_code == 0
    after = config.read_text()
    assert "fires: AFTER INSERT FOR EACH ROW," in after
    assert "    equal: [['null', null], [scan, true], [send, false]]\n" in after
    assert run("--check").exit_code == 0


def test_a_live_database_is_pinned_as_it_is(
    project: Path, database: str, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    connection = connect()
    connection.execute((project / "migrations" / "1.sql").read_bytes())
    connection.execute(
        b"create or replace function public.claim() returns integer language sql as 'select 99';"
        b"delete from public.kinds where name = 'null'"
    )
    done = run("--db", database, "--format", "json")
    assert done.exit_code == 0, done.output
    text = (project / "classifications.yaml").read_text()
    assert f"definition: '{body_hash('select 99')}'   # dear" in text
    assert "    equal: [[scan, true]]\n" in text
    assert next(one for one in found(done)["pins"] if one["identity"] == "public.claim()")["migration"] is None
    looked = run("--check", "--format", "json")
    assert looked.exit_code == 1, "the migrations have another"
    assert {one["code"] for one in found(looked)["findings"]} == {"CON002", "CON013"}


@pytest.mark.parametrize(
    ("old", "new", "subject", "message"),
    [
        ("public.claim()", "public.clam()", "*", "classifications.yaml:8:5: function public.clam(): there is no such"),  # noqa: E501
        ("on_job on", "on_jobs on", "*", "classifications.yaml:16:5: trigger on_jobs on public.jobs: there is no such"),  # noqa: E501
        ("[name, 'on']", "[name, 'no']", "*", "classifications.yaml:18:5: table public.kinds: it has no column no in"),  # noqa: E501
        ("key:    [name]", "equal: [[scan, true],  # x\n        [y, no]]", "*", "comments stand within `equal` of table"),  # noqa: E501
        ("- {name: public.listener}", "- &one {name: public.listener}\n  - name: *nope", "*", "undefined alias"),
        ("", "", "public.clam()", "no object of the contract is called 'public.clam()'; did you mean"),
    ],
)  # fmt: skip
def test_what_cannot_be_pinned_is_told_with_its_place(
    project: Path, old: str, new: str, subject: str, message: str
) -> None:
    text = CONFIG.replace(old, new, 1) if old else CONFIG
    (project / "classifications.yaml").write_text(text)
    result = run(subject)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert (project / "classifications.yaml").read_text() == text


def test_a_text_in_several_places_is_not_changed_in_all(project: Path) -> None:
    """An anchor: the entries are one text, and to change it would change both."""
    text = CONFIG.replace("'from-migrations'   # dear", "&d from-migrations").replace(
        "security: invoker", "definition: *d"
    )
    (project / "classifications.yaml").write_text(text)
    result = run("function *")
    assert result.exit_code == 2
    assert "cannot be changed in place" in result.stderr
    assert (project / "classifications.yaml").read_text() == text


def test_a_link_and_a_mark_at_the_beginning_stay(project: Path) -> None:
    real = project / "real.yaml"
    real.write_bytes(b"\xef\xbb\xbf" + CONFIG.replace("\n", "\r\n").encode())
    (project / "classifications.yaml").unlink()
    (project / "classifications.yaml").symlink_to(real)
    assert run().exit_code == 0
    assert (project / "classifications.yaml").is_symlink()
    assert real.read_bytes() == b"\xef\xbb\xbf" + pinned().replace("\n", "\r\n").encode()
