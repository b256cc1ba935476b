"""What the text of one statement asks for: a small vocabulary, names as written.

A parse tree is reduced to these early (`auditor.migrations.effects`), nothing behind that sees a tree.
A `Change` knows nothing of what exists: names may lack their schema, a constraint may lack its name.
`auditor.history` folds changes, in order, into :class:`~auditor.model.effect.Effect`, whose names are
PostgreSQL's own. Because a change depends on its statement alone it can be cached by content.

All are msgspec structs with a tag, so that a cache can hold them.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Name(msgspec.Struct, frozen=True):
    """A possibly schema-qualified name, unquoted, as written (after PostgreSQL's case folding)."""

    name: str
    schema: str | None = None


class TypeName(msgspec.Struct, frozen=True):
    """A type as written.

    Attributes:
        name: last part: `int4`, `status`, `serial`; for `t.c%TYPE` the column's table and name.
        schema: as written; `pg_catalog` when the grammar itself says so (`integer` is `pg_catalog.int4`).
        array: number of array dimensions.
        modifier: the text within the parentheses, such as `10,2`, or None.
        setof: `SETOF`.
        of_column: for `t.c%TYPE`: the column's name, `name`/`schema` being the table's.
    """

    name: str
    schema: str | None = None
    array: int = 0
    modifier: str | None = None
    setof: bool = False
    of_column: str | None = None


class Reference(msgspec.Struct, frozen=True):
    """An object that an expression or query mentions.

    Attributes:
        kind: `relation`, `function`, `type`, `sequence` (a `nextval('s')` literal).
        name: as written; an empty name means the table itself that the expression belongs to.
        columns: columns of that relation that are mentioned, where that can be told; `*` for all of them
            (`SELECT *`, a whole-row reference).
    """

    kind: Literal["relation", "function", "type", "sequence"]
    name: Name
    columns: tuple[str, ...] = ()


class Constraint(msgspec.Struct, frozen=True):
    """A constraint of a table or a domain.

    Attributes:
        type: as in `pg_constraint.contype`: p primary key, u unique, c check, f foreign key, x exclusion,
            n not null.
        name: as written, or None: PostgreSQL will choose it.
        columns: its own columns, in order. For a CHECK the columns its expression mentions, in order of
            appearance (a check over exactly one column is named after it).
        references, references_columns: of a foreign key.
        using_index: name of the index it adopts (which is renamed to the constraint's name).
        expressions: True if an exclusion or unique element is an expression.
        no_inherit, deferrable, not_valid: as written.
        uses: what its expression mentions.
        definition: its text, as written.
        column_constraint: True when written behind a column rather than as an element of the table.
        elements: of an exclusion constraint, as those of an index.
        include: columns of INCLUDE; an unnamed constraint is named after them too.
    """

    type: Literal["p", "u", "c", "f", "x", "n"]
    name: str | None = None
    columns: tuple[str, ...] = ()
    references: Name | None = None
    references_columns: tuple[str, ...] = ()
    using_index: str | None = None
    expressions: bool = False
    no_inherit: bool = False
    deferrable: bool = False
    not_valid: bool = False
    uses: tuple[Reference, ...] = ()
    definition: str = ""
    column_constraint: bool = False
    elements: tuple[IndexElement, ...] = ()
    include: tuple[str, ...] = ()


class Column(msgspec.Struct, frozen=True):
    """A column as written in CREATE TABLE or ADD COLUMN.

    Attributes:
        type: as written; `serial`, `bigserial`, `smallserial` stay so. None in a partition or a typed table.
        not_null: written NOT NULL, PRIMARY KEY or (for serial and identity) implied by the type.
        default: text of the default expression, or None.
        generated: text of GENERATED ALWAYS AS (...), or None.
        identity: `a` ALWAYS, `d` BY DEFAULT, or None.
        constraints: those written behind the column (NOT NULL among them, with its name if it has one).
        uses: what default, generated expression and type mention.
        sequence_name: explicit `SEQUENCE NAME` option of an identity column.
    """

    name: str
    type: TypeName | None
    not_null: bool = False
    default: str | None = None
    generated: str | None = None
    identity: Literal["a", "d"] | None = None
    constraints: tuple[Constraint, ...] = ()
    uses: tuple[Reference, ...] = ()
    collation: Name | None = None
    sequence_name: Name | None = None


class IndexElement(msgspec.Struct, frozen=True):
    """One key or INCLUDE element of an index: a column, or an expression.

    Attributes:
        column: name, or None for an expression.
        expression_name: what PostgreSQL calls an expression when it has to choose the index's name
            (`FigureIndexColname`): the function's name, the column of a cast, `expr`...
        text: the expression as written.
        columns: columns that the expression mentions.
    """

    column: str | None
    expression_name: str | None = None
    text: str | None = None
    columns: tuple[str, ...] = ()


class Argument(msgspec.Struct, frozen=True):
    """An argument of a function as written; mode as in `pg_proc.proargmodes` (i, o, b, v, t).

    Attributes:
        default: whether it has one.
        default_text: its value as an SQL literal, where that depends on nothing but the text.
    """

    type: TypeName
    name: str | None = None
    mode: Literal["i", "o", "b", "v", "t"] = "i"
    default: bool = False
    default_text: str | None = None


class Signature(msgspec.Struct, frozen=True):
    """How a statement points at a function: `f(integer, text)`, or `f` with no list.

    Attributes:
        arguments: input argument types as written, or None when no list was given.
    """

    name: Name
    arguments: tuple[TypeName, ...] | None = None


class Arbiter(msgspec.Struct, frozen=True):
    """What an ON CONFLICT clause asks for: PostgreSQL looks for a unique index that fits.

    Attributes:
        columns: unquoted.
        expressions, where: in the canonical form of `auditor.sql.predicates`, as JSON: for comparing only.
        constraint: ON CONSTRAINT.
        updates: True for DO UPDATE.
        qualified: True if a collation or an operator class is asked for too.
    """

    columns: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    where: str | None = None
    constraint: str | None = None
    updates: bool = False
    qualified: bool = False


class Access(msgspec.Struct, frozen=True):
    """What a statement does to rows.

    Attributes:
        action: `read`, `write` or `call`.
        name: table, view or function as written.
        verb: `insert`, `update`, `delete`, `merge`, `truncate`, `copy`, `select`, `call`, `lock`, `refresh`;
            `nextval` and `setval` of a sequence given by its name. LOCK is a `read`.
        columns: columns written (INSERT list, UPDATE SET), where named.
        conflict: ON CONFLICT target columns, where given.
        arbiters: what each ON CONFLICT with a target asks for.
        literals: literals that a column of it is compared with (=, IN, = ANY) or may be set to: (column, value);
            none longer than 200 characters, none of a column that meets more than 100 in the statement.
        arguments: of a call, each the text of its value (NULL and what is not known: None).
        named: of a call, the names of the last arguments, where they were given by name.
    """

    action: Literal["read", "write", "call"]
    name: Name
    verb: str
    columns: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()
    arbiters: tuple[Arbiter, ...] = ()
    literals: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str | None, ...] = ()
    named: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, tag_field="change", tag=True, kw_only=True):
    """Base of all changes.

    Attributes:
        certainty: `certain`; `conditional` inside an IF, a loop, an exception block; `unknown`.
        inside: None; `do`; or, for what the body of a function would do when called, the text
            `function` (the fold replaces it by the function's identity).
        line_offset: 0-based line of this change within its statement (a DDL inside a DO body).
        guard: the condition under which it happens, where that condition is understood.
        parser: which parser gave the meaning.
    """

    certainty: Literal["certain", "conditional", "unknown"] = "certain"
    inside: str | None = None
    line_offset: int = 0
    guard: Guard | None = None
    parser: Literal["libpg_query", "sqlglot"] = "libpg_query"


