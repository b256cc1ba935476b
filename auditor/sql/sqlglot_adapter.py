"""What sqlglot makes of a statement: the only module that imports it, behind :mod:`auditor.sql.second_reading`.

sqlglot parses PostgreSQL loosely. What it does not know it hands back as an opaque `Command`, or raises, or reads
as something else (`SAVEPOINT s` as a column with an alias). So an answer counts only for the classes listed here,
and None means "not typed". No sqlglot class is subclassed: with the compiled `sqlglotc` installed that fails
(tobymao/sqlglot#7923).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from auditor.model.change import Access, Name
from auditor.sql.names import clip, is_builtin_relation
from auditor.sql.scopes import SYSTEM_SCHEMAS, telling_literals
from auditor.sql.second_reading import MAX_BYTES, Shape
from auditor.sql.tree import array_text

# It warns on stderr for each statement that it gives up on; that is what None says here.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def shape_of(sql: str) -> Shape | None:
    """The shape that sqlglot sees, or None where it does not type the statement."""
    tree = _parse(sql)
    return None if tree is None else _shape(tree)


@lru_cache(maxsize=4)  # asked for by the comparison, then by the handler of the statement
def accesses_of(sql: str) -> tuple[Access, ...] | None:
    """Which relations a data statement reads and writes, as sqlglot sees it; calls are left out.

    Returns:
        One access for each relation and verb, or None where sqlglot does not type the statement.
    """
    tree = _parse(sql)
    if not isinstance(tree, _DATA):
        return None
    return _Accesses(tree).read()


# Private, shapes

_DATA = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery, exp.Insert, exp.Update, exp.Delete, exp.Merge)
_PLAIN: dict[type[object], str] = {
    exp.Transaction: "begin",
    exp.Commit: "commit",
    exp.Rollback: "rollback",
    exp.Set: "set",
    exp.Analyze: "analyze",
}
_WRITES: dict[type[object], str] = {
    exp.Insert: "insert",
    exp.Update: "update",
    exp.Delete: "delete",
    exp.Merge: "merge",
}


# To make them takes as long as a short statement; both begin anew with each text.
_POSTGRES = sqlglot.Dialect.get_or_raise("postgres")
_TOKENIZER, _PARSER = _POSTGRES.tokenizer(), _POSTGRES.parser()


@lru_cache(maxsize=4)  # shape and accesses are asked for one after the other; the tree is not changed
def _parse(sql: str) -> exp.Expression | None:
    if len(sql) > MAX_BYTES:
        return None
    try:
        trees = _PARSER.parse(_TOKENIZER.tokenize(sql), sql)
    except (SqlglotError, RecursionError):
        return None
    # BEGIN ATOMIC is taken apart at its semicolons.
    return trees[0] if len(trees) == 1 else None  # type: ignore[return-value]


def _shape(tree: exp.Expression) -> Shape | None:
    kind = str(tree.args.get("kind") or "").lower()
    if type(tree) in _PLAIN:
        return Shape(_PLAIN[type(tree)])
    if isinstance(tree, tuple(_WRITES)):
        return Shape(_WRITES[type(tree)], "table", _name(tree.this))
    if isinstance(tree, _DATA):
        return Shape("select")
    if isinstance(tree, exp.Create):
        return Shape("create", kind, _name(tree.this))
    if isinstance(tree, exp.Drop):
        tables = tree.args.get("tables") or [tree.this]
        return Shape("drop", kind, _name(tables[0]))
    if isinstance(tree, exp.Alter):
        return Shape("alter", kind, _name(tree.this))
    if isinstance(tree, exp.Comment):
        return Shape("comment", kind, _name(tree.this))
    if isinstance(tree, exp.Grant | exp.Revoke):
        return Shape("grant" if isinstance(tree, exp.Grant) else "revoke", kind, _name(tree.args.get("securable")))
    if isinstance(tree, exp.TruncateTable):
        return Shape("truncate", "table", _name(tree.expressions[0]))
    if isinstance(tree, exp.Copy) and (name := _name(tree.this)) is not None:  # not of a query
        return Shape("copy", "table", name)
    return None


def _name(node: object) -> Name | None:
    if isinstance(node, exp.Schema | exp.UserDefinedFunction):
        node = node.this
    if isinstance(node, exp.Index):
        return _name(node.this)
    if isinstance(node, exp.Identifier):
        return Name(_text(node))
    if isinstance(node, exp.Column):
        qualifier = node.args.get("table")
        return Name(_text(node.this), _text(qualifier) if qualifier is not None else None)
    if isinstance(node, exp.Table):
        schema = node.args.get("db")
        if node.this is None:  # CREATE SCHEMA
            return Name(_text(schema)) if schema is not None else None
        if isinstance(node.this, exp.Anonymous):  # GRANT ... ON FUNCTION f(int)
            return Name(str(node.this.this), _text(schema) if schema is not None else None)
        return Name(_text(node.this), _text(schema) if schema is not None else None)
    return None


def _text(identifier: exp.Expression) -> str:
    """An identifier's name after PostgreSQL's folding and clipping."""
    name = str(identifier.name)
    return clip(name if identifier.args.get("quoted") else name.lower())


# Private, accesses


class _Relation:
    __slots__ = ("access", "columns", "conflict", "literals", "node")

    def __init__(self, node: exp.Table, access: tuple[str, str]) -> None:
        self.node = node
        self.access = access
        self.columns: dict[str, None] = {}
        self.conflict: tuple[str, ...] = ()
        self.literals: dict[tuple[str, str], None] = {}


class _Accesses:
    """One walk over a data statement's tree."""

    def __init__(self, tree: exp.Expression) -> None:
        self._tree = tree
        self._relations: dict[int, _Relation] = {}

    def read(self) -> tuple[Access, ...]:
        """The accesses, targets of writes and reads in the order of the tree."""
        for table in self._tree.find_all(exp.Table):
            # FOR UPDATE OF names an alias, SELECT INTO what it creates.
            read = not isinstance(table.parent, exp.Lock | exp.Into)
            if isinstance(table.this, exp.Identifier) and read and not self._is_cte(table):
                self._relations[id(table)] = _Relation(table, self._verb(table))
        for node in self._tree.walk():
            if isinstance(node, exp.EQ | exp.NullSafeEQ):
                self._equality(node)
            elif isinstance(node, exp.In):
                self._in(node)
            elif isinstance(node, exp.Insert):
                self._insert(node)
        merged: dict[tuple[str, Name, str], _Relation] = {}
        for relation in self._relations.values():
            name = _name(relation.node)
            if name is None or name.schema in SYSTEM_SCHEMAS:
                continue
            if name.schema is None and is_builtin_relation(name.name):
                continue
            known = merged.setdefault((relation.access[0], name, relation.access[1]), relation)
            known.columns.update(relation.columns)
            known.literals.update(relation.literals)
            known.conflict = known.conflict or relation.conflict
        return tuple(
            Access(
                action,  # type: ignore[arg-type]
                name,
                verb,
                columns=tuple(relation.columns),
                conflict=relation.conflict,
                literals=telling_literals(relation.literals),
            )
            for (action, name, verb), relation in merged.items()
        )

    # Private, names

    def _is_cte(self, table: exp.Table) -> bool:
        if table.args.get("db") is not None or self._verb(table)[0] == "write":
            return False
        name = _text(table.this)
        node: exp.Expression | None = table
        while node is not None:
            clause = node.args.get("with_")
            if clause is not None and any(_text(cte.args["alias"].this) == name for cte in clause.expressions):
                return not self._is_own_source(table, clause, name)
            node = node.parent  # type: ignore[assignment]
        return False

    def _is_own_source(self, table: exp.Table, clause: exp.Expression, name: str) -> bool:
        """Whether the table stands in the very WITH query of its name, which is not RECURSIVE."""
        if clause.args.get("recursive"):
            return False
        cte = table.find_ancestor(exp.CTE)
        while cte is not None:
            if cte.parent is clause:
                return bool(_text(cte.args["alias"].this) == name)
            cte = cte.find_ancestor(exp.CTE)
        return False

    def _verb(self, table: exp.Table) -> tuple[str, str]:
        node: exp.Expression = table
        parent = node.parent
        if isinstance(parent, exp.Schema) and node.arg_key == "this":
            node, parent = parent, parent.parent
        if parent is not None and type(parent) in _WRITES and node.arg_key == "this":
            return "write", _WRITES[type(parent)]
        return "read", "select"

    def _sources(self, node: exp.Expression) -> list[tuple[str, _Relation | None]]:
        """FROM items, each with its alias; None for what is no relation."""
        items: list[exp.Expression] = []
        if isinstance(node, exp.Select):
            items = _from_items(node.args.get("from_")) + _joined(node)
        elif isinstance(node, exp.Update):
            items = [node.this, *_joined(node.this), *_from_items(node.args.get("from_"))]
        elif isinstance(node, exp.Delete):
            using = node.args.get("using") or []
            items = [node.this, *(one for item in using for one in [item, *_joined(item)])]
        elif isinstance(node, exp.Merge):
            items = [node.this, node.args["using"]]
        elif isinstance(node, exp.Insert) and not isinstance(node.parent, exp.When):
            items = [node.this.this if isinstance(node.this, exp.Schema) else node.this]
        found = []
        for item in items:
            relation = self._relations.get(id(item)) if isinstance(item, exp.Table) else None
            alias = item.args.get("alias") if isinstance(item, exp.Expression) else None
            name = alias.this if alias is not None and alias.this is not None else item.this
            found.append((_text(name) if isinstance(name, exp.Identifier) else "", relation))
            if isinstance(node, exp.Insert):
                found.append(("excluded", relation))
        return found

    def _relation_of(self, column: exp.Column) -> _Relation | None:
        qualifier = column.args.get("table")
        wanted = _text(qualifier) if qualifier is not None else None
        node: exp.Expression | None = column
        below: exp.Expression = column
        while node is not None:
            # The query of an INSERT does not see the table that it fills.
            sources = [] if isinstance(node, exp.Insert) and below.arg_key == "expression" else self._sources(node)
            if wanted is None and sources:
                distinct = {id(relation) for _, relation in sources}
                return sources[0][1] if len(distinct) == 1 else None
            for alias, relation in sources:
                if alias == wanted:
                    return relation
            below, node = node, node.parent  # type: ignore[assignment]
        return None

    # Private, columns and literals

    def _equality(self, node: exp.Expression) -> None:
        parent = node.parent
        assigns = node.arg_key == "expressions" and isinstance(parent, exp.Update | exp.OnConflict)
        if assigns and parent is not None:
            self._assignment(node, parent)  # type: ignore[arg-type]
            return
        left, right = node.this, node.expression
        if isinstance(left, exp.Column):
            values = _any_values(right) if isinstance(right, exp.Any) else _literals([right])
            self._note(left, node, values)
        elif isinstance(right, exp.Column):
            self._note(right, node, _literals([left]))

    def _assignment(self, node: exp.Expression, parent: exp.Expression) -> None:
        statement = parent.find_ancestor(exp.Insert, exp.Merge) if not _is_statement(parent) else parent
        target = self._target(statement)
        if target is None:
            return
        left, right = node.this, node.expression
        pairs = [(left, right)]
        if isinstance(left, exp.Tuple):
            values = right.expressions if isinstance(right, exp.Tuple) else []
            pairs = [(one, values[at] if at < len(values) else None) for at, one in enumerate(left.expressions)]
        for column, value in pairs:
            name = _text(column.this) if isinstance(column, exp.Column) else _text(column)
            target.columns[name] = None
            target.literals.update(dict.fromkeys((name, text) for text in _possible_values(value)))

    def _insert(self, node: exp.Insert) -> None:
        of_merge = isinstance(node.parent, exp.When)
        target = self._target(node.find_ancestor(exp.Merge) if of_merge else node)
        if target is None or node.this is None:
            return
        names = [_text(one.this if isinstance(one, exp.Column) else one) for one in node.this.expressions]
        target.columns.update(dict.fromkeys(names))
        source = node.expression
        rows: list[list[exp.Expression]] = []
        if isinstance(source, exp.Values):
            rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in source.expressions]
        elif isinstance(source, exp.Tuple | exp.Select):
            rows = [source.expressions]
        for row in rows:
            for name, value in zip(names, row, strict=False):
                target.literals.update(dict.fromkeys((name, text) for text in _possible_values(value)))
        conflict = node.args.get("conflict")
        if conflict is not None:
            keys = [
                key.this if isinstance(key, exp.Ordered) else key
                for key in conflict.args.get("conflict_keys") or ()
            ]
            target.conflict = tuple(
                _text(key.this if isinstance(key, exp.Column) else key)
                for key in keys
                if isinstance(key, exp.Column | exp.Identifier)
            )

    def _in(self, node: exp.In) -> None:
        if isinstance(node.this, exp.Column):
            self._note(node.this, node, _literals(node.expressions))

    def _target(self, statement: exp.Expression | None) -> _Relation | None:
        if statement is None:
            return None
        table = statement.this.this if isinstance(statement.this, exp.Schema) else statement.this
        return self._relations.get(id(table))

    def _note(self, column: exp.Column, node: exp.Expression, values: list[str]) -> None:
        if not values or isinstance(column.this, exp.Star):
            return
        relation = self._relation_of(column)
        if relation is None or self._denied(node, relation):
            return
        name = _text(column.this)
        relation.literals.update(dict.fromkeys((name, value) for value in values))

    def _denied(self, node: exp.Expression, relation: _Relation) -> bool:
        """Whether a NOT stands between the relation and the comparison."""
        outside = {id(ancestor) for ancestor in _ancestors(relation.node)}
        return any(isinstance(ancestor, exp.Not) and id(ancestor) not in outside for ancestor in _ancestors(node))


