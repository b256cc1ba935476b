"""Where auditor meets other tools: a plugin of pytest and one of Alembic. Both are tiny until they are used."""