class Guard(msgspec.Struct, frozen=True):
    """`IF [NOT] EXISTS (SELECT ... FROM a catalog WHERE name = literal)`, as what it means.

    Attributes:
        exists: the change happens if the object exists (True) or if it does not (False).
        kind: `table`, `table column`, `table constraint`, `index`, `type`, `function`, `trigger`, `policy`,
            `role`, `schema`, `extension`, `publication`...
        name: the object's own name; schema where the condition names it.
        table: for what hangs on a table, where the condition names it (the domain of a domain constraint, the
            publication of a `publication relation`).
        also: other guards that must hold too: of an AND, of an IF around the IF.
        sufficient: False when the condition says more than could be understood: if the guard fails the change
            does not happen, if it holds the change may happen.
    """

    exists: bool
    kind: str
    name: Name
    table: Name | None = None
    also: tuple[Guard, ...] = ()
    sufficient: bool = True


class Output(msgspec.Struct, frozen=True):
    """An output column of a query: its name, or the relation all of whose columns a `*` stands for."""

    name: str | None = None
    relation: Name | None = None


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


class Like(msgspec.Struct, frozen=True):
    """`LIKE source INCLUDING ...`; options in lower case: `defaults`, `constraints`, `indexes`, `identity`..."""

    source: Name
    including: tuple[str, ...] = ()


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


