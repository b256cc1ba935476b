"""Every layout read from folders: `tests/cases/formats/LAYOUT/CASE`, with what is expected in `expected.txt`.

`UPDATE_CASES=1 pytest tests/pure/test_formats.py` writes what is read; look at the difference before it is kept.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from auditor.history.fold import fold
from auditor.migrations import includes
from auditor.migrations.cache import Cache
from auditor.migrations.discovery import MigrationSet, Source, discover, read_migrations
from auditor.migrations.formats import FORMATS
from auditor.migrations.formats.files import natural_key
from auditor.migrations.placeholders import yaml_line
from auditor.migrations.read import read
from auditor.migrations.statements import split_statements
from auditor.model import Statement

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
    if folder == "django/project":
        pytest.importorskip("django")
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
    assert [str(p.location) for p in without.problems] == ["000001.sql:1:1"], "one for a file and a placeholder"
    assert "`placeholders: {GRAPHILE_WORKER_SCHEMA: VALUE}`" in without.problems[0].help
    assert "3 statements" in without.problems[0].help
    assert sum(statement.problem is not None for statement in without.migrations[0].statements) == 3


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("${schema}", "placeholders: {schema: VALUE}"),
        ("${flyway:timestamp}", 'placeholders: {"${flyway:timestamp}": VALUE}'),
        ('{{ index .Options "Namespace" }}', "placeholders: {Namespace: VALUE}"),
        ("{{ .Env.SCHEMA }}", "placeholders: {Env.SCHEMA: VALUE}"),
        ("{{- schema -}}", "placeholders: {schema: VALUE}"),
        ("{% if x %}", 'placeholders: {"{% if x %}": VALUE}'),
        (":NAME", "placeholders: {NAME: VALUE}"),
        (":'name'", "placeholders: {name: VALUE}"),
        (':"name"', "placeholders: {name: VALUE}"),
        (":{?name}", "placeholders: {name: VALUE}"),
    ],
)
def test_the_line_that_gives_a_placeholder_its_value(written: str, line: str) -> None:
    assert yaml_line(written) == line
    if "%" in written or "?" in written:
        return
    (key,) = yaml.safe_load(line)["placeholders"]
    found = split_statements(f"SELECT {written}", "f.sql", placeholders={key: "x"})
    assert [s.problem for s in found] == [None]


def test_river_puts_its_schema_into_comments(tmp_path: Path) -> None:
    (tmp_path / "001.sql").write_text("CREATE TABLE /* TEMPLATE: schema */river_job (id int);")
    assert [s.text for s in read_sql(tmp_path)] == ["CREATE TABLE /* TEMPLATE: schema */river_job (id int)"]
    for value in ("river", "river."):
        assert [s.text for s in read_sql(tmp_path, schema=value)] == ["CREATE TABLE river.river_job (id int)"]
    assert [s.text for s in read_sql(tmp_path, schema="")] == ["CREATE TABLE river_job (id int)"]


def read_sql(root: Path, **placeholders: str) -> list[Statement]:
    found = read_migrations(root, [Source(".", placeholders=placeholders)], Cache())
    assert not found.problems
    return [statement for migration in found.migrations for statement in migration.statements]


def test_a_configured_variable_wins_over_the_script(tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_text(
        "\\set owner `cat /run/secrets/owner`\n\\set schema theirs\n\\getenv host HOST\n"
        "CREATE TABLE :\"schema\".t ();\nALTER TABLE :schema.t OWNER TO :owner;\nSELECT :'host';\n"
    )
    without = read_migrations(tmp_path, [Source(".")], Cache()).problems
    assert "`placeholders: {owner: VALUE}`" in without[0].help
    found = read_sql(tmp_path, owner="me", schema="ours", host="here")
    assert [s.text for s in found if s.not_sql is None] == [
        "CREATE TABLE ours.t ()",
        "ALTER TABLE ours.t OWNER TO me",
        "SELECT 'here'",
    ]


def test_included_files_are_looked_at_anew(tmp_path: Path) -> None:
    """What is remembered of a script does not stand for the files that it includes."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "1.sql").write_text("\\ir lib/t.sql\n")
    cache = Cache()
    for name in ("a", "b"):
        (tmp_path / "lib" / "t.sql").write_text(f"CREATE TABLE {name} ();")
        found = read_migrations(tmp_path, [Source(".")], cache)
        assert [s.text for s in found.migrations[0].statements if s.not_sql is None] == [f"CREATE TABLE {name} ()"]
        assert not found.problems


def test_includes_that_multiply_come_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(includes, "MAX_INCLUDED", 50)
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text(f"\\ir {number + 1}.txt\n" * 2)
    (tmp_path / "20.txt").write_text("SELECT 1;")
    (tmp_path / "1.sql").write_text("\\ir 0.txt\n")
    found = read_migrations(tmp_path, [Source(".")], Cache())
    assert any("more than" in problem.message for problem in found.problems)


def test_a_directory_above_a_history_means_the_history(tmp_path: Path) -> None:
    (tmp_path / "db" / "migrations").mkdir(parents=True)
    (tmp_path / "db" / "migrations" / "20240101_a.sql").write_text("-- migrate:up\nSELECT 1;\n-- migrate:down\n")
    (tmp_path / "db" / "schema.sql").write_text("SELECT 2;")
    (tmp_path / "db" / "views").mkdir()
    (tmp_path / "db" / "views" / "v.sql").write_text("SELECT 3;")
    found = read_migrations(tmp_path, [Source("db")], Cache())
    assert [(f.path.name, f.format.name) for f in found.histories] == [("migrations", "dbmate")]
    assert [(str(p.location), p.kind) for p in found.problems] == [
        ("db/schema.sql:1:1", "left-out"),
        ("db/views:1:1", "left-out"),
    ]
    (above,) = read_migrations(tmp_path, [Source(".", search_path=["a"])], Cache()).migrations
    assert above.search_path == ("a",)


