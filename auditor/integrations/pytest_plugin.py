"""A pytest plugin: a project's own suite asserts that its contract holds after its own migrations.

    def test_contract(auditor_keeps_contract, migrated_database_url):
        auditor_keeps_contract(migrated_database_url)

    def test_migrations(auditor_check):
        auditor_check()

It is loaded with every run of pytest in an environment that has auditor, and imports nothing until it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from auditor.model import Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """`auditor_config` in pytest's own configuration."""
    parser.addini(
        "auditor_config",
        "classifications.yaml that the auditor fixtures use, relative to the root directory",
        default="",
    )


@pytest.fixture(scope="session")
def auditor_place(pytestconfig: pytest.Config) -> Any:
    """Where the fixtures find the project: the file that `auditor_config` names, or pytest's root directory."""
    named = str(pytestconfig.getini("auditor_config"))
    return pytestconfig.rootpath / named if named else pytestconfig.rootpath


@pytest.fixture(scope="session")
def auditor_keeps_contract(auditor_place: Any) -> Callable[..., Report]:
    """A function that reads a database and fails the test with every finding unless the contract is kept.

    Its arguments are those of :func:`auditor.api.drift`; the scope is `contract` unless given. It returns the
    report.
    """

    def keeps(db: str, **arguments: Any) -> Report:
        from auditor import api

        arguments.setdefault("scope", "contract")
        return _kept(api.drift(db, auditor_place, **arguments))

    return keeps


@pytest.fixture(scope="session")
def auditor_check(auditor_place: Any) -> Callable[..., Report]:
    """A function that does what `auditor check` does, and fails the test with every finding at or above error."""

    def checks(**arguments: Any) -> Report:
        from auditor import api

        return _kept(api.check(auditor_place, **arguments))

    return checks


# Private


def _kept(report: Report) -> Report:
    from auditor.api import rendered
    from auditor.model import Severity

    if report.result(Severity.ERROR) != "kept":
        pytest.fail(rendered(report, "text"), pytrace=False)
    return report
