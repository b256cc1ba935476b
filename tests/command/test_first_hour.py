"""What confused in the first hour on real histories (docs/first-hour.md): one system with a bit of each."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from auditor.cli import main

MIGRATIONS = {
    "0001_orders.sql": """\
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE TABLE public.people (id bigint PRIMARY KEY);
CREATE TABLE public.orders (
    id bigint PRIMARY KEY, person bigint REFERENCES public.people, events jsonb NOT NULL DEFAULT '[]'
);
CREATE TABLE public.jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "order" bigint REFERENCES public.orders,
    type text NOT NULL,
    status text NOT NULL DEFAULT 'queued',
    dedupe_key text UNIQUE
);
CREATE TABLE public.runs (id bigint PRIMARY KEY, job bigint REFERENCES public.jobs);
CREATE TABLE public.colours (name text PRIMARY KEY);
CREATE TABLE public.old_orders (id bigint PRIMARY KEY);
""",
    "0002_flow.sql": """\
CREATE FUNCTION public.enqueue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.jobs ("order", type, dedupe_key) VALUES (NEW.id, 'bill', 'bill:' || NEW.id)
    ON CONFLICT (dedupe_key) DO NOTHING;
    RETURN NEW;
END $$;
CREATE TRIGGER on_order AFTER UPDATE OF events ON public.orders FOR EACH ROW EXECUTE FUNCTION public.enqueue();
CREATE FUNCTION public.append(bigint, jsonb) RETURNS void LANGUAGE sql AS
    'UPDATE public.orders SET events = events || $2 WHERE id = $1';
CREATE FUNCTION public.claim_bills() RETURNS SETOF public.jobs LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running' WHERE id IN (
        SELECT id FROM public.jobs WHERE type IN ('bill', 'remind') FOR UPDATE SKIP LOCKED) RETURNING * $$;
CREATE FUNCTION public.claim_all() RETURNS SETOF public.jobs LANGUAGE sql AS $$
    UPDATE public.jobs SET status = 'running' WHERE id IN (
        SELECT id FROM public.jobs WHERE type IN ('bill', 'send') FOR UPDATE SKIP LOCKED) RETURNING * $$;
CREATE FUNCTION public.backlog() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.jobs';
""",
    "0003_notify.sql": """\
CREATE FUNCTION public.notify_old() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER notify AFTER INSERT ON public.people FOR EACH ROW EXECUTE FUNCTION public.notify_old();
""",
    "0004_backfill.sql": """\
CREATE FUNCTION public.backfill() RETURNS void LANGUAGE sql AS 'UPDATE public.people SET id = id';
SELECT public.backfill();
DROP FUNCTION public.backfill();
""",
    "0005_clean.sql": """\
DROP TRIGGER notify ON public.people;
DROP TABLE public.old_orders;
""",
    "0006_quiet.sql": """\
DO $$
BEGIN
    ALTER TABLE public.orders DISABLE TRIGGER ALL;
EXCEPTION
    WHEN insufficient_privilege THEN RAISE NOTICE 'left on';
END $$;
""",
}


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="auditor")


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The system with its proposal, and what init said."""
    root = tmp_path_factory.mktemp("orders")
    write(root / "migrations", MIGRATIONS)
    write(
        root / "shop" / "migrations", {"__init__.py": "", "0001_initial.py": "from django.db import migrations\n"}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        result = invoke("init")
    assert result.exit_code == 0, result.output
    return root, result.stdout


def document(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "classifications.yaml").read_text())
    return found


def test_who_appends_events_is_core(proposed: tuple[Path, str]) -> None:
    core = document(proposed[0])["classes"]["core"]
    assert {"function public.append", "table public.orders", "table public.jobs"} <= {*core}
    assert "table public.people" not in core


def test_legacy_is_what_outlived_its_migration_and_what_nothing_fires(proposed: tuple[Path, str]) -> None:
    assert document(proposed[0])["classes"]["legacy"] == ["function public.notify_old", "table public.old_orders"]


def test_the_rest_is_told_with_what_ties_it_to_the_core(proposed: tuple[Path, str]) -> None:
    lines = (proposed[0] / "classifications.yaml").read_text().splitlines()
    rest = [" ".join(line.split()) for line in lines if line.startswith("  #   ")]
    assert rest == [
        "# - function public.backlog # reads public.jobs",
        "# - table public.runs # refers to public.jobs",
        "# # and these, which nothing ties to the core:",
        "# - table public.colours",
        "# - table public.people",
    ]


def test_what_claims_take_is_told_where_it_cannot_be_demanded(proposed: tuple[Path, str]) -> None:
    text = (proposed[0] / "classifications.yaml").read_text()
    assert "      # No job_types: nothing in the database limits `type`.\n" in text
    assert "      # No claims: more than one function takes bill.\n" in text
    assert "      #   public.claim_bills(): bill, remind\n" in text


def test_a_history_that_cannot_be_read_is_left_out(proposed: tuple[Path, str]) -> None:
    root, said = proposed
    assert document(root)["migrations"] == [{"path": "migrations"}]
    assert "shop/migrations: Django migrations were not read" in " ".join(said.split())


