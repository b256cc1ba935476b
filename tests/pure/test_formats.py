"""Every layout read from folders: `tests/cases/formats/LAYOUT/CASE`, with what is expected in `expected.txt`.

`UPDATE_CASES=1 pytest tests/pure/test_formats.py` writes what is read; look at the difference before it is kept.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.migrations import MigrationSet, Source, discover, read_migrations
from auditor.migrations.cache import Cache
from auditor.migrations.formats import FORMATS
from auditor.migrations.formats.files import natural_key

CASES = Path(__file__).parent.parent / "cases" / "formats"
EXPECTED = "expected.txt"
FOLDERS = sorted(path.relative_to(CASES).as_posix() for path in CASES.glob("*/*") if path.is_dir())


def told(found: MigrationSet) -> str:
    """A history as text, one line for each thing."""
    lines = [f"layout {history.format.name}" for history in found.histories]
    for migration in found.migrations:
        head = f"{migration.id} = {migration.file}:{migration.line}"
        if not migration.transactional:
            head += ", no transaction"
        lines += ["", head]
        if migration.unreadable:
            lines.append(f"  ! {migration.unreadable}")
        for statement in migration.statements:
            text = "\n          ".join(statement.text.splitlines())
            place = f"{statement.line}:{statement.column}"
            in_file = " " if statement.start >= 0 else "~"
            lines.append(f"  {place:>6}{in_file} {text}")
            for name in ("problem", "not_sql", "data"):
                if value := getattr(statement, name):
                    lines.append(f"          [{name}: {value!r}]")
    if found.problems:
        lines += ["", *(f"{p.kind} {p.location} {p.message}" for p in found.problems)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("folder", FOLDERS)
def test_case(folder: str) -> None:
    layout = folder.partition("/")[0]
    root = CASES / folder
    found = read_migrations(root, [Source(".")], Cache())
    assert [history.format.name for history in found.histories] == [layout], "detected as another layout"
    text = told(found)
    expected = root / EXPECTED
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")
    for statement in (statement for migration in found.migrations for statement in migration.statements):
        if statement.start >= 0:
            data = (root / statement.file).read_bytes()
            assert data[statement.start : statement.end].decode() == statement.text


def test_every_layout_has_a_case_and_every_case_a_layout() -> None:
    assert {known.name for known in FORMATS} == {path.name for path in CASES.iterdir()}


def test_every_module_is_registered() -> None:
    import auditor.migrations.formats as package

    folder = Path(package.__file__).parent
    files = [*folder.glob("*.py"), *folder.glob("*/__init__.py")]
    formats = [path for path in files if "\nFORMAT = Format(" in path.read_text("utf-8")]
    modules = {path.parent.name if path.name == "__init__.py" else path.stem for path in formats}
    assert modules == {known.detect.__module__.rpartition(".")[2] for known in FORMATS}
    assert len({known.name for known in FORMATS}) == len(FORMATS)
    assert all(known.title and known.docs.startswith("https://") for known in FORMATS)


@pytest.mark.parametrize(
    "names",
    [
        ["1_a", "2_a", "10_a"],
        ["1.9", "1.10", "2"],
        ["00.05.00_03_x", "00.05.01_01_x", "00.10.00_01_x"],
        ["03.00.00_01_pre_x", "03.00.00_50_post_x", "03.01.00_01_pre_x"],
        ["0002-x", "00010-x", "20240101000000_x"],
        ["V1_9__a", "V1_10__a"],
        ["a", "B", "c"],
    ],
)
def test_numbers_are_numbers(names: list[str]) -> None:
    names_in_another_order = [*names[1:], names[0]]
    assert sorted(names_in_another_order, key=natural_key) == names


def test_a_forced_layout(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "x.sql").write_text("select 1;")
    found = read_migrations(tmp_path, [Source("queries", layout="sql")], Cache())
    assert [(m.id, m.layout) for m in found.migrations] == [("x", "sql")]
    wrong = read_migrations(tmp_path, [Source("queries", layout="nosuch")], Cache())
    assert "nosuch" in wrong.problems[0].message
    assert "alembic" in wrong.problems[0].help


def test_one_big_file(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("create table a(); create table b();")
    found = read_migrations(tmp_path, [Source("schema.sql")], Cache())
    assert [(m.id, m.file, len(m.statements)) for m in found.migrations] == [("schema", "schema.sql", 2)]


def test_nothing_to_check(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for sources in ([Source("empty")], [Source("missing")], []):
        found = read_migrations(tmp_path, sources, Cache())
        assert not found.migrations
        assert [problem.kind for problem in found.problems] == ["nothing-to-check"]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "1_latin.sql").write_bytes("create table a(); -- \xe9\n".encode("latin-1"))
    (tmp_path / "2_nul.sql").write_bytes(b"create table b();\n\0")
    (tmp_path / "3_empty.sql").write_bytes(b"")
    (tmp_path / "4_utf16.sql").write_bytes("create table c();".encode("utf-16"))
    (tmp_path / "5_broken.sql").write_text("create table d(;\ncreate table e();\nselect 'x;\ncreate table f();\n")
    (tmp_path / "6_fine.sql").write_text("\ufeffcreate table g();")
    found = read_migrations(tmp_path, [Source(".")], Cache())
    assert [(str(p.location), p.kind) for p in found.problems] == [
        ("1_latin.sql:1:1", "unreadable-input"),
        ("2_nul.sql:2:1", "unreadable-input"),
        ("3_empty.sql:1:1", "empty-file"),
        ("4_utf16.sql:1:1", "unreadable-input"),
        ("5_broken.sql:3:1", "unreadable-input"),
    ]
    assert [[s.text for s in m.statements] for m in found.migrations] == [
        ["create table a()"],
        [""],
        [],
        [""],
        ["create table d(", "create table e()", "select 'x", "create table f()"],
        ["create table g()"],
    ]
    refused = [s.problem for m in found.migrations for s in m.statements if not s.text]
    assert ["NUL" in (p or "") or "UTF-16" in (p or "") for p in refused] == [True, True]


def test_histories_are_found_below_a_root(tmp_path: Path) -> None:
    for name in ("app/db/migrations", "node_modules/x/migrations", ".git/migrations", "app/tests/migrations"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "001_a.sql").write_text("select 1;")
    (tmp_path / "app" / "queries").mkdir()
    (tmp_path / "app" / "queries" / "find_user.sql").write_text("select 1;")
    found, problems = discover(tmp_path)
    assert [(f.path.relative_to(tmp_path).as_posix(), f.format.name) for f in found] == [
        ("app/db/migrations", "sql")
    ]
    assert not problems


def test_ids_are_unique_over_several_histories(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.sql").write_text("select 1;")
    found = read_migrations(tmp_path, [Source("one"), Source("two")], Cache())
    assert [m.id for m in found.migrations] == ["1", "1@two"]


def test_procrastinate_in_the_order_of_its_releases() -> None:
    import procrastinate.schema

    folder = Path(procrastinate.schema.migrations_path)
    found = read_migrations(folder, [Source(".")], Cache())
    assert not found.problems
    ids = [migration.id for migration in found.migrations]
    # {xx.yy.zz}_{ab}_{pre|post}_...: release, serial number (docs/howto/production/migrations.md of the project).
    assert ids == sorted(path.stem for path in folder.glob("*.sql"))
    assert ids.index("03.00.00_01_pre_cancel_notification") < ids.index("03.00.00_50_post_cancel_notification")


def test_a_placeholder_with_a_value(tmp_path: Path) -> None:
    """As graphile-worker writes its migrations, function bodies included."""
    (tmp_path / "000001.sql").write_text(
        "create table :GRAPHILE_WORKER_SCHEMA.jobs (id int);\n"
        "create function :GRAPHILE_WORKER_SCHEMA.f() returns int as $$\n"
        "select :GRAPHILE_WORKER_SCHEMA.g() $$ language sql;\n"
        "select 'jobs:insert', 1::int, null:::GRAPHILE_WORKER_SCHEMA.job;\n"
    )
    for key in (":GRAPHILE_WORKER_SCHEMA", "GRAPHILE_WORKER_SCHEMA"):
        found = read_migrations(tmp_path, [Source(".", placeholders={key: "graphile_worker"})], Cache())
        assert not found.problems
        assert [s.text for s in found.migrations[0].statements] == [
            "create table graphile_worker.jobs (id int)",
            "create function graphile_worker.f() returns int as $$\nselect graphile_worker.g() $$ language sql",
            "select 'jobs:insert', 1::int, null::graphile_worker.job",
        ]
    without = read_migrations(tmp_path, [Source(".")], Cache())
    assert len(without.problems) == 3
    assert "placeholders:" in without.problems[0].help
