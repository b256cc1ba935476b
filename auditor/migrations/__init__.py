"""Histories: found, split into statements, and each statement read."""

from auditor.migrations.discovery import MigrationSet, Source, discover, read_migrations
from auditor.migrations.formats.base import Problem
from auditor.migrations.read import ReadMigration, read

__all__ = ["MigrationSet", "Problem", "ReadMigration", "Source", "discover", "read", "read_migrations"]