class Grant(Change, frozen=True, kw_only=True):
    """GRANT or REVOKE on one object, or on all of a kind in one schema.

    Attributes:
        kind: `table`, `sequence`, `function`, `procedure`, `schema`, `type`, `database`, `language`...
            `routine` may be either of function and procedure.
        name: the object, or for `all_in_schema` the schema (as `name`).
        privileges: upper-case words, empty for ALL.
        columns: columns of a column grant.
        grantees: role names; `public` for PUBLIC.
    """

    kind: str
    name: Name
    revoke: bool
    grantees: tuple[str, ...]
    privileges: tuple[str, ...] = ()
    arguments: tuple[TypeName | None, ...] | None = None
    columns: tuple[str, ...] = ()
    all_in_schema: bool = False
    grant_option: bool = False
    cascade: bool = False


class GrantRole(Change, frozen=True, kw_only=True):
    """GRANT role TO role, or REVOKE."""

    role: str
    member: str
    revoke: bool


class DefaultPrivileges(Change, frozen=True, kw_only=True):
    """ALTER DEFAULT PRIVILEGES, one change for each role and schema (None: current role, all schemas)."""

    role: str | None
    schema: str | None
    kind: str
    revoke: bool
    grantees: tuple[str, ...]
    privileges: tuple[str, ...] = ()


class SetSearchPath(Change, frozen=True, kw_only=True):
    """SET search_path or set_config('search_path', literal, ...); None resets it."""

    path: tuple[str, ...] | None
    local: bool = False


class SetRole(Change, frozen=True, kw_only=True):
    """SET ROLE / SET SESSION AUTHORIZATION; None resets it."""

    role: str | None
    local: bool = False


class Transaction(Change, frozen=True, kw_only=True):
    """BEGIN, COMMIT, ROLLBACK, savepoints.

    Attributes:
        what: `begin`, `commit`, `rollback`, `savepoint`, `release`, `rollback to`, `prepare`,
            `commit prepared`, `rollback prepared`.
        name: of the savepoint or the prepared transaction.
        chain: `AND CHAIN`: another transaction begins at once.
    """

    what: str
    name: str | None = None
    chain: bool = False


class Rows(Change, frozen=True, kw_only=True):
    """A statement that reads or writes rows, or calls a routine."""

    access: Access


class DropOwned(Change, frozen=True, kw_only=True):
    """DROP OWNED BY, REASSIGN OWNED BY."""

    roles: tuple[str, ...]
    what: Literal["drop", "reassign"]


class Harmless(Change, frozen=True, kw_only=True):
    """Understood, and without effect on any object: SET, SHOW, VACUUM, ANALYZE, NOTIFY, `SELECT 1`..."""

    what: str


class Unknown(Change, frozen=True, kw_only=True):
    """Not understood: the statement may do anything.

    Attributes:
        detail: why.
        text: what could not be read.
        kind, name: the object that the statement is about at least, where the text tells.
    """

    detail: str
    text: str = ""
    kind: str | None = None
    name: Name | None = None


AnyChange = (
    CreateTable
    | AddColumn
    | DropColumn
    | AlterColumn
    | AddConstraint
    | AlterTable
    | AlterConstraint
    | Inherit
    | SetTriggerState
    | CreateIndex
    | CreateView
    | CreateSequence
    | AlterSequence
    | CreateFunction
    | CreateAggregate
    | CreateTrigger
    | CreatePolicy
    | CreateRule
    | CreateType
    | Create
    | Alter
    | Drop
    | Rename
    | SetSchema
    | Comment
    | Grant
    | GrantRole
    | DefaultPrivileges
    | SetSearchPath
    | SetRole
    | Transaction
    | Rows
    | DropOwned
    | Harmless
    | Unknown
)
"""Every change, for decoding a cache and for exhaustive matching."""
