"""What the live database says of values that a migration takes off a whitelist (MIG007)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from auditor.catalog.session import read_only_session
from auditor.cli import main
from auditor.contract import row_counts
from auditor.contract.row_counts import Counted, count_values
from auditor.replay.server import ThrowAwayServer
from auditor.rules.migrations.whitelist_shrinks import BAD

Connect = Callable[..., psycopg.Connection[Any]]

SCHEMA = """
CREATE SCHEMA "Odd Schema";
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN state AS text CHECK (VALUE <> 'never');
CREATE DOMAIN closer AS state;
CREATE TYPE pair AS (a int, b int);
CREATE TABLE "Odd Schema"."T""s" ("The ""Status" closer, rate numeric(6, 2), mood mood, code char(4), pair pair);
INSERT INTO "Odd Schema"."T""s" VALUES ('running', 1, 'sad', 'ab', (1, 2)), ('running', 1, 'ok', 'ab', NULL),
    (NULL, NULL, NULL, NULL, NULL), ('it''s {so} %', 2, 'ok', 'cd', NULL);
CREATE TABLE hidden (status text);
INSERT INTO hidden VALUES ('mine'), ('theirs');
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE POLICY ours ON hidden USING (status = 'mine');
CREATE TABLE closed (status text);
"""


@pytest.fixture
def reader(server: ThrowAwayServer, connect: Connect) -> Any:
    admin = connect()
    admin.execute(SCHEMA)
    admin.execute("CREATE ROLE row_counter LOGIN; GRANT SELECT ON hidden TO row_counter")
    yield f"{server.conninfo(admin.info.dbname)} user=row_counter"
    admin.execute("DROP OWNED BY row_counter; DROP ROLE row_counter")


def test_values_are_counted_as_their_type_compares_them(
    database: str, connect: Connect, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = '"Odd Schema"."T""s"'
    with read_only_session(database) as session:
        values = ["running", "it's {so} %", "none", "never"]
        counted = count_values(session, table, 'The "Status', values)
        assert counted == Counted({"running": 2, "it's {so} %": 1, "none": 0, "never": 0})
        assert count_values(session, table, "rate", ["1", "2.0", "3"]).rows == {"1": 2, "2.0": 1, "3": 0}
        assert count_values(session, table, "mood", ["ok"]).rows == {"ok": 2}
        assert count_values(session, table, "code", ["ab  ", "cd"]).rows == {"ab  ": 2, "cd": 1}
        assert count_values(session, "public.hidden", "status", ["theirs"]).rows == {"theirs": 1}
        # What cannot be counted is said, and the session goes on.
        assert "none of the column's type" in count_values(session, table, "mood", ["glad"]).reason
        assert "compared by an extension" in count_values(session, table, "pair", ["(1,2)"]).reason
        assert "no such column" in count_values(session, table, "gone", ["x"]).reason
        assert "no such column" in count_values(session, "public.gone", "status", ["x"]).reason
        monkeypatch.setattr(row_counts, "TIMEOUT_MS", 1)
        big = connect()
        big.execute("CREATE TABLE big (status text); INSERT INTO big SELECT 'x' FROM generate_series(1, 300000)")
    with read_only_session(database) as session:
        assert "took longer" in count_values(session, "public.big", "status", ["x"]).reason
        monkeypatch.undo()
        assert count_values(session, "public.big", "status", ["x"]).rows == {"x": 300_000}
    with read_only_session(reader) as session:
        for name in ("hidden", "closed"):
            counted = count_values(session, f"public.{name}", "status", ["theirs"])
            assert counted == Counted(reason="the role may not read all its rows")


def check(root: Path, url: str) -> dict[str, Any]:
    config = str(root / "classifications.yaml")
    result = CliRunner().invoke(main, ["check", "--config", config, "--db", url, "--format", "json"])
    found = [one for one in json.loads(result.stdout)["findings"] if one["code"] == "MIG007"]
    assert len(found) == 1, result.stdout
    assert found[0]["actual"] == "removed: running"
    return dict(found[0])


def test_the_finding_says_how_many_rows_have_a_removed_value(
    database: str, connect: Connect, reader: str, tmp_path: Path
) -> None:
    for name, text in BAD.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    live = connect()
    for name in sorted(BAD)[1:3]:
        live.execute(BAD[name])
    found = check(tmp_path, database)
    assert found["message"].endswith("have running as status; no row has it in the live database")
    assert found["severity"] == "warning"
    live.execute("INSERT INTO jobs VALUES (1, 'running'), (2, 'running'), (3, 'done')")
    found = check(tmp_path, database)
    assert found["message"].endswith("; in the live database 2 rows have running")
    assert found["severity"] == "error"
    found = check(tmp_path, reader)
    assert found["message"].endswith("could not be counted: the role may not read all its rows")
    assert found["severity"] == "error"
