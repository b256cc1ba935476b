"""docs/formats.md lists the fields that the program prints: no more, and no fewer."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from docs_pages import TOP

from auditor.cli import main
from auditor.replay.server import ThrowAwayServer

CONFIG = """\
version: 1
classes: {core: [table public.jobs, function public.take]}
contract:
  dedupe_keys: [{table: public.jobs, columns: [key]}]
"""
FIRST = """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, key text);
CREATE TABLE IF NOT EXISTS public.jobs (id bigint);
CREATE FUNCTION public.take() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE VIEW public.shown AS SELECT id FROM public.jobs;
ALTER VIEW public.shown RENAME TO seen;
"""


def fields(heading: str) -> set[str]:
    """The names in the first column of the table under a heading; those below a name as `name.inner`."""
    text = (TOP / "docs" / "formats.md").read_text("utf-8")
    (section,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([\w.\[\]]+)`", row)}


def inner(heading: str, name: str) -> set[str]:
    """The names in the second column of the row of one field."""
    text = (TOP / "docs" / "formats.md").read_text("utf-8")
    (section,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    (cell,) = re.findall(rf"^\| `{re.escape(name)}` \| (.*?) \|$", section, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", cell))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "classifications.yaml").write_text(CONFIG)
    (tmp_path / "migrations" / "0001_jobs.sql").write_text(FIRST)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code in (0, 1), done.stderr
        return done.stdout

    return run


def test_of_what_needs_no_database(run: Callable[..., str]) -> None:
    document: dict[str, Any] = json.loads(run("check", "--format", "json"))
    assert fields("What the JSON of every command begins with") <= document.keys()
    (finding,) = (one for one in document["findings"] if one["code"] == "CON003")
    assert fields("A finding") == finding.keys()

    effects = [json.loads(line) for line in run("effects", "--format", "jsonl").splitlines()]
    assert fields("`auditor effects --format jsonl`") == {"detail"} | {name for one in effects for name in one}

    classes = json.loads(run("classify", "--format", "json"))
    heading = "`auditor classify --format json`"
    every = fields("What the JSON of every command begins with")
    assert fields(heading) - {"migrations[].reasons"} == classes.keys() - every
    assert inner(heading, "migrations") == classes["migrations"][0].keys()
    assert inner(heading, "migrations[].reasons") - {"classes"} == classes["migrations"][0]["reasons"][0].keys()


def test_of_what_needs_one(
    run: Callable[..., str],
    server: ThrowAwayServer,
    database_name: str,
    connect: Callable[..., psycopg.Connection[Any]],
) -> None:
    connect().execute(FIRST)
    url = server.sqlalchemy_url(database_name)
    snapshot = json.loads(run("snapshot", "--db", url))
    assert fields("`auditor snapshot`") == snapshot.keys()

    blame = json.loads(run("forensics", "blame", "function public.take", "--format", "json", "--db", url))
    heading = "`auditor forensics blame IDENTITY --format json`"
    documented = fields(heading)
    every = fields("What the JSON of every command begins with")
    assert {name for name in documented if "." not in name} == blame.keys() - every
    assert inner(heading, "definitions") == blame["definitions"][0].keys()
    assert {name.partition(".")[2] for name in documented if "." in name} == blame["live"].keys()
    assert inner(heading, "live.transaction") <= blame["live"]["transaction"].keys()
