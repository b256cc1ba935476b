"""The migration layouts, one module each."""

from __future__ import annotations

from auditor.migrations.formats import (
    alembic,
    atlas,
    code,
    dbmate,
    diesel,
    django,
    drizzle,
    flyway,
    golang_migrate,
    goose,
    hasura,
    liquibase,
    node_pg_migrate,
    prisma,
    refinery,
    sqitch,
    sql,
    sql_migrate,
    sqlx,
    supabase,
    tern,
    yoyo,
)
from auditor.migrations.formats.base import UNSURE, WEAK, Folder, Format, Ledger, Options, Problem, ReadResult

FORMATS: tuple[Format, ...] = (
    alembic.FORMAT,
    supabase.FORMAT,
    prisma.FORMAT,
    drizzle.FORMAT,
    sqitch.FORMAT,
    hasura.FORMAT,
    liquibase.FORMAT,
    diesel.FORMAT,
    refinery.FORMAT,
    sqlx.FORMAT,
    flyway.FORMAT,
    dbmate.FORMAT,
    goose.FORMAT,
    sql_migrate.FORMAT,
    tern.FORMAT,
    node_pg_migrate.FORMAT,
    golang_migrate.FORMAT,
    atlas.FORMAT,
    yoyo.FORMAT,
    django.FORMAT,
    code.FORMAT,
    sql.FORMAT,
)
"""Every layout. Where two are equally sure of a directory, the earlier one wins."""

__all__ = ["FORMATS", "UNSURE", "WEAK", "Folder", "Format", "Ledger", "Options", "Problem", "ReadResult"]
