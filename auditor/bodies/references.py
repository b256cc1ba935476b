"""Every column reference of a statement, with what SQL alone makes of it.

One walk over libpg_query's tree. Follows `parse_clause.c` and `analyze.c` in what is a reference and what is only
a name: the column list of an INSERT, the left side of SET and the columns of USING are names; the column of
ON CONFLICT is a reference (`resolve_unique_index_expr()`); a name alone in ORDER BY or DISTINCT ON means an
output column if there is one, in GROUP BY only if no FROM item has it (`findTargetlistEntrySQL92()`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from auditor.bodies.names import (
    UNKNOWN,
    Columns,
    Found,
    Item,
    Level,
    Levels,
    find_column,
    find_item,
    find_qualified,
)
from auditor.model.change import Name
from auditor.sql.expressions import output_column_name
from auditor.sql.tree import Node, kind_and_body, name_of_nodes, relation_name, strings

RelationColumns = Callable[[Name], Columns]
"""What columns a relation has; `UNKNOWN` where that is not known."""

FunctionColumns = Callable[[Name], Columns | None]
"""What columns a function gives in FROM; None if it gives one value, `UNKNOWN` where that is not known."""

_Ctes = Mapping[str, Columns]

_SCALAR = frozenset(
    {"generate_series", "generate_subscripts", "unnest", "regexp_split_to_table", "string_to_table"}
)
_NAMED: dict[str, tuple[str, ...]] = {
    "json_array_elements": ("value",),
    "json_array_elements_text": ("value",),
    "jsonb_array_elements": ("value",),
    "jsonb_array_elements_text": ("value",),
    "json_each": ("key", "value"),
    "json_each_text": ("key", "value"),
    "jsonb_each": ("key", "value"),
    "jsonb_each_text": ("key", "value"),
}
"""Functions of pg_catalog whose OUT parameters name the columns (`pg_proc.proargnames`)."""


@dataclass(frozen=True, slots=True)
class ColumnReference:
    """One reference.

    Attributes:
        names: as written; the last may be `*`.
        found: what SQL makes of it.
        position: byte in the text.
        conflict: whether it stands in ON CONFLICT (...).
    """

    names: tuple[str, ...]
    found: Found
    position: int = 0
    conflict: bool = False


def references_of(
    statement: Node, relations: RelationColumns, functions: FunctionColumns
) -> list[ColumnReference]:
    """The column references of one statement.

    Args:
        statement: `{"SelectStmt": {...}}` and the like.
        relations: what is known of the relations that it names.
        functions: what is known of the functions in FROM.
    """
    walk = _Walk(relations, functions)
    walk.statement(statement)
    return walk.references


def query_columns(statement: Node, relations: RelationColumns, functions: FunctionColumns) -> Columns:
    """The output columns of a query."""
    return _Walk(relations, functions).statement(statement)


class _Walk:
    def __init__(self, relations: RelationColumns, functions: FunctionColumns) -> None:
        self._relations = relations
        self._functions = functions
        self.references: list[ColumnReference] = []

    def statement(self, node: Node, levels: Levels = (), ctes: _Ctes | None = None) -> Columns:
        """Walk a statement; its output columns."""
        kind, body = kind_and_body(node)
        known = ctes or {}
        match kind:
            case "SelectStmt":
                return self._select(body, levels, known)
            case "InsertStmt":
                return self._insert(body, levels, known)
            case "UpdateStmt":
                return self._update(body, levels, known)
            case "DeleteStmt":
                return self._delete(body, levels, known)
            case "MergeStmt":
                return self._merge(body, levels, known)
            case "CreateTableAsStmt" | "ExplainStmt" | "DeclareCursorStmt":
                return self.statement(body.get("query", {}), levels, known)
            case "CallStmt":
                self._expression(body.get("funccall"), levels, known)
        return UNKNOWN

    # Queries

    def _with(self, clause: Node | None, levels: Levels, ctes: _Ctes) -> _Ctes:
        if clause is None:
            return ctes
        known = dict(ctes)
        for wrapped in clause.get("ctes", ()):
            cte = wrapped["CommonTableExpr"]
            names = strings(cte.get("aliascolnames", ()))
            inner = dict(known)
            if clause.get("recursive"):
                inner[cte["ctename"]] = self._left_arm(cte["ctequery"], levels, known).renamed(names)
            known[cte["ctename"]] = self.statement(cte["ctequery"], levels, inner).renamed(names)
            for clause_name in ("search_clause", "cycle_clause"):
                if clause_name in cte:
                    known[cte["ctename"]] += UNKNOWN
        return known

    def _left_arm(self, query: Node, levels: Levels, ctes: _Ctes) -> Columns:
        """What a recursive query is called before it is read: the columns of its first arm."""
        select = query.get("SelectStmt", {})
        while "larg" in select:
            select = select["larg"]
        silent = _Walk(self._relations, self._functions)
        return silent.statement({"SelectStmt": select}, levels, ctes) if select else UNKNOWN

    def _select(self, body: Node, outer: Levels, ctes: _Ctes) -> Columns:
        level = Level()
        levels = (level, *outer)
        ctes = self._with(body.get("withClause"), levels, ctes)
        if "larg" in body:
            columns = self._select(body["larg"], outer, ctes)
            self._select(body["rarg"], outer, ctes)
            for clause in ("limitOffset", "limitCount"):
                self._expression(body.get(clause), levels, ctes)
            return columns
        for item in body.get("fromClause", ()):
            self._from_list_item(item, level, levels, ctes)
        for item in level.items:
            item.lateral_only = False
        targets = body.get("targetList", ())
        for clause in ("targetList", "whereClause", "havingClause", "valuesLists", "limitOffset", "limitCount"):
            self._expression(body.get(clause), levels, ctes)
        outputs = frozenset(
            name for target in targets if (name := output_column_name(target["ResTarget"])) is not None
        )
        for clause in ("sortClause", "distinctClause"):
            for node in body.get(clause, ()):
                if _single_name(node) not in outputs:
                    self._expression(node, levels, ctes)
        for node in body.get("groupClause", ()):
            self._group(node, outputs, levels, ctes)
        self._expression(body.get("windowClause"), levels, ctes)
        if (rows := body.get("valuesLists")) is not None:
            return Columns(tuple(f"column{n + 1}" for n in range(len(rows[0]["List"].get("items", ())))))
        return self._outputs(targets, level)

    def _group(self, node: Node, outputs: frozenset[str], levels: Levels, ctes: _Ctes) -> None:
        if (grouping := node.get("GroupingSet")) is not None:
            for element in grouping.get("content", ()):
                self._group(element, outputs, levels, ctes)
            return
        name = _single_name(node)
        if name in outputs and find_column(name, levels[:1]) is Found.NO and find_item(name, levels[:1]) is None:
            return
        self._expression(node, levels, ctes)

    def _outputs(self, targets: list[Node], level: Level) -> Columns:
        columns = Columns()
        for wrapped in targets:
            target = wrapped["ResTarget"]
            name = output_column_name(target)
            if name is not None:
                columns += Columns((name,))
                continue
            fields = strings(target.get("val", {}).get("ColumnRef", {}).get("fields", ()))
            if not fields:
                columns += UNKNOWN  # (composite).*
            elif len(fields) == 1:
                for item in level.items:
                    columns += item.columns if item.shows_columns else Columns()
            else:
                item_found = find_item(fields[-2], (level,))
                columns += item_found.columns if item_found is not None else UNKNOWN
        return columns

    # FROM

    def _from_list_item(self, node: Node, level: Level, levels: Levels, ctes: _Ctes) -> None:
        items = self._from(node, level, levels, ctes)
        for item in items:
            item.lateral_only = True
        level.items += items

    def _from(self, node: Node, level: Level, levels: Levels, ctes: _Ctes) -> list[Item]:
        kind, body = kind_and_body(node)
        alias = body.get("alias", {})
        name = alias.get("aliasname")
        renames = strings(alias.get("colnames", ()))
        match kind:
            case "RangeVar":
                return [self._relation(body, ctes)]
            case "JoinExpr":
                return self._join(body, level, levels, ctes)
            case "RangeSubselect":
                before, level.lateral = level.lateral, bool(body.get("lateral"))
                # Without LATERAL it sees no sibling at all.
                inner = levels if body.get("lateral") else (Level(), *levels[1:])
                columns = self.statement(body["subquery"], inner, ctes)
                level.lateral = before
                return [Item(name, columns.renamed(renames))]
            case "RangeFunction":
                before, level.lateral = level.lateral, True
                self._expression(body.get("functions"), levels, ctes)
                level.lateral = before
                columns, function = self._function(body, name)
                return [Item(name or function, columns.renamed(renames))]
            case "RangeTableSample":
                self._expression(body.get("args"), levels, ctes)
                return self._from(body["relation"], level, levels, ctes)
        before, level.lateral = level.lateral, True
        self._expression(body, levels, ctes)
        level.lateral = before
        return [Item(name, UNKNOWN.renamed(renames))]

    def _relation(self, body: Node, ctes: _Ctes) -> Item:
        name = relation_name(body)
        alias = body.get("alias", {})
        shown = alias.get("aliasname")
        is_cte = name.schema is None and name.name in ctes
        columns = ctes[name.name] if is_cte else self._relations(name)
        renamed = columns.renamed(strings(alias.get("colnames", ())))
        return Item(shown or name.name, renamed, None if shown else name.schema, system=not is_cte)

    def _join(self, body: Node, level: Level, levels: Levels, ctes: _Ctes) -> list[Item]:
        left = self._from(body["larg"], level, levels, ctes)
        # The right side may be LATERAL to the left one.
        for item in left:
            item.lateral_only = True
        level.items += left
        right = self._from(body["rarg"], level, levels, ctes)
        del level.items[len(level.items) - len(left) :]
        for item in left:
            item.lateral_only = False
        self._expression(body.get("quals"), (Level([*left, *right]), *levels[1:]), ctes)
        here, there = _shown(left), _shown(right)
        using = tuple(strings(body.get("usingClause", ())))
        if body.get("isNatural"):
            using = tuple(name for name in here.names if name in there.names)
        merged = Columns(using) + _without(here, using) + _without(there, using)
        if body.get("isNatural") and not (here.complete and there.complete):
            merged = UNKNOWN
        alias = body.get("alias", {})
        if (name := alias.get("aliasname")) is not None:
            return [Item(name, merged.renamed(strings(alias.get("colnames", ()))))]
        for item in (*left, *right):
            item.shows_columns = False
        found = [*left, *right, Item(None, merged)]
        if (using_alias := body.get("join_using_alias")) is not None:
            found.append(Item(using_alias.get("aliasname"), Columns(using), shows_columns=False))
        return found

    def _function(self, body: Node, alias: str | None) -> tuple[Columns, str | None]:
        """Columns that a function in FROM gives, and the name by which it goes."""
        functions = body.get("functions", ())
        ordinality = Columns(("ordinality",)) if body.get("ordinality") else Columns()
        if body.get("coldeflist"):
            return Columns(tuple(column["ColumnDef"]["colname"] for column in body["coldeflist"])), None
        if len(functions) != 1:
            return UNKNOWN, None
        call = functions[0]["List"]["items"][0].get("FuncCall")
        if call is None:
            return UNKNOWN, None
        name = name_of_nodes(call["funcname"])
        if name.schema in (None, "pg_catalog"):
            if name.name in _NAMED:
                return Columns(_NAMED[name.name]) + ordinality, name.name
            if name.name in _SCALAR and len(call.get("args", ())) in (1, 2, 3):
                single = name.name != "unnest" or len(call["args"]) == 1
                # The elements of an array may be rows.
                known = single and name.name != "unnest"
                return (Columns((alias or name.name,)) + ordinality if known else UNKNOWN), name.name
        columns = self._functions(name)
        if columns is None:
            columns = Columns((alias or name.name,))
        return columns + ordinality, name.name

    # Statements that write

    def _insert(self, body: Node, outer: Levels, ctes: _Ctes) -> Columns:
        level = Level()
        ctes = self._with(body.get("withClause"), (level, *outer), ctes)
        if "selectStmt" in body:
            self.statement(body["selectStmt"], outer, ctes)
        for column in body.get("cols", ()):
            self._expression(column["ResTarget"].get("indirection"), (level, *outer), ctes)
        target = self._relation(body["relation"], {})
        conflict = body.get("onConflictClause")
        if conflict is not None:
            infer = conflict.get("infer", {})
            only_target: Levels = (Level([target]),)
            for wrapped in infer.get("indexElems", ()):
                element = wrapped["IndexElem"]
                if "name" in element:
                    self._note((element["name"],), only_target, element.get("location", 0), conflict=True)
                else:
                    self._expression(element.get("expr"), only_target, ctes)
            self._expression(infer.get("whereClause"), only_target, ctes)
            both = (Level([target, Item("excluded", target.columns, system=True)]), *outer)
            self._assignments(conflict.get("targetList", ()), both, ctes)
            self._expression(conflict.get("whereClause"), both, ctes)
        return self._returning(body, Level([target]), outer, ctes)

    def _update(self, body: Node, outer: Levels, ctes: _Ctes) -> Columns:
        level = Level()
        levels = (level, *outer)
        ctes = self._with(body.get("withClause"), levels, ctes)
        level.items.append(self._relation(body["relation"], {}))
        self._sources(body.get("fromClause", ()), level, levels, ctes)
        self._assignments(body.get("targetList", ()), levels, ctes)
        self._expression(body.get("whereClause"), levels, ctes)
        return self._returning(body, level, outer, ctes)

    def _delete(self, body: Node, outer: Levels, ctes: _Ctes) -> Columns:
        level = Level()
        levels = (level, *outer)
        ctes = self._with(body.get("withClause"), levels, ctes)
        level.items.append(self._relation(body["relation"], {}))
        self._sources(body.get("usingClause", ()), level, levels, ctes)
        self._expression(body.get("whereClause"), levels, ctes)
        return self._returning(body, level, outer, ctes)

    def _merge(self, body: Node, outer: Levels, ctes: _Ctes) -> Columns:
        level = Level()
        levels = (level, *outer)
        ctes = self._with(body.get("withClause"), levels, ctes)
        target = self._relation(body["relation"], {})
        source = self._from(body["sourceRelation"], level, levels, ctes)
        level.items = [target, *source]
        self._expression(body.get("joinCondition"), levels, ctes)
        for wrapped in body.get("mergeWhenClauses", ()):
            when = wrapped["MergeWhenClause"]
            seen = {
                "MERGE_WHEN_NOT_MATCHED_BY_TARGET": source,
                "MERGE_WHEN_NOT_MATCHED_BY_SOURCE": [target],
            }.get(when.get("matchKind", ""), [target, *source])
            place = (Level(list(seen)), *outer)
            self._expression(when.get("condition"), place, ctes)
            self._assignments(when.get("targetList", ()), place, ctes)
            self._expression(when.get("values"), place, ctes)
        return self._returning(body, level, outer, ctes)

    def _sources(self, nodes: list[Node], level: Level, levels: Levels, ctes: _Ctes) -> None:
        for node in nodes:
            self._from_list_item(node, level, levels, ctes)
        for item in level.items:
            item.lateral_only = False

    def _assignments(self, targets: list[Node], levels: Levels, ctes: _Ctes) -> None:
        for wrapped in targets:
            target = wrapped["ResTarget"]
            self._expression(target.get("indirection"), levels, ctes)
            value = target.get("val", {})
            if (multiple := value.get("MultiAssignRef")) is not None:
                if multiple.get("colno", 1) == 1:
                    self._expression(multiple.get("source"), levels, ctes)
            else:
                self._expression(value, levels, ctes)

    def _returning(self, body: Node, level: Level, outer: Levels, ctes: _Ctes) -> Columns:
        clause = body.get("returningClause", {})
        targets = clause.get("exprs", []) if clause else body.get("returningList", [])
        target = level.items[0]
        # PostgreSQL 18: OLD and NEW can be qualifiers here, and show no columns of their own.
        extra = [
            Item(name, target.columns, system=True, shows_columns=False)
            for name in ("old", "new")
            if targets and all(item.name != name for item in level.items)
        ]
        inner = Level([*level.items, *extra])
        self._expression(targets, (inner, *outer), ctes)
        return self._outputs(targets, inner) if targets else UNKNOWN

    # Expressions

    def _expression(self, node: Any, levels: Levels, ctes: _Ctes) -> None:
        if isinstance(node, list):
            for element in node:
                self._expression(element, levels, ctes)
        elif isinstance(node, dict):
            for key, value in node.items():
                if key == "ColumnRef":
                    names = tuple(strings(value.get("fields", ())))
                    self._note(names, levels, value.get("location", 0))
                elif key in self._statements:
                    self.statement({key: value}, levels, ctes)
                elif isinstance(value, (dict, list)):
                    self._expression(value, levels, ctes)

    _statements: ClassVar[frozenset[str]] = frozenset({"SelectStmt"})

    def _note(self, names: tuple[str, ...], levels: Levels, position: int, *, conflict: bool = False) -> None:
        if not names or names == ("*",):
            return
        found = find_column(names[0], levels) if len(names) == 1 else find_qualified(names, levels)
        self.references.append(ColumnReference(names, found, position, conflict))


def _single_name(node: Node) -> str:
    """The name that stands alone in ORDER BY, GROUP BY or DISTINCT ON; nothing if it is anything else."""
    expression = node.get("SortBy", {}).get("node", node)
    names = strings(expression.get("ColumnRef", {}).get("fields", ()))
    return names[0] if len(names) == 1 else ""


def _shown(items: list[Item]) -> Columns:
    columns = Columns()
    for item in items:
        if item.shows_columns:
            columns += item.columns
    return columns


def _without(columns: Columns, names: tuple[str, ...]) -> Columns:
    return Columns(tuple(name for name in columns.names if name not in names), columns.complete)


def walk_statements(node: Any) -> Iterator[tuple[str, Node]]:
    """Every SELECT, INSERT, UPDATE, DELETE and MERGE below a node, itself first."""
    kinds = ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt")
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            for key, value in current.items():
                if key in kinds and isinstance(value, dict):
                    yield key, value
                if isinstance(value, (dict, list)):
                    stack.append(value)
