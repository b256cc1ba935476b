"""Changes of tables and what belongs to them alone: columns, constraints, inheritance, trigger states, indexes."""

from __future__ import annotations

from typing import Literal

from auditor.model.change.parts import (
    Change,
    Column,
    Constraint,
    IndexElement,
    Like,
    Name,
    Output,
    Reference,
    TypeName,
)


class CreateTable(Change, frozen=True, kw_only=True):
    """CREATE TABLE, CREATE FOREIGN TABLE, CREATE TABLE AS, SELECT INTO.

    Attributes:
        partition_columns: of its partition key, those of expressions too.
        outputs: of CREATE TABLE AS, where a `*` hides columns: what the query gives, None if not tellable.
    """

    name: Name
    kind: Literal["table", "foreign table"] = "table"
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    temporary: bool = False
    inherits: tuple[Name, ...] = ()
    partition_of: Name | None = None
    partitioned: bool = False
    partition_columns: tuple[str, ...] = ()
    of_type: Name | None = None
    like: tuple[Like, ...] = ()
    server: str | None = None
    as_query: bool = False
    outputs: tuple[Output, ...] | None = None
    uses: tuple[Reference, ...] = ()


class AddColumn(Change, frozen=True, kw_only=True):
    """ALTER TABLE ... ADD COLUMN (also of a composite type, `kind` then `composite type`)."""

    table: Name
    column: Column
    kind: str = "table"
    if_not_exists: bool = False
    if_exists: bool = False
    only: bool = False


class DropColumn(Change, frozen=True, kw_only=True):
    """ALTER TABLE [ONLY] ... DROP COLUMN."""

    table: Name
    column: str
    kind: str = "table"
    if_exists: bool = False
    missing_table_ok: bool = False
    cascade: bool = False
    only: bool = False


class AlterColumn(Change, frozen=True, kw_only=True):
    """ALTER TABLE ... ALTER COLUMN.

    Attributes:
        what: `type`, `set default`, `drop default`, `set not null`, `drop not null`, `add identity`,
            `set identity`, `drop identity`, `set expression`, `drop expression`, `set statistics`,
            `set storage`, `set compression`, `set options`, `reset options`.
        default: text of the expression of `set default` and `set expression`.
        sequence_name: explicit `SEQUENCE NAME` option of `add identity`.
    """

    table: Name
    column: str
    what: str
    kind: str = "table"
    type: TypeName | None = None
    default: str | None = None
    identity: Literal["a", "d"] | None = None
    sequence_name: Name | None = None
    uses: tuple[Reference, ...] = ()
    if_exists: bool = False
    missing_table_ok: bool = False
    cascade: bool = False
    only: bool = False


class AddConstraint(Change, frozen=True, kw_only=True):
    """ALTER TABLE or ALTER DOMAIN ... ADD CONSTRAINT."""

    table: Name
    constraint: Constraint
    kind: str = "table"
    missing_table_ok: bool = False
    only: bool = False


class AlterTable(Change, frozen=True, kw_only=True):
    """Any other ALTER of a relation, which changes it and no other object by name.

    Attributes:
        what: lower-case words of the grammar: `enable row level security`, `force row level security`,
            `replica identity`, `set options`, `set unlogged`, `set tablespace`, `cluster on`,
            `set access method`...
        of_type: of OF.
    """

    table: Name
    what: str
    kind: str = "table"
    if_exists: bool = False
    detail: str | None = None
    of_type: Name | None = None


class AlterConstraint(Change, frozen=True, kw_only=True):
    """VALIDATE CONSTRAINT, ALTER CONSTRAINT."""

    table: Name
    constraint: str
    what: str
    missing_table_ok: bool = False


class Inherit(Change, frozen=True, kw_only=True):
    """ATTACH/DETACH PARTITION, INHERIT, NO INHERIT; on indexes ATTACH PARTITION."""

    parent: Name
    child: Name
    what: Literal["attach", "detach", "inherit", "no inherit", "attach index"]


class SetTriggerState(Change, frozen=True, kw_only=True):
    """ENABLE / DISABLE TRIGGER or RULE.

    Attributes:
        trigger: its name; None for `ALL`; `USER` given by `user_only`.
        state: as in `pg_trigger.tgenabled`: O origin, D disabled, R replica, A always.
        only: ALTER TABLE ONLY: partitions keep theirs.
    """

    table: Name
    trigger: str | None
    state: Literal["O", "D", "R", "A"]
    kind: Literal["trigger", "rule", "event trigger"] = "trigger"
    user_only: bool = False
    missing_table_ok: bool = False
    only: bool = False


class CreateIndex(Change, frozen=True, kw_only=True):
    """CREATE INDEX; `name` None when PostgreSQL chooses it."""

    name: str | None
    table: Name
    elements: tuple[IndexElement, ...] = ()
    include: tuple[IndexElement, ...] = ()
    unique: bool = False
    method: str = "btree"
    predicate: str | None = None
    predicate_columns: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    if_not_exists: bool = False
    concurrently: bool = False
    only: bool = False
    uses: tuple[Reference, ...] = ()