def test_sqlx_is_known_by_its_marker(tmp_path: Path) -> None:
    for number in range(1, 9):
        (tmp_path / f"{number}_x.sql").write_text("-- no-transaction\nSELECT 1;" if number == 7 else "SELECT 1;")
    found = read_migrations(tmp_path, [Source(".")], Cache())
    assert [history.format.name for history in found.histories] == ["sqlx"]
    assert [m.id for m in found.migrations if not m.transactional] == ["7"]


def test_each_history_has_a_search_path_of_its_own(tmp_path: Path) -> None:
    for folder, text in (("one", "CREATE SCHEMA app; CREATE TABLE t ();"), ("two", "CREATE TABLE u ();")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.sql").write_text(text)
    (tmp_path / "two" / "2.sql").write_text(
        "SET search_path TO other; RESET search_path; ALTER TABLE u ADD a int;"
    )
    found = read_migrations(tmp_path, [Source("one"), Source("two", search_path=["app", "public"])], Cache())
    assert [m.search_path for m in found.migrations] == [None, ("app", "public"), ("app", "public")]
    history = fold(read(found, Cache()))
    assert {str(e.object) for e in history.effects if e.object is not None} == {
        "schema app",
        "table public.t",
        "table app.u",
        "table column app.u.a",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ALTER DATABASE d SET search_path TO app, public", True),
        ("ALTER ROLE owner SET search_path = 'app', public", True),
        ("ALTER ROLE owner IN DATABASE d SET search_path = app", True),
        ("ALTER ROLE ALL SET search_path = app", True),
        ('ALTER DATABASE d SET search_path TO "$user", public', False),
        ("ALTER ROLE authenticator SET search_path = app", False),
        ("CREATE ROLE reader; ALTER ROLE reader SET search_path = app", False),
        ("ALTER ROLE owner SET statement_timeout = 0", False),
    ],
)
def test_new_defaults_of_sessions(tmp_path: Path, text: str, told: bool) -> None:
    (tmp_path / "1.sql").write_text(text)
    assert not read_migrations(tmp_path, [Source(".")], Cache()).problems, "nothing follows"
    (tmp_path / "2.sql").write_text("SELECT 1")
    problems = read_migrations(tmp_path, [Source(".")], Cache()).problems
    assert [problem.kind for problem in problems] == ["new-default"] * told
    if told:
        assert "`search_path: [app" in problems[0].help
        path = ["app", "public"] if "public" in text else ["app"]
        assert not read_migrations(tmp_path, [Source(".", search_path=path)], Cache()).problems


def test_the_schema_that_flyway_is_configured_for() -> None:
    for case, schema in (("settings", "referencedata"), ("spring", "app")):
        (migration,) = read_migrations(CASES / "flyway" / case, [Source(".")], Cache()).migrations
        assert migration.search_path == (schema, "public")


def test_the_page_about_layouts_names_each() -> None:
    page = (CASES.parents[2] / "docs" / "layouts.md").read_text("utf-8")
    rows = [[cell.strip().strip("`") for cell in line.split("|")[1:-1]] for line in page.splitlines()]
    told = {row[0]: row for row in rows if len(row) == 5 and row[0] not in ("layout", "---")}
    assert list(told) == [known.name for known in FORMATS]
    assert {name: row[4] for name, row in told.items()} == {
        known.name: known.ledger.table if known.ledger else "" for known in FORMATS
    }


def test_flyway_with_names_of_its_own(tmp_path: Path) -> None:
    """Spring's `sql-migration-prefix` may be empty."""
    folder = tmp_path / "db" / "migration"
    folder.mkdir(parents=True)
    settings = "spring.flyway.schemas=app\nspring.flyway.sql-migration-prefix=\n"
    (tmp_path / "application.properties").write_text(settings)
    (folder / "20240110__later.sql").write_text("CREATE TABLE b (a int)")
    (folder / "20240102__first.sql").write_text("CREATE TABLE a (a int)")
    (folder / "R__views.sql").write_text("CREATE OR REPLACE VIEW v AS SELECT 1")
    found = read_migrations(tmp_path, [Source("db/migration", layout="flyway")], Cache())
    assert [migration.id for migration in found.migrations] == ["20240102", "20240110", "R__views"]
    assert {migration.search_path for migration in found.migrations} == {("app", "public")}
    assert found.problems == ()


def test_flyway_where_java_keeps_it_and_twins_for_other_systems(tmp_path: Path) -> None:
    """Deep below `resources`, one folder for each database system."""
    place = "api/src/main/resources/org/example/app/storage/rdbms/sqlmigration"
    for system in ("h2", "oracle", "postgres"):
        folder = tmp_path / place / system
        folder.mkdir(parents=True)
        (folder / "V1.1__first.sql").write_text("CREATE TABLE t (id int);\n")
    found, problems = discover(tmp_path)
    assert not problems
    assert [(one.path.relative_to(tmp_path).as_posix(), one.format.name) for one in found] == [
        (f"{place}/postgres", "flyway")
    ]


def test_a_folder_called_oracle_that_has_no_twin(tmp_path: Path) -> None:
    folder = tmp_path / "services" / "oracle" / "migrations"
    folder.mkdir(parents=True)
    (folder / "V1__prices.sql").write_text("CREATE TABLE prices (id int);\n")
    found, _ = discover(tmp_path)
    assert [one.path for one in found] == [folder]
