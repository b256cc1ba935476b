"""A plugin of Alembic: `alembic check` fails on a broken contract, and so may `alembic upgrade`. Both are opt-in.

`alembic check`: name the plugin in env.py, beside Alembic's own
(https://alembic.sqlalchemy.org/en/latest/api/plugins.html):

    context.configure(..., autogenerate_plugins=["alembic.autogenerate.*", "auditor.contract"])

`alembic upgrade`: call :func:`keep_contract` in env.py, behind the block in which the migrations run:

    with context.begin_transaction():
        context.run_migrations()
    keep_contract(connectable)

Alembic loads this module with each of its commands; it imports nothing until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import UpgradeOps
    from alembic.runtime.plugins import Plugin


class ContractBroken(Exception):
    """The database does not keep the contract; the message is the whole report."""


def setup(plugin: Plugin) -> None:
    """Called by Alembic when it finds the entry point."""
    plugin.add_autogenerate_comparator(_compare, "schema", qualifier="postgresql")


def keep_contract(connectable: Any, place: Any = None, **arguments: Any) -> None:
    """Compare the database with the contract, through a connection of its own.

    Args:
        connectable: SQLAlchemy's engine or connection, or a URL. What a transaction has not committed yet is
            not seen.
        place: as in :mod:`auditor.api`.
        arguments: of :func:`auditor.api.drift`; the scope is `contract` unless given.

    Raises:
        ContractBroken: with the report.
        CouldNotCheck: the database cannot be read.
    """
    from auditor import api

    arguments.setdefault("scope", "contract")
    report = api.drift(_url(connectable), place, **arguments)
    if report.result(api.Severity.ERROR) != "kept":
        raise ContractBroken(api.rendered(report, "text"))


# Private


def _compare(context: AutogenContext, upgrade_ops: UpgradeOps, schemas: Any) -> Any:  # noqa: ARG001 - Alembic's signature
    """One operation for each finding at error, so that `alembic check` is told of it."""
    from alembic.util import CommandError, PriorityDispatchResult

    from auditor import api
    from auditor.integrations.alembic_operation import Repair

    if context.connection is None:
        return PriorityDispatchResult.CONTINUE
    try:
        report = api.drift(_url(context.connection), scope="contract")
    except api.AuditorError as error:
        raise CommandError(f"auditor: {error}") from error
    upgrade_ops.ops += [Repair.of(one) for one in report.findings if one.severity is api.Severity.ERROR]
    return PriorityDispatchResult.CONTINUE


def _url(connectable: Any) -> str:
    """Where the connectable leads, with its password."""
    engine = getattr(connectable, "engine", None)
    if engine is None:
        return str(connectable)
    return str(engine.url.render_as_string(hide_password=False))
