"""plpgsql_check: its messages at the lines of the migrations; where no server offers it, that is said."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.replay.binaries import find_installations

CONFIG = """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.*, function public.*]}
"""
MIGRATION = """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, status text);
CREATE FUNCTION public.finish(p_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.jobs SET state = 'done' WHERE id = p_id;
END $$;
CREATE FUNCTION public.scratch() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE found (id bigint);
    INSERT INTO found SELECT id FROM public.jobs;
END $$;
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.title := 'x';
    RETURN NEW;
END $$;
CREATE TRIGGER note BEFORE INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.note();
"""


def _offering() -> int | None:
    """The major version of a server here that offers the extension, or None."""
    for installation in find_installations():
        share = Path(f"/usr/share/postgresql/{installation.version_num // 10_000}")
        if installation.provider == "system" and (share / "extension" / "plpgsql_check.control").is_file():
            return installation.version_num // 10_000
    return None


MAJOR = _offering()


def _check(root: Path, *more: str) -> dict[str, Any]:
    (root / "migrations").mkdir()
    (root / "classifications.yaml").write_text(CONFIG)
    (root / "migrations" / "0001_jobs.sql").write_text(MIGRATION)
    result = CliRunner().invoke(
        main, ["check", "--config", str(root / "classifications.yaml"), "--format", "json", *more]
    )
    assert result.exit_code in (0, 1), result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


@pytest.mark.skipif(
    MAJOR is None, reason="no server here offers plpgsql_check (Debian: postgresql-15-plpgsql-check)"
)
def test_its_messages_stand_at_the_lines_of_the_migration(tmp_path: Path) -> None:
    report = _check(tmp_path, "--pg-major", str(MAJOR))
    found = [
        (one["code"], one["severity"], one["identity"], one["location"]["line"])
        for one in report["findings"]
        if one["code"].startswith("plpgsql_check/")
    ]
    assert found == [
        ("plpgsql_check/42703", "error", "public.finish(bigint)", 4),
        ("plpgsql_check/42703", "error", "public.note()", 13),
    ]


def test_where_it_is_not_there_the_report_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.audits.parts.replaying.check_functions", lambda _: None)
    assert any("plpgsql_check" in line for line in _check(tmp_path)["not_checked"])
