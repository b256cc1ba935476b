"""Alembic beyond the cases: where environments are found, what is remembered, revisions that misbehave."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from auditor.migrations.cache import Cache
from auditor.migrations.discovery import MigrationSet, Source, discover, read_migrations
from auditor.migrations.formats import alembic
from auditor.migrations.formats.alembic import process as alembic_process
from auditor.migrations.formats.alembic.config import BadConfiguration, Environment, find_environment
from auditor.migrations.formats.alembic.places import RevisionSource

REVISION = """\
from alembic import op

revision = "{id}"
down_revision = {down!r}


def upgrade():
    {body}
"""


def write(versions: Path, name: str, body: str, down: str | None = None) -> None:
    versions.mkdir(parents=True, exist_ok=True)
    (versions / f"{name}.py").write_text(REVISION.format(id=name, down=down, body=body))


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    directory = tmp_path / "db"
    write(directory / "versions", "a", 'op.execute("CREATE TABLE a ()")')
    (directory / "env.py").write_text("raise SystemExit('env.py must not run')\n")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = db\n")
    return directory


def read(root: Path, path: str = "db", cache: Cache | None = None) -> MigrationSet:
    return read_migrations(root, [Source(path)], cache or Cache())


@pytest.mark.parametrize("path", [".", "alembic.ini", "db", "db/env.py", "db/versions", "db/versions/a.py"])
def test_every_path_that_may_mean_an_environment(environment: Path, path: str) -> None:
    found = find_environment(environment.parent / path)
    assert found is not None
    assert (found.script_directory, found.config) == (environment, environment.parent / "alembic.ini")
    assert [m.id for m in read(environment.parent, path).migrations] == ["a"]


def test_found_without_being_named(environment: Path) -> None:
    other = environment.parent / "service" / "migrations"
    other.mkdir(parents=True)
    (other / "001_x.sql").write_text("select 1;")
    found, _ = discover(environment.parent)
    assert [(f.path, f.format.name) for f in found] == [(environment, "alembic"), (other, "sql")]


@pytest.mark.parametrize(
    ("name", "text", "versions", "recursive"),
    [
        ("alembic.ini", "[alembic]\nscript_location = %(here)s/db\n", ["db/versions"], False),
        (
            "alembic.ini",
            "[db]\nscript_location = db\nversion_locations = db/one, db/two\n",
            ["db/one", "db/two"],
            False,
        ),
        (
            "alembic.ini",
            """[alembic]
            script_location = db
            version_locations =
              db/one
              db/with space
            path_separator = newline
            recursive_version_locations = true""",
            ["db/one", "db/with space"],
            True,
        ),
        (
            "alembic.ini",
            "[alembic]\nscript_location = db\nversion_locations = db/one;db/two\nversion_path_separator = ;\n",
            ["db/one", "db/two"],
            False,
        ),
        (
            "pyproject.toml",
            """[tool.alembic]
            script_location = "%(here)s/db"
            version_locations = ["db/one", "%(here)s/db/two"]
            recursive_version_locations = true""",
            ["db/one", "db/two"],
            True,
        ),
    ],
)  # fmt: skip
def test_configuration(environment: Path, name: str, text: str, versions: list[str], recursive: bool) -> None:
    root = environment.parent
    (root / "alembic.ini").unlink()
    (root / name).write_text(text.replace("\n            ", "\n"))
    for folder in ("one", "two", "with space"):
        (environment / folder).mkdir()
    found = find_environment(environment)
    assert found is not None
    assert found.version_directories == tuple(root / folder for folder in versions)
    assert found.recursive is recursive


def test_the_module_path_of_alembic_is_the_judge(environment: Path) -> None:
    """Alembic itself finds the same files in the same environment."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    root = environment.parent
    write(environment / "versions" / "2024", "b", "pass", "a")
    write(environment / "more", "c", "pass", "b")
    (root / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s/db\nversion_locations = %(here)s/db/versions:%(here)s/db/more\n"
        "path_separator = :\nrecursive_version_locations = true\n"
    )
    script = ScriptDirectory.from_config(Config(str(root / "alembic.ini")))
    expected = [revision.revision for revision in script.walk_revisions()][::-1]
    assert [m.id for m in read(root).migrations] == expected == ["a", "b", "c"]


def test_a_configuration_that_cannot_be_understood(environment: Path) -> None:
    (environment.parent / "alembic.ini").write_text("[alembic]\nscript_location = %(nowhere)s/db\n")
    with pytest.raises(BadConfiguration, match=r"alembic\.ini cannot be understood"):
        find_environment(environment.parent)
    found = read(environment.parent, ".")
    assert [problem.location.file for problem in found.problems] == ["alembic.ini"]


