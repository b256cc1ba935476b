"""How the server has to print: the same catalog must give the same texts, whoever asks.

The text of an expression holds names and constants, and how those are printed depends on settings that a
database, a role or the environment may have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import psycopg

PRINTING: Mapping[str, str] = MappingProxyType(
    {
        "search_path": "",
        "quote_all_identifiers": "off",
        "standard_conforming_strings": "on",
        "datestyle": "ISO, YMD",
        "intervalstyle": "postgres",
        "timezone": "UTC",
        "extra_float_digits": "1",
        "bytea_output": "hex",
        "lc_monetary": "C",
    }
)
"""Settings under which a catalog is read. With an empty `search_path` every name is printed with its schema."""


def set_printing(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Set :data:`PRINTING` for the transaction that the connection is in.

    Raises:
        psycopg.Error: from the server.
    """
    psycopg.RawCursor(connection).execute(
        "select set_config(name, value, true) from unnest($1::text[], $2::text[]) s(name, value)",
        [list(PRINTING), list(PRINTING.values())],
    )


def wrongly_printed(connection: psycopg.Connection[tuple[Any, ...]]) -> psycopg.RawCursor[tuple[Any, ...]]:
    """Ask for the names of settings that are not as :data:`PRINTING` has them."""
    return psycopg.RawCursor(connection).execute(
        # An empty search_path is shown as '' or as '""', depending on how it was set.
        "select name from unnest($1::text[], $2::text[]) s(name, value)"
        " where lower(replace(current_setting(name), '\"\"', '')) <> lower(value)",
        [list(PRINTING), list(PRINTING.values())],
    )
