"""The machine formats, as docs/design.md and others rely on them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from auditor.catalog.snapshot_file import load
from auditor.cli import main

pytestmark = pytest.mark.usefixtures("one_replay_server")

CONFIG = """\
version: 1
migrations: [{path: migrations}]
classes:
  core: [table public.documents, function public.on_change]
  legacy: [table public.old]
  infra: [role *]
overrides:
  - {migration: 0003_old, class: core, reason: because}
contract:
  triggers:
    - {name: on_change on public.documents, function: public.on_change()}
  functions:
    - {name: "public.on_*"}
allow:
  - {code: CLS001, object: table public.loose, reason: to be sorted out}
guards:
  - {forbid: write, table: public.documents, in: "services/**"}
"""
MIGRATIONS = {
    "0001_documents": """\
CREATE TABLE public.documents (id serial PRIMARY KEY);
CREATE FUNCTION public.on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;

CREATE TRIGGER on_change AFTER INSERT ON public.documents
    FOR EACH ROW EXECUTE FUNCTION public.on_change();
ALTER TABLE public.documents RENAME COLUMN id TO number;
""",
    "0002_loose": "CREATE TABLE public.loose (id bigint);\n",
    "0003_old": "CREATE TABLE public.old (id bigint);\nALTER TABLE public.documents ADD COLUMN old bigint;\n",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "migrations").mkdir()
    for name, text in MIGRATIONS.items():
        (tmp_path / "migrations" / f"{name}.sql").write_text(text)
    (tmp_path / "classifications.yaml").write_text(CONFIG)
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "worker.py").write_text("print('works')\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, args, prog_name="auditor")
    assert result.exit_code in (0, 1), result.stderr
    return result


def lines(*args: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*args, "--format", "jsonl").stdout.splitlines()]


def document(*args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*args, "--format", "json").stdout)
    assert found["version"] == 1
    return found


def test_effects_is_one_object_a_line(project: Path) -> None:
    effects = lines("effects")
    assert {
        "migration": "0001_documents",
        "file": "migrations/0001_documents.sql",
        "line": 4,
        "statement": 3,
        "action": "create",
        "kind": "trigger",
        "identity": "on_change on public.documents",
        "certainty": "certain",
        "inside": None,
        "parser": "libpg_query",
    } in effects
    (renamed,) = [e for e in effects if e["kind"] == "table column" and "to" in e]
    assert (renamed["identity"], renamed["to"]) == ("public.documents.id", "public.documents.number")
    assert [e["identity"] for e in effects if e["kind"] == "sequence"] == ["public.documents_id_seq"]
    assert all(e["implied"] for e in effects if e["kind"] == "sequence")


def test_what_differs_by_version_follows_pg_major(project: Path) -> None:
    def not_null(major: str) -> list[str]:
        found = lines("effects", "--pg-major", major)
        return [e["identity"] for e in found if "not_null" in (e["identity"] or "") and e["action"] == "create"]

    assert not_null("18") == ["documents_id_not_null on public.documents"]
    assert not_null("17") == []


def test_classify_has_reasons(project: Path) -> None:
    found = document("classify")
    first, second, third = found["migrations"]
    assert first["class"] == "core"
    assert not first["declared"]
    assert {
        "kind": "table",
        "identity": "public.documents",
        "class": "core",
        "entry": "table public.documents",
    } in first["reasons"]
    assert (second["class"], second["unowned"]) == (
        "unclassified",
        [{"kind": "table", "identity": "public.loose"}],
    )
    assert (third["class"], third["declared"], third["mixed"]) == ("core", True, True)
    assert third["declared_reason"] == "because"
    assert found["summary"] == {"core": 2, "legacy": 0, "infra": 0, "unclassified": 1}
    assert [line["migration"] for line in lines("classify")] == list(MIGRATIONS)


def test_an_allowance_is_counted(project: Path) -> None:
    found = document("classify")
    assert (found["findings"], found["allowed"]) == ([], 1)


def test_history_tells_a_life(project: Path) -> None:
    (life,) = document("history", "trigger on_change on public.documents")["objects"]
    assert (life["exists"], life["class"]) == (True, "core")
    assert [(e["migration"], e["action"]) for e in life["effects"]] == [("0001_documents", "create")]
    assert [d["migration"] for d in life["definitions"]] == ["0001_documents"]
    assert len(lines("history")) > 5


@pytest.mark.parametrize(
    "name", ["public.documents", "table public.documents", "public.doc*", "function public.on_change()"]
)
def test_history_of_one_object(project: Path, name: str) -> None:
    assert lines("history", name)


def test_history_of_what_is_not_there(project: Path) -> None:
    result = CliRunner().invoke(main, ["history", "public.document"])
    assert result.exit_code == 2
    assert "did you mean 'public.documents'?" in result.stderr


def test_contract_show_fills_in_what_was_left_out(project: Path) -> None:
    contract = document("contract", "show")["contract"]
    (trigger,) = contract["triggers"]
    assert (trigger["role"], trigger["enabled"], trigger["mode"]) == ("core", "origin", "strict")
    assert [one["name"] for one in contract["functions"]] == ["public.on_change()"]
    assert "name: on_change on public.documents" in run("contract", "show").stdout


def test_contract_schema_accepts_the_configuration(project: Path) -> None:
    import yaml

    schema = json.loads(run("contract", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(CONFIG), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "clases": {}}, schema)


def test_check_says_what_was_looked_at_and_what_not(project: Path) -> None:
    found = document("check")
    assert found["result"] == "kept"
    assert found["checked"]["replayed migration"] == 3
    assert found["checked"]["trigger"] == 1
    assert found["checked"]["guard"] == 1
    assert any(text.startswith("live database") for text in found["not_checked"])


def test_strict_takes_warnings_for_errors(project: Path) -> None:
    (project / "classifications.yaml").write_text(CONFIG.replace("table public.old]", "table public.olt]"))
    assert run("classify").exit_code == 1  # public.old is owned by nobody now
    (project / "classifications.yaml").write_text(CONFIG + "  - {forbid: read, table: public.x, in: a}\n")
    assert run("classify").exit_code == 0
    (project / "migrations" / "0004_empty.sql").write_text("")
    assert run("classify").exit_code == 0
    assert run("classify", "--fail-on", "warning").exit_code == 1
    strict = run("classify", "--strict", "--format", "json")
    assert strict.exit_code == 1
    assert [one["severity"] for one in json.loads(strict.stdout)["findings"]] == ["error"]


def test_replay_counts_what_agrees(project: Path) -> None:
    found = document("replay")
    assert [one["migration"] for one in found["migrations"]] == list(MIGRATIONS)
    assert found["totals"]["missed"] == found["totals"]["wrong"] == 0
    assert found["totals"]["matched"] > 0


def test_a_snapshot_is_read_back(project: Path, database: str, connect: Any) -> None:
    connection = connect()
    for text in MIGRATIONS.values():
        connection.execute(text)
    file = project / "snapshot.json"
    run("snapshot", "--db", database, "--output", str(file))
    saved = load(file.read_text())
    assert any(item.identity == "on_change on public.documents" for item in saved.objects)
    args = ("drift", "--db", database, "--scope", "all", "--against", str(file))
    assert document(*args)["findings"] == []
    connection.execute("ALTER TABLE public.documents DISABLE TRIGGER on_change")
    (finding,) = document(*args)["findings"]
    assert (finding["kind"], finding["identity"]) == ("trigger", "on_change on public.documents")
    assert finding["repair"] == "ALTER TABLE public.documents ENABLE TRIGGER on_change;"


@pytest.mark.parametrize("flags", [(), ("-v",), ("-q",)], ids=["", "-v", "-q"])
@pytest.mark.parametrize(
    ("args", "shown"),
    [
        (("classify",), "unclassified"),
        (("effects",), "trigger on_change on public.documents"),
        (("history",), "table public.old"),
        (("replay",), "recorded changes"),
        (("contract", "show"), "fires"),
        (("check",), "1 guard"),
        (("explain", "--list"), "unowned-object"),
    ],
)
def test_text_says_it(project: Path, args: tuple[str, ...], shown: str, flags: tuple[str, ...]) -> None:
    (project / "classifications.yaml").write_text(
        CONFIG.replace("function: public.on_change()", "fires: AFTER INSERT")
    )
    result = run(*args, *flags)
    if flags != ("-q",):
        assert shown in " ".join(result.stdout.split())
    assert "\x1b" not in result.stdout


# Platforms


def test_one_run_feeds_every_platform(project: Path) -> None:
    formats = ("sarif", "github", "gitlab", "junit", "markdown", "json")
    outputs = [part for name in formats for part in ("--output", f"{name}={name}.out")]
    run("replay", *outputs)
    assert all((project / f"{name}.out").read_text() for name in formats)
    assert json.loads((project / "sarif.out").read_text())["version"] == "2.1.0"


def test_in_a_github_workflow_findings_are_annotated_and_summed_up(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project / "summary.md"))
    result = run("replay", "--format", "json")
    assert json.loads(result.stdout)["command"] == "replay"
    assert result.stderr.splitlines()[-1].startswith("auditor replay: ")
    assert (project / "summary.md").read_text().startswith("## auditor replay: ")
    effects = run("effects", "--format", "jsonl")
    assert "auditor effects" not in effects.stderr
