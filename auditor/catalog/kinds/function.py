"""Functions and procedures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Function(CatalogObject):
    """A function.

    https://www.postgresql.org/docs/current/catalog-pg-proc.html

    Attributes:
        arguments: with names, modes and defaults, as `pg_get_function_arguments()` prints them.
        returns: as `pg_get_function_result()` prints it; None for a procedure.
        language: name of the language.
        body: verbatim as it was written; deparsed by the server where the body is standard SQL
            (`RETURN ...`, `BEGIN ATOMIC`); the symbol of a C function.
        library: file of a C function.
        window: True for a window function.
        volatility: `immutable`, `stable`, `volatile`.
        security_definer: False for SECURITY INVOKER.
        settings: `SET name = value` as `name=value`, sorted.
        transforms: TRANSFORM FOR TYPE, in order.
        strict: RETURNS NULL ON NULL INPUT.
        parallel: `safe`, `restricted`, `unsafe`.
        leakproof: LEAKPROOF.
        cost: in units of `cpu_operator_cost`.
        rows: estimated number of rows; 0 unless it returns a set.
        support: identity of the planner support function.
    """

    KIND: ClassVar[str] = "function"

    arguments: str
    returns: str | None
    language: str
    body: str
    library: str | None
    window: bool
    volatility: str
    security_definer: bool
    settings: list[str]
    transforms: list[str]
    strict: bool
    parallel: str
    leakproof: bool
    cost: float
    rows: float
    support: str | None
    owner: str
    privileges: list[str]
    comment: str | None


@dataclass(frozen=True, slots=True)
class Procedure(Function):
    """A procedure: the fields of a function."""

    KIND: ClassVar[str] = "procedure"
