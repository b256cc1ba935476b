"""Whether a live database is asked about, and the tables of its flow."""

from __future__ import annotations

import os
from typing import Any

import psycopg

from auditor.config import Settings
from auditor.declaration.load import Configuration
from auditor.errors import ConfigurationError, ConfigurationProblem
from auditor.forensics.flow import Flow, read_flow

Connection = psycopg.Connection[Any]

LIBPQ_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE")


def wants_live(settings: Settings) -> bool:
    """Whether a live database is named: by `--db`, a variable of ours, or those of libpq."""
    return settings.db_from != "libpq" or any(os.environ.get(name) for name in LIBPQ_VARIABLES)


def flow_of(connection: Connection, configuration: Configuration) -> Flow:
    """The tables of the live flow.

    Raises:
        ConfigurationError: `pipeline:` is missing, or maps what is not there.
        CouldNotCheck: the role may not read them.
    """
    if configuration.pipeline is None:
        message = "there is no `pipeline:`, which says where events, jobs and runs are"
        raise ConfigurationError([ConfigurationProblem(configuration.file, None, None, message)])
    return read_flow(connection, configuration.pipeline, configuration.file)