def _ancestors(node: exp.Expression) -> Iterator[exp.Expression]:
    current = node.parent
    while current is not None:
        yield current  # type: ignore[misc]
        current = current.parent


def _is_statement(node: exp.Expression) -> bool:
    return isinstance(node, exp.Update) and not isinstance(node.parent, exp.When)


def _from_items(clause: exp.Expression | None) -> list[exp.Expression]:
    return [] if clause is None else [clause.this, *_joined(clause.this)]


def _joined(node: exp.Expression) -> list[exp.Expression]:
    found = []
    for join in node.args.get("joins") or ():
        found += [join.this, *_joined(join.this)]
    return [*found, *(node.args.get("laterals") or ())]


def _literal(node: exp.Expression | None) -> str | None:
    while isinstance(node, exp.Cast | exp.Paren):
        node = node.this
    if isinstance(node, exp.Literal | exp.RawString | exp.ByteString | exp.National):
        return str(node.this)
    if isinstance(node, exp.Boolean):
        return "true" if node.this else "false"
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
        return f"-{node.this.this}"
    return None


def _literals(nodes: list[exp.Expression]) -> list[str]:
    return [value for value in map(_literal, nodes) if value is not None]


def _any_values(node: exp.Any) -> list[str]:
    inner = node.this
    while isinstance(inner, exp.Cast | exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Array):
        values = [_literal(one) for one in inner.expressions]
        return [] if None in values else [value for value in values if value is not None]
    text = _literal(inner)
    return (array_text(text) or []) if text is not None else []


def _possible_values(node: exp.Expression | None) -> list[str]:
    """As `scopes.possible_values`, on sqlglot's tree."""
    while isinstance(node, exp.Cast | exp.Paren | exp.Alias):
        node = node.this
    if (value := _literal(node)) is not None:
        return [value]
    if isinstance(node, exp.Case):
        results = [one.args.get("true") for one in node.args.get("ifs") or ()]
        return [value for one in (*results, node.args.get("default")) for value in _possible_values(one)]
    if isinstance(node, exp.Coalesce):
        return [value for one in (node.this, *node.expressions) for value in _possible_values(one)]
    return []
