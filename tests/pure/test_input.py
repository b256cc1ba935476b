"""Files that never end, or are too large, are said to be unreadable; the others are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.migrations import input as module
from auditor.migrations.discovery import Source, read_migrations
from auditor.migrations.formats import FORMATS
from auditor.migrations.formats.base import Folder


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUDITOR_NO_CACHE", "1")
    history = tmp_path / "migrations"
    history.mkdir()
    os.mkfifo(history / "1_pipe.sql")
    (history / "2_device.sql").symlink_to("/dev/zero")
    (history / "3_nowhere.sql").symlink_to("nowhere")
    (history / "4_large.sql").write_text("SELECT 1;" * 20)
    (history / "5_table.sql").write_text("CREATE TABLE a ();")
    return tmp_path


def test_what_cannot_be_read_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    found = read_migrations(root, [Source("migrations")])
    assert {problem.location.file.rpartition("/")[2]: problem.message for problem in found.problems} == {
        "1_pipe.sql": "cannot be opened: it is no regular file",
        "2_device.sql": "cannot be opened: it is no regular file",
        "3_nowhere.sql": "cannot be opened: No such file or directory",
        "4_large.sql": "cannot be opened: it has 180 bytes, and no more than 100 are read",
    }
    assert [len(migration.statements) for migration in found.migrations] == [1, 1, 1, 1, 1]
    assert found.migrations[-1].statements[0].text == "CREATE TABLE a ()"


@pytest.mark.parametrize("layout", FORMATS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("name", ["{}", "V1__{}", "000001_{}.up", "20240101000000_{}", "changelog", "flyway.conf"])
def test_no_layout_waits_for_a_pipe(tmp_path: Path, layout: object, name: str) -> None:
    for suffix in (".sql", ".py", ".xml", ".yaml", ".conf", ""):
        os.mkfifo(tmp_path / f"{name.format('x')}{suffix}")
    assert layout.detect(Folder(tmp_path)) >= 0  # type: ignore[attr-defined]
