"""What other tools see of auditor: fixtures of pytest, `alembic check` and `upgrade`, the functions of the API."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from auditor import api
from auditor.integrations.alembic_plugin import ContractBroken, keep_contract
from auditor.replay.server import ThrowAwayServer

pytest_plugins = ("pytester",)

CONFIG = """\
version: 1
classes: {core: [table public.jobs, function public.enqueue], infra: [table public.alembic_version]}
contract:
  triggers:
    - {name: on_change on public.jobs, function: public.enqueue(), enabled: origin}
"""
REVISION = '''\
"""Jobs."""
from alembic import op
revision, down_revision = "a", None
def upgrade():
    op.execute("""
        CREATE TABLE public.jobs (id bigint PRIMARY KEY);
        CREATE FUNCTION public.enqueue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER on_change AFTER UPDATE ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.enqueue();
    """)
'''
ENVIRONMENT = """\
import sqlalchemy as sa
from alembic import context
from auditor.integrations.alembic_plugin import keep_contract
engine = sa.create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=sa.pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=sa.MetaData(),
        include_name=lambda name, kind, parents: False,
        autogenerate_plugins=["alembic.autogenerate.*", "auditor.contract"],
    )
    with context.begin_transaction():
        context.run_migrations()
    if context.config.attributes.get("keep"):
        keep_contract(engine)
"""


@pytest.fixture
def url(server: ThrowAwayServer, database_name: str) -> str:
    return server.sqlalchemy_url(database_name)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
    (tmp_path / "migrations" / "env.py").write_text(ENVIRONMENT)
    (tmp_path / "migrations" / "script.py.mako").write_text("")
    (tmp_path / "migrations" / "versions" / "a_jobs.py").write_text(REVISION)
    (tmp_path / "classifications.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def alembic(project: Path, url: str) -> Config:
    config = Config(str(project / "alembic.ini"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")
    return config


def test_alembic_check_fails_on_a_broken_contract(
    alembic: Config, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    command.check(alembic)
    connect().execute("ALTER TABLE public.jobs DISABLE TRIGGER on_change")
    with pytest.raises(CommandError, match="ENABLE TRIGGER on_change"):
        command.check(alembic)
    connect().execute("ALTER TABLE public.jobs ENABLE TRIGGER on_change")
    command.check(alembic)


def test_alembic_check_says_what_it_could_not_check(alembic: Config, project: Path) -> None:
    (project / "classifications.yaml").write_text("version: 2\n")
    with pytest.raises(CommandError, match=r"auditor: .*version"):
        command.check(alembic)


def test_alembic_upgrade_can_end_with_the_contract(
    alembic: Config, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    alembic.attributes["keep"] = True
    command.upgrade(alembic, "head")
    connect().execute("DROP TRIGGER on_change ON public.jobs")
    with pytest.raises(ContractBroken, match="on_change"):
        command.upgrade(alembic, "head")


def test_the_functions_give_what_the_commands_do(
    alembic: Config, project: Path, url: str, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    assert api.check(project).result(api.Severity.ERROR) == "kept"
    assert api.classify(project).data["summary"]["core"] == 1
    assert api.history("public.jobs", project).data["objects"][0]["exists"]
    assert api.effects(project / "classifications.yaml").data["effects"]
    assert api.drift(url, project).findings == ()
    connect().execute("ALTER TABLE public.jobs DISABLE TRIGGER on_change")
    report = api.drift(url, project, scope="contract")
    assert [finding.code for finding in report.findings] == ["CON001"]
    assert '"CON001"' in api.rendered(report)
    with pytest.raises(ContractBroken):
        keep_contract(url, project)
    with pytest.raises(api.CouldNotCheck):
        api.drift("postgresql://nobody@127.0.0.1:1/none", project)
    with pytest.raises(api.UsageError):
        api.check(project / "nowhere")


def test_a_suite_asserts_that_its_contract_holds(
    alembic: Config,
    project: Path,
    url: str,
    pytester: pytest.Pytester,
    connect: Callable[..., psycopg.Connection[Any]],
) -> None:
    pytester.makeini(f"[pytest]\nauditor_config = {project / 'classifications.yaml'}\n")
    pytester.makepyfile(
        f"""
        def test_contract(auditor_keeps_contract):
            auditor_keeps_contract({url!r})

        def test_migrations(auditor_check):
            assert auditor_check().checked["migration"] == 1
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)
    connect().execute("ALTER TABLE public.jobs DISABLE TRIGGER on_change")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*error CON001*", "*BROKEN: 1 error*"])
