"""Django beyond the cases: what is said when a project cannot be rendered, and projects that misbehave."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from auditor.migrations.cache import Cache
from auditor.migrations.discovery import MigrationSet, Source, discover, read_migrations
from auditor.migrations.formats import django

PROJECT = Path(__file__).parent.parent / "cases" / "formats" / "django" / "project"

installed = pytest.mark.skipif(importlib.util.find_spec("django") is None, reason="Django is not installed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT, tmp_path / "web", ignore=shutil.ignore_patterns("__pycache__", "expected.txt"))
    return tmp_path / "web"


def read(root: Path, path: str = "web") -> MigrationSet:
    return read_migrations(root, [Source(path)], Cache())


def test_a_project_is_one_history(project: Path) -> None:
    found, problems = discover(project.parent)
    assert [(f.path, f.format.name) for f in found] == [(project, "django")]
    assert not problems


def test_without_django_one_problem_says_what_to_do(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django, "find_spec", lambda _: None)
    found = read(project.parent)
    assert not found.migrations
    (problem,) = found.problems
    assert "Django cannot be imported" in problem.message
    assert "sqlmigrate" in problem.help


@installed
def test_an_app_alone(project: Path) -> None:
    found = read(project.parent, "web/crm/migrations")
    assert not found.problems
    assert [m.id for m in found.migrations] == ["crm.0001_initial", "crm.0002_after_shop"]
    assert found.migrations[0].file == "web/crm/migrations/0001_initial.py"
    assert "5%" in found.migrations[1].statements[0].text


@installed
def test_apps_of_packages_are_part_of_the_history(project: Path) -> None:
    settings = project / "site_settings.py"
    apps = '"django.contrib.contenttypes", "django.contrib.auth", "shop"'
    settings.write_text(settings.read_text().replace('"shop"', apps))
    found = read(project.parent)
    assert not found.problems
    (migration,) = [m for m in found.migrations if m.id == "auth.0001_initial"]
    assert migration.file == "django/contrib/auth/migrations/0001_initial.py"
    assert any('CREATE TABLE "auth_user"' in statement.text for statement in migration.statements)


@installed
@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("import not_there_at_all", "not_there_at_all"),
        ("raise SystemExit(3)", "SystemExit"),
        ("import os; os._exit(3)", "exit code 3"),
        ("import os; os.environ['NOT_SET']", "NOT_SET"),
        ("INSTALLED_APPS = ['nowhere']", "nowhere"),
    ],
)
def test_settings_that_do_not_load(project: Path, settings: str, told: str) -> None:
    (project / "site_settings.py").write_text(settings)
    found = read(project.parent)
    assert not found.migrations
    (problem,) = found.problems
    assert told in problem.message


@installed
@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("Asks()", "Asks in line 14 asks the database"),
        ("Hangs()", "was silent"),
        ("Fails()", "Fails in line 14 raised ValueError: no"),
        ("Ends()", "Ends in line 14 raised SystemExit: 1"),
    ],
)
def test_operations_that_misbehave(
    project: Path, monkeypatch: pytest.MonkeyPatch, operation: str, told: str
) -> None:
    if operation == "Hangs()":
        monkeypatch.setattr(django, "SECONDS", 8.0)
    bodies = {
        "Asks": "editor.connection.cursor()",
        "Hangs": "import time; time.sleep(60)",
        "Fails": "raise ValueError('no')",
        "Ends": "raise SystemExit(1)",
    }
    name = operation.removesuffix("()")
    (project / "shop" / "migrations" / "0003_odd.py").write_text(f"""\
from django.db import migrations


class {name}(migrations.RunSQL):
    def __init__(self):
        super().__init__("SELECT 1")

    def database_forwards(self, label, editor, before, after):
        {bodies[name]}


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_concurrently")]
    operations = [{operation}, migrations.RunSQL("CREATE TABLE after ()")]
""")
    found = read(project.parent)
    assert [m.id for m in found.migrations][-1] == "shop.0003_odd"
    assert told in (found.migrations[-1].unreadable or "")
    assert all(m.unreadable is None or m.id in ("crm.0002_after_shop", "shop.0003_odd") for m in found.migrations)


@installed
def test_a_branch_that_was_not_merged(project: Path) -> None:
    (project / "shop" / "migrations" / "0002_other.py").write_text(
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        "    dependencies = [('shop', '0001_initial')]\n    operations = []\n"
    )
    (problem,) = read(project.parent).problems
    assert "shop: 0002_concurrently, 0002_other" in problem.message
