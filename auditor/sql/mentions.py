"""What a statement or an expression mentions: relations with their columns, functions, types, sequences.

One walk over libpg_query's tree with SQL's scoping of names: WITH queries hide relations, aliases stand for
them, a sub-query sees what is around it. Nothing is resolved against a catalog, so an unqualified column is
told apart only where a single relation is in sight; inside a sub-query that is the sub-query's own.

System catalogs, `information_schema`, built-in functions and types are left out: they are nobody's objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from auditor.model.change import Access, Name, Reference
from auditor.sql.arbiters import arbiter_of
from auditor.sql.constants import argument_text
from auditor.sql.names import is_builtin_function, split_name
from auditor.sql.scopes import (
    ALL_COLUMNS,
    SYSTEM_SCHEMAS,
    Relation,
    Scope,
    compared_with,
    is_equality,
    is_system_function,
    is_system_relation,
    is_system_type,
    note_values,
    telling_literals,
)
from auditor.sql.tree import (
    Node,
    literal,
    name_of,
    name_of_nodes,
    relation_name,
    string_literal,
    strings,
    type_name,
)
from auditor.sql.values import Environment

_SEQUENCE_FUNCTIONS = frozenset({"nextval", "setval", "currval"})
_REG_TYPES: dict[str, str] = {
    "regclass": "relation",
    "regtype": "type",
    "regproc": "function",
    "regprocedure": "function",
}


class Mentions:
    """The walk and what it found.

    Args:
        owner: the relation whose expression it is (a check, a policy, an index), for its columns.
        aliases: other names of the owner: `new` and `old` in triggers and rules.
        known: values of variables, for the arguments of calls.

    Attributes:
        settings: the arguments of calls of `set_config`.
    """

    def __init__(
        self, owner: Name | None = None, aliases: Iterable[str] = (), *, known: Environment | None = None
    ) -> None:
        self._known = known if known is not None else {}
        self.relations: list[Relation] = []
        self.calls: dict[tuple[Name, tuple[str | None, ...], tuple[str, ...]], None] = {}
        self.types: dict[Name, None] = {}
        self.others: dict[tuple[str, Name], None] = {}
        self.sequences: list[tuple[str, Name]] = []
        self.settings: list[list[Node]] = []
        self.owner: Relation | None = None
        self._root = Scope()
        if owner is not None:
            self.owner = Relation(owner, "read", "select")
            for alias in (owner.name, *aliases):
                self._root.add(alias, self.owner)

    def walk(self, node: Any) -> Mentions:
        """Walk a node or a list of nodes; may be called again for another expression of the same owner."""
        self._walk(node, self._root)
        return self

    def references(self) -> tuple[Reference, ...]:
        """What was found, as the objects that the text depends on; the owner is not among them."""
        relations: dict[Name, dict[str, None]] = {}
        for relation in self.relations:
            if not relation.system:
                relations.setdefault(relation.name, {}).update(relation.columns)
        found = [Reference("relation", name, tuple(columns)) for name, columns in relations.items()]
        found += [Reference("function", name) for name in dict.fromkeys(name for name, *_ in self.calls)]
        found += [Reference("type", name) for name in self.types]
        for kind, name in self.others:
            reference = Reference(kind, name)  # type: ignore[arg-type]
            if reference not in found and not (kind == "relation" and name in relations):
                found.append(reference)
        return tuple(found)

    def owner_columns(self) -> tuple[str, ...]:
        """The columns of the owner that are mentioned, in order of appearance."""
        return tuple(self.owner.columns) if self.owner is not None else ()

    def accesses(self) -> tuple[Access, ...]:
        """What was found, as what the statement does to rows: one for each relation and verb, then the calls."""
        merged: dict[tuple[str, Name, str], Relation] = {}
        for relation in self.relations:
            if relation.system:
                continue
            key = (relation.action, relation.name, relation.verb)
            known = merged.setdefault(key, relation)
            if known is not relation:
                known.literals.update(relation.literals)
                known.written.update(relation.written)
                known.conflict = known.conflict or relation.conflict
                known.arbiters.update(relation.arbiters)
        found = [
            Access(
                relation.action,  # type: ignore[arg-type]
                relation.name,
                relation.verb,
                columns=tuple(relation.written),
                conflict=relation.conflict,
                arbiters=tuple(relation.arbiters),
                literals=telling_literals(relation.literals),
            )
            for relation in merged.values()
        ]
        found += [Access("write", name, verb) for verb, name in dict.fromkeys(self.sequences) if verb != "currval"]
        found += [
            Access("call", name, "call", arguments=arguments, named=named) for name, arguments, named in self.calls
        ]
        return tuple(found)

    def arguments_of(self, nodes: Iterable[Node]) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
        """The arguments of a call: the text of each, where the text decides it, and the names of the last ones."""
        named = [node["NamedArgExpr"] for node in nodes if "NamedArgExpr" in node]
        values = [node["NamedArgExpr"]["arg"] if "NamedArgExpr" in node else node for node in nodes]
        return (
            tuple(argument_text(value, self._known) for value in values),
            tuple(argument.get("name", "") for argument in named),
        )

    # Private

    def _walk(self, node: Any, scope: Scope) -> None:
        if isinstance(node, list):
            for element in node:
                self._walk(element, scope)
        elif isinstance(node, dict):
            handlers = self._handlers
            for key, value in node.items():
                if (handler := handlers.get(key)) is not None:
                    handler(self, value, scope)
                elif isinstance(value, (dict, list)):
                    self._walk(value, scope)

    def _relation(self, range_var: Node, scope: Scope, action: str = "read", verb: str = "select") -> None:
        name = relation_name(range_var)
        alias = range_var.get("alias", {}).get("aliasname") or name.name
        if action == "read" and name.schema is None and name.name in scope.ctes:
            scope.add(alias, None)
            return
        relation = Relation(name, action, verb)
        self.relations.append(relation)
        scope.add(alias, relation)

    def _with(self, clause: Node | None, scope: Scope) -> None:
        if clause is None:
            return
        ctes = [cte["CommonTableExpr"] for cte in clause.get("ctes", ())]
        if clause.get("recursive"):
            scope.ctes |= {cte["ctename"] for cte in ctes}
        for cte in ctes:
            self._walk(cte["ctequery"], scope)
            scope.ctes |= {cte["ctename"]}

    def _from(self, node: Node, scope: Scope) -> None:
        for kind, body in node.items():
            alias = body.get("alias", {}).get("aliasname")
            if kind == "RangeVar":
                self._relation(body, scope)
            elif kind == "JoinExpr":
                self._join(body, scope)
            elif kind == "RangeTableSample":
                self._from(body["relation"], scope)
                self._walk(body.get("args", ()), scope)
            else:
                # A sub-query sees its siblings only when LATERAL, but to look too far finds nothing wrong.
                self._walk(body, Scope(scope) if kind == "RangeSubselect" else scope)
                scope.add(alias or f" {len(scope.aliases)}", None)

    def _join(self, body: Node, scope: Scope) -> None:
        before = set(scope.aliases)
        self._from(body["larg"], scope)
        self._from(body["rarg"], scope)
        self._walk(body.get("quals"), scope)
        for column in strings(body.get("usingClause", ())):
            for alias, relation in scope.aliases.items():
                if alias not in before and relation is not None:
                    relation.columns[column] = None
        if (alias := body.get("alias", {}).get("aliasname")) is not None:
            scope.add(alias, None)

    def _select(self, body: Node, outer: Scope) -> None:
        scope = Scope(outer)
        self._with(body.get("withClause"), scope)
        if "larg" in body:
            self._select(body["larg"], scope)
            self._select(body["rarg"], scope)
        for item in body.get("fromClause", ()):
            self._from(item, scope)
        targets = body.get("targetList", ())
        scope.outputs = frozenset(t["ResTarget"]["name"] for t in targets if "name" in t["ResTarget"])
        self._walk(targets, scope)
        for clause in ("whereClause", "havingClause", "valuesLists", "limitOffset", "limitCount"):
            self._walk(body.get(clause), scope)
        for clause in ("groupClause", "sortClause", "windowClause", "distinctClause"):
            for node in body.get(clause, ()):
                if not self._means_output(node, scope):
                    self._walk(node, scope)

    def _means_output(self, node: Node, scope: Scope) -> bool:
        expression = node.get("SortBy", {}).get("node", node)
        fields = expression.get("ColumnRef", {}).get("fields", ())
        return len(fields) == 1 and "String" in fields[0] and fields[0]["String"]["sval"] in scope.outputs

    def _insert(self, body: Node, outer: Scope) -> None:
        scope = Scope(outer)
        self._with(body.get("withClause"), scope)
        target = self._target(body["relation"], scope, "insert")
        columns = [column["ResTarget"]["name"] for column in body.get("cols", ())]
        target.written.update(dict.fromkeys(columns))
        select = body.get("selectStmt", {}).get("SelectStmt", {})
        for row in select.get("valuesLists", ()):
            for column, value in zip(columns, row["List"].get("items", ()), strict=False):
                note_values(target, column, value)
        for column, output in zip(columns, select.get("targetList", ()), strict=False):
            note_values(target, column, output["ResTarget"].get("val"))
        inner = Scope(outer)
        inner.ctes = scope.ctes
        self._walk(body.get("selectStmt"), inner)
        if (conflict := body.get("onConflictClause")) is not None:
            scope.add("excluded", target)
            infer = conflict.get("infer", {})
            target.conflict = tuple(
                element["IndexElem"]["name"]
                for element in infer.get("indexElems", ())
                if "name" in element["IndexElem"]
            )
            if (arbiter := arbiter_of(conflict)) is not None:
                target.arbiters[arbiter] = None
            self._assignments(conflict.get("targetList", ()), target, scope)
            self._walk(infer, scope)
            self._walk(conflict.get("whereClause"), scope)
        self._walk(body.get("returningClause"), scope)

    def _update(self, body: Node, outer: Scope) -> None:
        scope = Scope(outer)
        self._with(body.get("withClause"), scope)
        target = self._target(body["relation"], scope, "update")
        for item in body.get("fromClause", ()):
            self._from(item, scope)
        self._assignments(body.get("targetList", ()), target, scope)
        self._walk(body.get("whereClause"), scope)
        self._walk(body.get("returningClause"), scope)

    def _delete(self, body: Node, outer: Scope) -> None:
        scope = Scope(outer)
        self._with(body.get("withClause"), scope)
        self._target(body["relation"], scope, "delete")
        for item in body.get("usingClause", ()):
            self._from(item, scope)
        self._walk(body.get("whereClause"), scope)
        self._walk(body.get("returningClause"), scope)

    def _merge(self, body: Node, outer: Scope) -> None:
        scope = Scope(outer)
        self._with(body.get("withClause"), scope)
        target = self._target(body["relation"], scope, "merge")
        self._from(body["sourceRelation"], scope)
        self._walk(body.get("joinCondition"), scope)
        for wrapped in body.get("mergeWhenClauses", ()):
            when = wrapped["MergeWhenClause"]
            self._walk(when.get("condition"), scope)
            targets = when.get("targetList", ())
            if when.get("commandType") == "CMD_INSERT":
                columns = [column["ResTarget"]["name"] for column in targets]
                target.written.update(dict.fromkeys(columns))
                for column, value in zip(columns, when.get("values", ()), strict=False):
                    note_values(target, column, value)
            else:
                self._assignments(targets, target, scope)
            self._walk(when.get("values"), scope)
        self._walk(body.get("returningClause"), scope)

    def _target(self, range_var: Node, scope: Scope, verb: str) -> Relation:
        self._relation(range_var, scope, "write", verb)
        return self.relations[-1]

    def _assignments(self, targets: Iterable[Node], target: Relation, scope: Scope) -> None:
        for wrapped in targets:
            assignment = wrapped["ResTarget"]
            column, value = assignment["name"], assignment.get("val")
            target.written[column] = None
            if value is not None and (multiple := value.get("MultiAssignRef")) is not None:
                source = multiple.get("source", {})
                row = source.get("RowExpr", {}).get("args", ())
                position = multiple.get("colno", 1)
                note_values(target, column, row[position - 1] if position <= len(row) else None)
                if position == 1:
                    self._walk(source, scope)
            else:
                note_values(target, column, value)
                self._walk(value, scope)

    def _column(self, body: Node, scope: Scope) -> None:
        fields = strings(body.get("fields", ()))
        if not fields:
            return
        if len(fields) == 1:
            self._unqualified(fields[0], scope)
            return
        if (relation := scope.named(fields[-2])) is not None:
            relation.columns[fields[-1]] = None

    def _unqualified(self, name: str, scope: Scope) -> None:
        if name == ALL_COLUMNS:
            for relation in scope.aliases.values():
                if relation is not None:
                    relation.columns[ALL_COLUMNS] = None
        elif (relation := scope.named(name)) is not None:
            relation.columns[ALL_COLUMNS] = None
        elif (relation := scope.only()) is not None:
            relation.columns[name] = None

    def _call(self, body: Node, scope: Scope) -> None:
        name = name_of_nodes(body["funcname"])
        arguments = body.get("args", [])
        builtin = name.schema == "pg_catalog" or (name.schema is None and is_builtin_function(name.name))
        if not builtin and name.schema not in SYSTEM_SCHEMAS:
            self.calls[name, *self.arguments_of(arguments)] = None
        elif name.name in _SEQUENCE_FUNCTIONS and (text := string_literal(next(iter(arguments), None))):
            if parts := split_name(text):
                sequence = name_of(parts)
                self.sequences.append((name.name, sequence))
                self.others["sequence", sequence] = None
            for rest in arguments[1:]:
                self._walk(rest, scope)
            return
        elif name.name == "set_config":
            self.settings.append(arguments)
        for key, value in body.items():
            if key != "funcname" and isinstance(value, (dict, list)):
                self._walk(value, scope)

    def _cast(self, body: Node, scope: Scope) -> None:
        target = type_name(body["typeName"])
        kind = _REG_TYPES.get(target.name) if target.schema in (None, "pg_catalog") else None
        if kind is not None and not target.array and (text := string_literal(body.get("arg"))):
            self._named_by_text(kind, text)
            return
        self._type(body["typeName"], scope)
        self._walk(body.get("arg"), scope)

    def _named_by_text(self, kind: str, text: str) -> None:
        if parts := split_name(text.partition("(")[0]):
            name = name_of(parts)
            builtin = {"relation": is_system_relation, "type": is_system_type, "function": is_system_function}[
                kind
            ]
            if not builtin(name):
                self.others[kind, name] = None

    def _type(self, body: Node, _scope: Scope) -> None:
        written = type_name(body)
        name = Name(written.name, written.schema)
        if not is_system_type(name):
            self.types[name] = None

    def _expression(self, body: Node, scope: Scope) -> None:
        column = body.get("lexpr", {}).get("ColumnRef")
        if column is not None and (values := compared_with(body)):
            fields = strings(column.get("fields", ()))
            relation = scope.named(fields[-2]) if len(fields) > 1 else scope.only()
            if relation is not None and fields[-1] != ALL_COLUMNS:
                relation.literals.update(dict.fromkeys((fields[-1], value) for value in values))
        elif (column := body.get("rexpr", {}).get("ColumnRef")) is not None and (
            (value := literal(body.get("lexpr"))) is not None and is_equality(body)
        ):
            fields = strings(column.get("fields", ()))
            relation = scope.named(fields[-2]) if len(fields) > 1 else scope.only()
            if relation is not None:
                relation.literals[fields[-1], value] = None
        for side in ("lexpr", "rexpr"):
            self._walk(body.get(side), scope)

    def _boolean(self, body: Node, scope: Scope) -> None:
        if body.get("boolop") != "NOT_EXPR":
            self._walk(body.get("args"), scope)
            return
        # What a column must not be is no value of it.
        before = [(relation, dict(relation.literals)) for relation in self.relations]
        self._walk(body.get("args"), scope)
        for relation, literals in before:
            relation.literals = literals

    def _ignore(self, _body: Node, _scope: Scope) -> None:
        """FOR UPDATE OF names tables that FROM has already named."""

    _handlers: ClassVar[dict[str, Callable[[Mentions, Any, Scope], None]]] = {
        "SelectStmt": _select,
        "InsertStmt": _insert,
        "UpdateStmt": _update,
        "DeleteStmt": _delete,
        "MergeStmt": _merge,
        "ColumnRef": _column,
        "FuncCall": _call,
        "TypeCast": _cast,
        "TypeName": _type,
        "typeName": _type,
        "A_Expr": _expression,
        "BoolExpr": _boolean,
        "LockingClause": _ignore,
    }
