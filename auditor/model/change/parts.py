"""What changes are made of: names, types, columns, constraints, and the change that all of them are."""

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


class Like(msgspec.Struct, frozen=True):
    """`LIKE source INCLUDING ...`; options in lower case: `defaults`, `constraints`, `indexes`, `identity`..."""

    source: Name
    including: tuple[str, ...] = ()