def test_the_second_reading_starts_no_process(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, path = environment.parent, tmp_path / "cache" / "x.history"
    (environment / "extra.sql").write_text("CREATE TABLE from_file ()")
    write(
        environment / "versions",
        "b",
        "import helper, pathlib; op.execute(pathlib.Path('db/extra.sql').read_text()); op.execute(helper.TEXT)",
        "a",
    )
    (root / "helper.py").write_text("TEXT = 'CREATE TABLE from_helper ()'\n")
    first = read(root, cache=Cache(path, "v"))
    assert [s.text for s in first.migrations[1].statements] == [
        "CREATE TABLE from_file ()",
        "CREATE TABLE from_helper ()",
    ]
    with monkeypatch.context() as patched:
        patched.setattr(alembic, "messages", lambda *_: pytest.fail("a process was started"))
        assert read(root, cache=Cache(path, "v")) == first
    (environment / "extra.sql").write_text("CREATE TABLE changed ()")
    again = read(root, cache=Cache(path, "v"))
    assert again.migrations[1].statements[0].text == "CREATE TABLE changed ()", (
        "the file that was opened has changed"
    )
    (root / "helper.py").write_text("TEXT = 'CREATE TABLE also_changed ()'\n")
    again = read(root, cache=Cache(path, "v"))
    assert again.migrations[1].statements[1].text == "CREATE TABLE also_changed ()"


def test_a_revision_that_hangs(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alembic, "SECONDS", 15.0)
    write(environment / "versions", "b", "import subprocess; subprocess.Popen(['sleep', '987']).wait()", "a")
    write(environment / "versions", "c", 'op.execute("CREATE TABLE c ()")', "b")
    begin = time.monotonic()
    found = read(environment.parent)
    assert time.monotonic() - begin < 60
    assert [[s.text for s in m.statements] for m in found.migrations] == [
        ["CREATE TABLE a ()"],
        [""],
        ["CREATE TABLE c ()"],
    ]
    assert "silent for 15 s" in (found.migrations[1].statements[0].problem or "")
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 987" not in running, "what the revision has started is ended with it"


def test_a_revision_without_end(environment: Path) -> None:
    write(environment / "versions", "b", "while True: op.execute('SELECT 1')", "a")
    found = read(environment.parent)
    assert "renders more than 100000 statements" in (found.migrations[1].unreadable or "")


def test_no_database_is_in_reach_of_a_revision() -> None:
    changed = alembic_process.without_databases(
        {
            "DATABASE_URL": "postgresql+asyncpg://user:secret@prod/db",
            "SQLALCHEMY_URI": "postgres://prod",
            "PGHOST": "prod",
            "PGPASSWORD": "secret",
            "HOME": "/home/x",
        }
    )
    assert "secret" not in str(changed)
    assert "prod" not in str(changed)
    assert changed["DATABASE_URL"] == "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    assert changed["HOME"] == "/home/x"


def test_reading_loads_neither_alembic_nor_sqlalchemy() -> None:
    heavy = {"alembic", "sqlalchemy", "postgast", "sqlglot"}
    modules = ", ".join(f"auditor.{name}" for name in ("migrations.read", "migrations.effects", "history.fold"))
    program = f"import sys, {modules}; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "[]"


def test_mlflow() -> None:
    """A history that others wrote: what cannot be rendered is marked with the true reason."""
    spec = find_spec("mlflow")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "server" / "auth" / "db"
    found = read_migrations(folder, [Source("migrations")], Cache())
    assert not found.problems
    assert [m.id for m in found.migrations][:2] == ["8606fa83a998", "0965eb92f5f0"]
    reasons = {m.id: m.unreadable for m in found.migrations if m.unreadable}
    assert {"2ed73881770d", "e5f6a7b8c9d0"} <= reasons.keys()
    assert all("the database" in reason or "of a statement" in reason for reason in reasons.values())
    assert all(m.statements for m in found.migrations if not m.unreadable)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_places_with_windows_line_ends(line_end: str, mark: bytes) -> None:
    text = "\n        CREATE TABLE ä ();\n        SELECT\n          2\n    "
    source = f'def upgrade():\n    # é\n    op.execute("""{text}""")\n'
    data = mark + source.replace("\n", line_end).encode()
    first, second = RevisionSource("x.py", data).place(text, [(3, 7, 4, 8)])
    assert (first.line, first.column, second.line, second.column) == (4, 9, 5, 9)
    assert data[first.start : first.end].decode() == "CREATE TABLE ä ()"
    assert (second.start >= 0) is (line_end == "\n"), "PostgreSQL gets other line ends than the file has"


def test_a_file_that_is_no_python_has_places_too() -> None:
    source = RevisionSource("x.py", b"def upgrade(:\n\xff")
    assert [(s.text, s.line, s.start) for s in source.place("SELECT 1; SELECT 2", [(2, 2, 0, 1)])] == [
        ("SELECT 1", 2, -1),
        ("SELECT 2", 2, -1),
    ]


def test_an_environment_lists_each_file_once(tmp_path: Path) -> None:
    write(tmp_path / "versions", "b", "pass")
    write(tmp_path / "versions", "a", "pass")
    (tmp_path / "versions" / "__init__.py").touch()
    (tmp_path / "versions" / ".#b.py").touch()
    found = Environment(tmp_path, (tmp_path / "versions", tmp_path / "versions")).revision_files()
    assert [path.name for path in found] == ["a.py", "b.py"]
