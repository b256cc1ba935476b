"""`auditor guard`, and what `auditor check` says of guards: through the command, on small projects."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main

CONFIG = """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.executor_jobs, function public.claim_*]}
guards:
  - {forbid: write, table: public.executor_jobs, in: "services/**", reason: only the listener makes jobs}
  - {allow-only: call, function: claim_jobs, in: "services/decision/**", except: ["tests/**"]}
"""
MIGRATION = """\
CREATE TABLE public.executor_jobs (id bigint PRIMARY KEY);
SELECT claim_jobs(1);
"""
CLEAN = "await supabase.from('executor_jobs').select('*');\n"
CLAIM = "await supabase.rpc('claim_jobs', { n: 1 });\n"
WRITE = "export async function enqueue() {\n  await supabase.from('executor_jobs').insert({});\n}\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(
        tmp_path,
        {
            "classifications.yaml": CONFIG,
            "migrations/0001_jobs.sql": MIGRATION,
            "services/worker.ts": CLEAN,
            "services/decision/worker.ts": CLAIM,
            "tests/worker.test.ts": CLAIM,
        },
    )
    return tmp_path


def run(project: Path, *args: str, command: str = "guard") -> Result:
    return CliRunner().invoke(main, [command, "--config", str(project / "classifications.yaml"), *args])


def report(project: Path, *args: str, code: int, command: str = "guard") -> dict[str, Any]:
    result = run(project, "--format", "json", *args, command=command)
    assert result.exit_code == code, result.output + result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def places(found: dict[str, Any]) -> list[str]:
    return [
        f"{one['code']} {one['severity']} {one['location']['file']}:{one['location']['line']}"
        for one in found["findings"]
    ]


def test_a_project_that_keeps_to_its_guards(project: Path) -> None:
    found = report(project, code=0)
    assert found["findings"] == []
    assert found["checked"] == {"guard": 2, "source file": 2, "access": 2}
    assert found["result"] == "kept"


def test_what_breaks_a_guard_is_told_with_its_place_and_class(project: Path) -> None:
    write(project, {"services/worker.ts": WRITE, "web/page.vue": f"<script>\n{CLAIM}</script>\n"})
    found = report(project, code=1)
    assert places(found) == ["GRD001 error services/worker.ts:2", "GRD002 error web/page.vue:2"]
    first = found["findings"][0]
    assert first["class"] == "core"
    assert (first["kind"], first["identity"]) == ("table", "public.executor_jobs")
    assert first["location"]["column"] == 40
    assert "only the listener makes jobs" in first["message"]


def test_check_holds_source_against_the_guards(project: Path) -> None:
    write(project, {"services/worker.ts": WRITE, "migrations/0001_jobs.sql": MIGRATION.split("\n", 1)[0]})
    found = report(project, code=1, command="check")
    assert "GRD001 error services/worker.ts:2" in places(found)
    assert found["checked"]["guard"] == 2


def test_two_violations_have_two_fingerprints_that_lines_do_not_change(project: Path) -> None:
    write(project, {"services/worker.ts": WRITE + WRITE.replace("enqueue", "again")})
    before = {one["fingerprint"] for one in report(project, code=1)["findings"]}
    assert len(before) == 2
    write(project, {"services/worker.ts": "\n\n" + WRITE + WRITE.replace("enqueue", "again")})
    assert {one["fingerprint"] for one in report(project, code=1)["findings"]} == before


def test_paths_limit_what_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {"services/worker.ts": WRITE, "services/decision/worker.ts": WRITE})
    monkeypatch.chdir(project)
    assert places(report(project, "services/decision", code=1)) == ["GRD001 error services/decision/worker.ts:2"]
    result = run(project, "nowhere")
    assert result.exit_code == 2
    assert "nowhere: there is no such file or directory" in result.stderr


def test_nothing_to_check_is_no_success(tmp_path: Path) -> None:
    write(tmp_path, {"classifications.yaml": "version: 1\n"})
    result = run(tmp_path)
    assert result.exit_code == 3
    assert "no `guards:`" in result.stderr
    write(tmp_path, {"classifications.yaml": CONFIG})
    result = run(tmp_path)
    assert result.exit_code == 3
    assert "no source files" in result.stderr


def test_what_is_not_read_is_told(project: Path) -> None:
    write(
        project,
        {
            "services/broken.ts": "function ( {",
            "services/app.dart": "void main() {}",
            "services/large.ts": "// " + "x" * 1_100_000,
            "services/nul.py": "x = '\0'",
        },
    )
    found = report(project, code=0)
    assert places(found) == [
        "GRD004 warning services/app.dart:1",
        "GRD004 warning services/broken.ts:1",
        "GRD004 warning services/large.ts:1",
        "GRD004 warning services/nul.py:1",
    ]
    assert found["not_understood"] == 3
    assert report(project, "--strict", code=1)["result"] == "broken"


def test_what_git_ignores_is_not_read(project: Path) -> None:
    command = ["git", "init", "-q", str(project)]
    subprocess.run(command, check=True)
    write(
        project,
        {".gitignore": "services/gen/\n", "services/gen/a.ts": WRITE, "services/node_modules/x/a.ts": WRITE},
    )
    assert report(project, code=0)["findings"] == []


def test_a_compat_guard_counts_what_its_baseline_knows(project: Path) -> None:
    text = CONFIG.replace('in: "services/**",', 'in: "services/**", mode: compat,')
    write(project, {"classifications.yaml": text, "services/worker.ts": WRITE})
    assert places(report(project, code=1)) == ["GRD001 error services/worker.ts:2"]

    found = report(project, "--update-baseline", code=0)
    assert places(found) == ["GRD001 warning services/worker.ts:2"]
    assert "baseline: 1 known violation recorded" in found["notes"]
    lines = (project / ".auditor/guards.jsonl").read_text().splitlines()
    assert json.loads(lines[0]) == {
        "guard": "forbid write public.executor_jobs in services/**",
        "file": "services/worker.ts",
        "within": "enqueue",
        "verb": "insert",
        "object": "table public.executor_jobs",
        "count": 1,
    }

    write(project, {"services/worker.ts": "\n\n" + WRITE + WRITE.replace("enqueue", "again")})
    found = report(project, code=1)
    assert places(found) == ["GRD001 error services/worker.ts:7", "GRD001 warning services/worker.ts:4"]
    assert found["guards"][0] | {"reason": None} == {
        "guard": "forbid write public.executor_jobs in services/**",
        "mode": "compat",
        "reason": None,
        "files": 2,
        "violations": 2,
        "in_baseline": 1,
        "not_understood": 0,
    }

    write(project, {"services/worker.ts": CLEAN})
    assert places(report(project, code=0)) == ["GRD006 warning .auditor/guards.jsonl:1"]
    assert report(project, "--update-baseline", code=0)["findings"] == []


def test_comments_allow_with_a_reason(project: Path) -> None:
    allowed = WRITE.replace("  await", "  // auditor: allow GRD001 moved with the next release\n  await")
    write(project, {"services/worker.ts": allowed})
    found = report(project, code=0)
    assert (found["findings"], found["allowed"]) == ([], 1)

    write(project, {"services/worker.ts": allowed.replace(" moved with the next release", "")})
    assert places(report(project, code=1)) == [
        "CFG004 error services/worker.ts:2",
        "GRD001 error services/worker.ts:3",
    ]

    write(project, {"services/worker.ts": "// auditor: allow GRD001 not needed\n" + CLEAN})
    assert places(report(project, code=0)) == ["CFG002 warning services/worker.ts:1"]


def test_entries_of_allow_let_pass_by_file(project: Path) -> None:
    entry = 'allow: [{code: GRD001, file: "services/*.ts", reason: old}]\n'
    write(project, {"classifications.yaml": CONFIG + entry, "services/worker.ts": WRITE})
    assert report(project, code=0)["allowed"] == 1


def test_each_run_is_one_line_of_the_record(project: Path) -> None:
    write(project, {"services/worker.ts": WRITE})
    file = project / "record.jsonl"
    for _ in range(2):
        assert run(project, "--record", str(file)).exit_code == 1
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 2
    assert lines[0]["result"] == "broken"
    assert lines[0]["guards"] == {
        "forbid write public.executor_jobs in services/**": 1,
        "allow-only call claim_jobs in services/decision/**": 0,
    }
    assert lines[0]["findings"] == {"GRD001": 1}


def test_a_wrong_guard_is_told_with_line_and_column(tmp_path: Path) -> None:
    write(tmp_path, {"classifications.yaml": CONFIG.replace("allow-only: call", "allow-only: write")})
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "classifications.yaml:6" in result.stderr
