"""Changes of all other objects, and those that any object may have: another name, schema, comment, or none."""

from __future__ import annotations

from typing import Literal

from auditor.model.change.parts import Argument, Change, Column, Constraint, Name, Output, Reference, TypeName


class CreateView(Change, frozen=True, kw_only=True):
    """CREATE [MATERIALIZED] VIEW.

    Attributes:
        columns: output column names where they can be told (aliases, or the written list), else None.
        uses: relations, their columns, functions and types of the query.
    """

    name: Name
    kind: Literal["view", "materialized view"] = "view"
    columns: tuple[str | None, ...] | None = None
    outputs: tuple[Output, ...] | None = None
    uses: tuple[Reference, ...] = ()
    or_replace: bool = False
    if_not_exists: bool = False
    temporary: bool = False


class CreateSequence(Change, frozen=True, kw_only=True):
    """CREATE SEQUENCE."""

    name: Name
    owned_by: tuple[Name, str] | None = None
    if_not_exists: bool = False
    temporary: bool = False


class AlterSequence(Change, frozen=True, kw_only=True):
    """ALTER SEQUENCE; `owned_by` is (table, column), or `none` True for OWNED BY NONE."""

    name: Name
    owned_by: tuple[Name, str] | None = None
    owned_by_none: bool = False
    if_exists: bool = False


class CreateFunction(Change, frozen=True, kw_only=True):
    """CREATE FUNCTION or PROCEDURE.

    Attributes:
        body: the text of the body verbatim (as `pg_proc.prosrc` will hold it), or None for BEGIN ATOMIC,
            RETURN and C functions.
        settings: (parameter, value) of SET clauses.

    What the body would do when called follows as changes of their own, with `inside` = `function`.
    """

    name: Name
    kind: Literal["function", "procedure"] = "function"
    arguments: tuple[Argument, ...] = ()
    returns: TypeName | None = None
    language: str = "sql"
    body: str | None = None
    or_replace: bool = False
    security_definer: bool = False
    volatility: str = "volatile"
    settings: tuple[tuple[str, str], ...] = ()
    uses: tuple[Reference, ...] = ()


class CreateAggregate(Change, frozen=True, kw_only=True):
    """CREATE AGGREGATE; `arguments` empty means `(*)`."""

    name: Name
    arguments: tuple[TypeName, ...] = ()
    or_replace: bool = False
    uses: tuple[Reference, ...] = ()


class CreateTrigger(Change, frozen=True, kw_only=True):
    """CREATE [CONSTRAINT] TRIGGER."""

    name: str
    table: Name
    function: Name
    or_replace: bool = False
    columns: tuple[str, ...] = ()
    when_columns: tuple[str, ...] = ()
    for_each_row: bool = False
    constraint: bool = False
    uses: tuple[Reference, ...] = ()


class CreatePolicy(Change, frozen=True, kw_only=True):
    """CREATE POLICY."""

    name: str
    table: Name
    roles: tuple[str, ...] = ()
    uses: tuple[Reference, ...] = ()
    columns: tuple[str, ...] = ()


class CreateRule(Change, frozen=True, kw_only=True):
    """CREATE RULE."""

    name: str
    table: Name
    or_replace: bool = False
    uses: tuple[Reference, ...] = ()


class CreateType(Change, frozen=True, kw_only=True):
    """CREATE TYPE or DOMAIN.

    Attributes:
        form: `enum`, `composite`, `range`, `base`, `shell`, `domain`.
        labels: of an enum. columns: of a composite. constraints: of a domain.
        base: of a domain, or the subtype of a range.
    """

    name: Name
    form: Literal["enum", "composite", "range", "base", "shell", "domain"]
    labels: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    base: TypeName | None = None
    constraints: tuple[Constraint, ...] = ()
    not_null: bool = False
    default: str | None = None
    multirange: Name | None = None
    uses: tuple[Reference, ...] = ()


class Create(Change, frozen=True, kw_only=True):
    """CREATE of any other kind.

    Attributes:
        kind: as pg_identify_object: `schema`, `extension`, `role`, `event trigger`, `publication`,
            `subscription`, `collation`, `operator`, `cast`, `language`, `server`, `foreign-data wrapper`,
            `user mapping`, `statistics object`, `text search configuration`, `database`, `tablespace`...
        name: for kinds without a schema `schema` stays None; empty for a cast, the language of a transform.
        arguments: operand types of an operator or a cast (source, target); the type of a transform.
        parent: what it hangs on (`publication` of a `publication relation`, server of a user mapping, access
            method of an operator class or family, table of a statistics object).
        columns: of a statistics object, in order; an empty text for an expression.
        unnamed: PostgreSQL will choose the name.
        elements: of a schema: what is written with it follows, and finds names in it first.
        schema: where the text puts it, for an extension.
    """

    kind: str
    name: Name
    arguments: tuple[TypeName | None, ...] = ()
    parent: Name | None = None
    schema: str | None = None
    or_replace: bool = False
    if_not_exists: bool = False
    uses: tuple[Reference, ...] = ()
    detail: str | None = None
    columns: tuple[str, ...] = ()
    unnamed: bool = False
    elements: bool = False


class Alter(Change, frozen=True, kw_only=True):
    """ALTER of an object that stays what and where it is (any kind but a relation).

    Attributes:
        what: `owner`, `add value`, `rename value`, `settings`, `options`, `version`, `set default`,
            `add relation`, `drop relation`, `depends`, `security`, `volatility`...
        signature: for functions, procedures, aggregates.
        table: for triggers, policies, rules; as for Drop.
        labels: for `add value` (value,), for `rename value` (old, new); schemas of a publication.
        tables: for publications, the tables concerned.
    """

    kind: str
    name: Name
    what: str
    arguments: tuple[TypeName | None, ...] | None = None
    table: Name | None = None
    if_exists: bool = False
    labels: tuple[str, ...] = ()
    tables: tuple[Name, ...] = ()
    uses: tuple[Reference, ...] = ()
    detail: str | None = None


class Drop(Change, frozen=True, kw_only=True):
    """DROP of one object; a list gives one change each.

    Attributes:
        arguments: of a function, an operator, a cast; None when no list was written.
        table: for triggers, policies, rules, `table constraint`s and `domain constraint`s; the server of a user
            mapping, the access method of an operator class or family.
        only: ALTER TABLE ONLY: inheritance children keep the constraint.
    """

    kind: str
    name: Name
    arguments: tuple[TypeName | None, ...] | None = None
    table: Name | None = None
    if_exists: bool = False
    missing_table_ok: bool = False
    cascade: bool = False
    concurrently: bool = False
    only: bool = False


class Rename(Change, frozen=True, kw_only=True):
    """RENAME of anything: `to` is the new last part of the name.

    Attributes:
        kind: `table column` (of a view too: the grammar does not tell), `composite type column`,
            `table constraint`, `domain constraint`, `trigger`, `policy`, `rule` carry `table`.
    """

    kind: str
    name: Name
    to: str
    arguments: tuple[TypeName | None, ...] | None = None
    table: Name | None = None
    if_exists: bool = False


class SetSchema(Change, frozen=True, kw_only=True):
    """SET SCHEMA of anything; `table` is the access method of an operator class or family."""

    kind: str
    name: Name
    to: str
    arguments: tuple[TypeName | None, ...] | None = None
    table: Name | None = None
    if_exists: bool = False


class Comment(Change, frozen=True, kw_only=True):
    """COMMENT ON or SECURITY LABEL; `removed` for IS NULL."""

    kind: str
    name: Name
    arguments: tuple[TypeName | None, ...] | None = None
    table: Name | None = None
    removed: bool = False
