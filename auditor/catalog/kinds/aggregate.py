"""Aggregate functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import CatalogObject


@dataclass(frozen=True, slots=True)
class Aggregate(CatalogObject):
    """An aggregate function.

    https://www.postgresql.org/docs/current/catalog-pg-aggregate.html

    Attributes:
        arguments, returns: as of a function.
        form: `normal`, `ordered-set`, `hypothetical-set`.
        transition_function, final_function, combine_function, serial_function, deserial_function,
        moving_transition_function, moving_inverse_function, moving_final_function: identities.
        final_extra, moving_final_extra: FINALFUNC_EXTRA, MFINALFUNC_EXTRA.
        final_modify, moving_final_modify: `read_only`, `shareable`, `read_write`.
        state_type, moving_state_type: types.
        state_space, moving_state_space: SSPACE, MSSPACE in bytes, 0 for the default.
        initial_value, moving_initial_value: INITCOND, MINITCOND.
        sort_operator: identity of the operator.
        parallel: `safe`, `restricted`, `unsafe`.
    """

    KIND: ClassVar[str] = "aggregate"

    arguments: str
    returns: str
    form: str
    transition_function: str
    state_type: str
    state_space: int
    initial_value: str | None
    final_function: str | None
    final_extra: bool
    final_modify: str
    combine_function: str | None
    serial_function: str | None
    deserial_function: str | None
    moving_transition_function: str | None
    moving_inverse_function: str | None
    moving_state_type: str | None
    moving_state_space: int
    moving_initial_value: str | None
    moving_final_function: str | None
    moving_final_extra: bool
    moving_final_modify: str
    sort_operator: str | None
    parallel: str
    owner: str
    privileges: list[str]
    comment: str | None
