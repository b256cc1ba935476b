"""Public histories, migrated as their tool does it, patched by hand between migrations: is every patch found?

    python benchmarks/hot_patches.py FOLDER...

Each FOLDER holds one history. It is run in a throw-away server, a migration and its ledger row in one transaction
(what runs outside a transaction, before it). After some migrations an object that no later one touches is changed
by hand. Then `auditor forensics provenance` must date each of these changes between the right two migrations, and
no other object.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner

from auditor.cli import main as auditor
from auditor.history.fold import History, fold
from auditor.migrations.discovery import read_migrations
from auditor.migrations.formats import Ledger
from auditor.migrations.read import read
from auditor.model import ROW_ACTIONS, Migration, ObjectId
from auditor.replay.server import ThrowAwayServer, throw_away_server
from auditor.sql.names import quote_identifier

Patch = tuple[str, str | None, int]
"""The migrations around it, and its transaction."""

PATCHES = 12
BY_HAND = {
    "function": "alter function {identity} cost 123",
    "procedure": "alter procedure {identity} set statement_timeout = '77s'",
    "index": "alter index {identity} set (fillfactor = 71)",
    "table column": "alter table {table} alter column {column} set statistics 77",
    "trigger": "alter table {table} disable trigger {name}",
    "view": "alter view {identity} set (security_barrier = true)",
}


def main() -> None:
    """Every history that is named."""
    with throw_away_server() as server:
        for root in [Path(name).resolve() for name in sys.argv[1:]]:
            print(json.dumps({"history": root.name} | patched(server, root)), flush=True)


def patched(server: ThrowAwayServer, root: Path) -> dict[str, Any]:
    """Run one history with patches, and compare what is told with what was done."""
    found = read_migrations(root)
    history = fold(read(found), pg_major=server.installation.major)
    layout = found.histories[0].format
    ledger = layout.ledger
    if ledger is None or ledger.last_only or len(found.histories) != 1:
        return {"layout": layout.name, "skipped": "no ledger with a row for each migration"}
    last = _last_touched(history)
    step = max(len(history.migrations) // PATCHES, 1)
    points = {one.id for one in history.migrations[::step]}
    database = server.conninfo(server.create_database())
    patches: dict[ObjectId, Patch] = {}
    order = [one.id for one in history.migrations]
    with psycopg.connect(database, autocommit=True) as connection:
        _make_ledger(connection, ledger)
        for number, migration in enumerate(history.migrations):
            try:
                _apply(connection, migration, ledger)
            except psycopg.Error as error:
                why = str(error).splitlines()[0]
                return {"layout": layout.name, "skipped": f"{migration.id} does not run as it stands: {why}"}
            if migration.id in points:
                following = order[number + 1] if number + 1 < len(order) else None
                _patch(connection, history, last, order[: number + 1], patches, (migration.id, following))
    start = time.perf_counter()
    os.chdir(root)
    result = CliRunner().invoke(auditor, ["forensics", "provenance", "*", "--db", database, "--format", "json"])
    if result.exit_code:
        return {"layout": layout.name, "skipped": result.stderr}
    told = json.loads(result.stdout)
    seconds = time.perf_counter() - start
    origins = {ObjectId(one["kind"], one["identity"]): one for one in told["objects"]}
    told_of = {item: origins[item]["transaction"] for item in patches if item in origins}
    # What a later migration wrote again (a table that was rewritten) is that migration's, and told to be so.
    kept = {item: told_of[item] for item, patch in patches.items() if told_of[item]["xid"] == patch[2]}
    right = [item for item, one in kept.items() if _place(one) == patches[item][:2]]
    not_told = [item for item, one in kept.items() if one["relation"] == "unknown"]
    others = [
        str(item)
        for item, one in origins.items()
        if one["transaction"]["relation"] == "between" and item not in patches and not _of_a_patch(item, patches)
    ]
    return {
        "layout": layout.name,
        "migrations": len(history.migrations),
        "objects": len(origins),
        "patches": len(kept),
        "dated right": len(right),
        "not told": len(not_told),
        "dated wrong": len(kept) - len(right) - len(not_told),
        "overwritten": len(patches) - len(kept),
        "others": others[:10],
        "other alarms": len(others),
        "told": told["summary"],
        "trusted_from": told["ledger"]["trusted_from"],
        "seconds": round(seconds, 2),
    }


def _place(one: dict[str, Any]) -> tuple[str, str | None] | None:
    return (one["after"], one["before"]) if one["relation"] == "between" else None


def _of_a_patch(item: ObjectId, patches: dict[ObjectId, Any]) -> bool:
    """A patch of a column or a trigger writes its table's row too."""
    return any(
        item.kind in ("table", "index") and (item.identity in other.identity or item == other) for other in patches
    )


