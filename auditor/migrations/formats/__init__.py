"""The migration layouts, one module each."""

from __future__ import annotations

from auditor.migrations.formats import alembic, sql
from auditor.migrations.formats.base import WEAK, Format, Ledger, Options, Problem, ReadResult

FORMATS: tuple[Format, ...] = (
    alembic.FORMAT,
    sql.FORMAT,
)
"""Every layout. Where two are equally sure of a directory, the earlier one wins."""

__all__ = ["FORMATS", "WEAK", "Format", "Ledger", "Options", "Problem", "ReadResult"]