def test_what_was_applied_long_ago_is_no_noise(
    proposed: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An extension or a table that is gone now mixes no classes, a helper needs no owner, what is on is on."""
    monkeypatch.chdir(proposed[0])
    result = invoke("check", "--format", "json")
    assert result.exit_code == 0, result.output
    findings = json.loads(result.stdout)["findings"]
    told = [(one["code"], one["severity"], one["identity"]) for one in findings]
    assert ("MIG001", "note", "on_order on public.orders") in told
    assert not [one for one in told if one[0] == "CLS002" or "backfill" in str(one[2])]
    assert {one[1] for one in told} == {"note"}


def test_what_is_commented_out_stays_out(proposed: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = proposed[0] / "classifications.yaml"
    before = path.read_text()
    monkeypatch.chdir(proposed[0])
    lines = [
        f"# {line}" if "- function public.append" in line or "name: public.append" in line else line
        for line in before.splitlines()
        if "table public.jobs " not in line
    ]
    at = next(number for number, line in enumerate(lines) if "# " in line and "name: public.append" in line)
    lines[at + 1] = f"# {lines[at + 1]}"
    path.write_text("\n".join(lines) + "\n")
    try:
        result = invoke("init", "--format", "json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["added"] == ["classes: core: table public.jobs"]
        after = path.read_text()
        assert re.search(r"- table public\.jobs +# (written by|changes|its trigger)", after)
        assert "#     - function public.append" in after
    finally:
        path.write_text(before)


def test_without_a_queue_the_tables_others_refer_to_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a migration that fails does not hide what the others make."""
    monkeypatch.chdir(tmp_path)
    tables = "".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, u int REFERENCES users);\n" for n in range(3))
    write(
        tmp_path / "migrations",
        {
            "0001_a.sql": f"CREATE TABLE users (id int PRIMARY KEY);\n{tables}",
            "0002_b.sql": "SELECT of_the_application();\n",
            "0003_c.sql": "CREATE TABLE later (id int PRIMARY KEY);\n",
        },
    )
    result = invoke("init")
    assert result.exit_code == 0, result.output
    assert "core? public.users 3 tables refer to it" in " ".join(result.stdout.split())
    assert "next: auditor init --core table:public.users" in result.stdout
    assert "1 migration fails in the throw-away PostgreSQL" in " ".join(result.stdout.split())
    again = invoke("init", "--core", "table:public.users")
    assert again.exit_code == 0, again.output
    assert document(tmp_path)["classes"]["core"] == ["table public.users"]


def test_without_a_server_nothing_is_proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "migrations", {"0001_a.sql": "CREATE TABLE a (id int);\n"})
    monkeypatch.setattr("auditor.replay.binaries._installations", lambda: iter(()))
    result = invoke("init")
    assert result.exit_code == 3
    assert "pip install 'auditor[embedded]'" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["migrations"]


def test_a_place_that_is_not_found_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "tables", {"0001_a.sql": "CREATE TABLE a (id int);\n"})
    missed = invoke("init")
    assert missed.exit_code == 3
    assert "auditor init --migrations db" in missed.stderr
    assert invoke("init", "--migrations", "tables").exit_code == 0
    assert document(tmp_path)["migrations"] == [{"path": "tables"}]
    assert invoke("init", "--migrations", "tables").exit_code == 2


def test_review_keeps_histories_apart_and_a_new_name_is_one_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = "CREATE TABLE public.{0} (id bigint PRIMARY KEY);\n"
    write(tmp_path / "a" / "migrations", {"0001_bills.sql": table.format("bills")})
    write(tmp_path / "b" / "migrations", {"0001_jobs.sql": table.format("jobs"), "0002_x.sql": table.format("x")})
    config = "version: 1\nmigrations: [{path: a/migrations}, {path: b/migrations}]\nclasses: {core: ['table *']}\n"
    (tmp_path / "classifications.yaml").write_text(config)

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True, cwd=tmp_path)

    def codes() -> list[str]:
        result = invoke("review", "--base", "main", "--format", "json")
        return sorted(
            one["code"] for one in json.loads(result.stdout)["findings"] if one["code"].startswith("REV")
        )

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "base")
    write(tmp_path / "a" / "migrations", {"0002_due.sql": "ALTER TABLE public.bills ADD due date;\n"})
    assert codes() == []
    (tmp_path / "b" / "migrations" / "0001_jobs.sql").rename(tmp_path / "b" / "migrations" / "0001_tasks.sql")
    assert codes() == ["REV001"]
    write(tmp_path / "b" / "migrations", {"0001_z.sql": "ALTER TABLE public.jobs ADD z int;\n"})
    assert codes() == ["REV001", "REV002"]


def test_of_the_platform_only_what_the_project_put_there_is_core(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sql = """\
CREATE TABLE public.profiles (id uuid PRIMARY KEY, owner uuid DEFAULT auth.uid());
CREATE FUNCTION public.new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN INSERT INTO public.profiles (id, owner) VALUES (NEW.id, auth.uid()); RETURN NEW; END $$;
CREATE TRIGGER on_signup AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.new_user();
"""
    write(tmp_path / "supabase", {"config.toml": "", "migrations/20240101000000_a.sql": sql})
    result = invoke("init", "--core", "table:public.profiles")
    assert result.exit_code == 0, result.output
    found = document(tmp_path)
    assert found["classes"]["core"] == [
        "function public.new_user",
        "table public.profiles",
        "trigger on_signup on auth.users",
    ]
    assert [one["name"] for one in found["contract"]["triggers"]] == ["on_signup on auth.users"]
    assert [one["name"] for one in found["contract"]["functions"]] == ["public.new_user()"]
    assert "dedupe_keys" not in found["contract"]
    checked = invoke("check", "--format", "json")
    assert not [one for one in json.loads(checked.stdout)["findings"] if one["severity"] == "error"]