def _last_touched(history: History) -> dict[ObjectId, str]:
    last: dict[ObjectId, str] = {}
    for effect in history.effects:
        if effect.object is not None and effect.action not in ROW_ACTIONS and effect.inside in (None, "do"):
            for item in (effect.object, *history.ancestors(effect.object)):
                last[item] = effect.migration
            if effect.to is not None:
                last[ObjectId(effect.object.kind, effect.to)] = effect.migration
    return last


def _make_ledger(connection: psycopg.Connection[Any], ledger: Ledger) -> None:
    schema, _, _ = ledger.table.rpartition(".")
    if schema and schema != "public":
        connection.execute(f"create schema if not exists {schema}".encode())
    at = f", {ledger.applied_at} timestamptz default clock_timestamp()" if ledger.applied_at else ""
    kind = "bigint" if ledger.table in ("_sqlx_migrations", "goose_db_version") else "text"
    connection.execute(f"create table {ledger.table} ({quote_identifier(ledger.version)} {kind}{at})".encode())


def _apply(connection: psycopg.Connection[Any], migration: Migration, ledger: Ledger) -> None:
    version = migration.checksum if ledger.holds == "checksum" else migration.id
    # The table's own schema, whatever a migration has set as search_path.
    table = ledger.table if "." in ledger.table else f"public.{ledger.table}"
    row = f"insert into {table} ({quote_identifier(ledger.version)}) values ($1)"  # noqa: S608
    statements = [one for one in migration.statements if one.not_sql is None]
    if migration.transactional:
        with connection.transaction():
            for one in statements:
                psycopg.RawCursor(connection).execute(one.text.encode())
            psycopg.RawCursor(connection).execute(row.encode(), [version])
    else:
        for one in statements:
            psycopg.RawCursor(connection).execute(one.text.encode())
        psycopg.RawCursor(connection).execute(row.encode(), [version])
    connection.execute("reset all")


def _patch(
    connection: psycopg.Connection[Any],
    history: History,
    last: dict[ObjectId, str],
    done: list[str],
    patches: dict[ObjectId, Patch],
    place: tuple[str, str | None],
) -> None:
    """Change an object by hand that no later migration touches, of a kind that has had the fewest patches."""
    ready = set(done)
    counts = {kind: sum(1 for one in patches if one.kind == kind) for kind in BY_HAND}
    for kind in sorted(BY_HAND, key=lambda one: counts[one]):
        for item in sorted(history.lives, reverse=True):
            life = history.lives[item]
            if item.kind != kind or not life.exists or item in patches or last.get(item) not in ready:
                continue
            table = next((one.identity for one in history.ancestors(item)), "")
            statement = BY_HAND[kind].format(
                identity=item.identity,
                table=table,
                name=item.identity.partition(" on ")[0],
                column=item.identity.rpartition(".")[2],
            )
            try:
                with connection.transaction():
                    connection.execute(statement.encode())
                    (xid,) = connection.execute("select pg_current_xact_id()::xid::text::bigint").fetchall()
            except psycopg.Error:
                continue
            patches[item] = (*place, xid[0])
            return


if __name__ == "__main__":
    main()
