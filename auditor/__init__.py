"""A migration classifier and schema-drift auditor for PostgreSQL."""

__version__ = "0.1.0"
