"""Settings: where the configuration and the database are found, and that no password shows."""

from pathlib import Path

import pytest

from auditor.config import Settings, database, find_config, given_config, redact, secrets_of
from auditor.errors import UsageError


def _project(root: Path, *, repository: bool = True) -> Path:
    (root / "project" / "deep" / "deeper").mkdir(parents=True)
    if repository:
        (root / "project" / ".git").mkdir()
    return root / "project"


def test_the_nearest_file_upwards_is_found(tmp_path: Path) -> None:
    project = _project(tmp_path)
    (project / "classifications.yaml").write_text("version: 1\n")
    assert find_config(project / "deep" / "deeper") == (project / "classifications.yaml").resolve()
    (project / "deep" / "classifications.yaml").write_text("version: 1\n")
    assert find_config(project / "deep" / "deeper") == (project / "deep" / "classifications.yaml").resolve()


def test_a_file_beyond_the_repository_is_not_ours(tmp_path: Path) -> None:
    project = _project(tmp_path)
    (tmp_path / "classifications.yaml").write_text("version: 1\n")
    assert find_config(project / "deep") is None
    assert find_config(project) is None


def test_a_work_tree_has_a_file_for_git(tmp_path: Path) -> None:
    project = _project(tmp_path, repository=False)
    (project / ".git").write_text("gitdir: elsewhere\n")
    (tmp_path / "classifications.yaml").write_text("version: 1\n")
    assert find_config(project / "deep") is None


def test_without_a_repository_only_the_directory_itself_counts(tmp_path: Path) -> None:
    project = _project(tmp_path, repository=False)
    (project / "classifications.yaml").write_text("version: 1\n")
    assert find_config(project) is not None
    assert find_config(project / "deep") is None


def test_a_config_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        given_config(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="is a directory"):
        given_config(tmp_path)


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        ("postgresql:///a", {"DATABASE_URL": "postgresql:///b"}, ("postgresql:///a", "--db")),
        (
            None,
            {"AUDITOR_DATABASE_URL": "postgresql:///a", "DATABASE_URL": "postgresql:///b"},
            ("postgresql:///a", "AUDITOR_DATABASE_URL"),
        ),
        (
            None,
            {"AUDITOR_DATABASE_URL": "", "DATABASE_URL": "postgresql:///b"},
            ("postgresql:///b", "DATABASE_URL"),
        ),
        (None, {"PGHOST": "somewhere"}, ("", "libpq")),
    ],
)
def test_the_database_is_looked_for_in_this_order(
    given: str | None, environment: dict[str, str], expected: tuple[str, str]
) -> None:
    assert database(given, environment) == expected


def test_settings_never_show_a_password() -> None:
    settings = Settings(
        root=Path("/x"),
        db="postgresql://u:secret1@h/d",
        against="postgresql://u:secret3@h/d",
    )
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://user:pa55-word@host/db",
        "postgresql+asyncpg://user:pa55-word@host/db?sslmode=require",
        "postgresql://user:pa55-word@x@host/db",
        "postgresql://user:pa55-word/@host/db",
        "host=h user=u password=pa55-word dbname=d",
        "host=h password = 'it is \\'pa55-word' dbname=d",
        "postgresql://host/db?password=pa55-word&user=u",
        'connection to "postgresql://user:pa55-word@host/db" failed',
        "PASSWORD=pa55-word",
        "postgresql://:pa55-word@/db",
    ],
)
def test_a_password_is_redacted_wherever_one_stands(text: str) -> None:
    assert "pa55-word" not in redact(text)
    assert "***" in redact(text)


def test_a_known_password_is_redacted_in_every_spelling() -> None:
    secrets = secrets_of(["postgresql://u:p%40ss%2Fword@h/d"])
    for spelling in ("p%40ss%2Fword", "p@ss/word"):
        assert redact(f'FATAL: "{spelling}" is wrong', secrets) == 'FATAL: "***" is wrong'


def test_what_holds_no_password_stays_as_it_is() -> None:
    for text in (
        "postgresql://user@host:5432/db",
        "host=h user=u dbname=d",
        'password authentication failed for user "u"',
        "no such file: https://example.org/a:b",
    ):
        assert redact(text) == text


def test_paths_are_shown_from_the_root(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path)
    assert settings.shown(tmp_path / "a" / "b.sql") == "a/b.sql"
    assert settings.shown(Path("/elsewhere/b.sql")) == "/elsewhere/b.sql"
