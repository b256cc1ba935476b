"""What is known of a body's variables while it is walked: values that the text decides, conditions that it tests.

Nothing is known of a name that is declared twice (in blocks within one another): which one is meant where, the
tree does not say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from auditor.migrations.effects.guards import Guards, guards_of, guards_of_query
from auditor.migrations.effects.plpgsql_tree import (
    assigned_in,
    blocks_in,
    expression_text,
    loop_variables,
    only_target,
    parse_one,
)
from auditor.model.change import TypeName
from auditor.sql.catalog_queries import rows_of
from auditor.sql.constant_rows import literal_rows
from auditor.sql.constants import ANYTHING, as_condition, evaluate, world_of
from auditor.sql.tree import Node, kind_and_body, type_name
from auditor.sql.values import NULL, Environment, Value, World, cast

State = tuple[dict[str, Value], dict[str, Guards]]

_CASE = "__Case__Variable_"
"""How the variable begins that holds the subject of a CASE statement; its type comes with the value."""

_OF_HANDLERS = frozenset({"sqlstate", "sqlerrm"})
_NO_ROWS = ("fromClause", "whereClause", "havingClause", "valuesLists", "larg", "withClause", "limitCount")


class Variables:
    """The variables of one body.

    Attributes:
        names: by number, as statements refer to them; a record's field as `record.field`.

    Args:
        function: the tree of the body.
        parameters: values of the parameters that are known, by name and by `$n`.
    """

    def __init__(self, function: Node, parameters: Environment | None = None) -> None:
        datums = [kind_and_body(datum) for datum in function.get("datums", ())]
        plain = [str(body.get("refname", "")) for _, body in datums]
        self.names = [
            f"{plain[body['recparentno']]}.{body['fieldname']}" if kind == "PLpgSQL_recfield" else plain[at]
            for at, (kind, body) in enumerate(datums)
        ]
        self._doubtful = {name for name, count in Counter(plain).items() if count > 1}
        self._types = {
            body.get("refname", ""): found
            for kind, body in datums
            if kind == "PLpgSQL_var" and (found := _declared_type(body)) is not None
        }
        self._declared = _by_block(function, [body for kind, body in datums if kind == "PLpgSQL_var"])
        self._never_set = set(plain) - assigned_in(function.get("action"), self.names)
        self._known: dict[str, Value] = {}
        self._flags: dict[str, Guards] = {}
        for name, value in (parameters or {}).items():
            if name not in self._doubtful:
                self._known[name] = value

    # What is asked

    @property
    def world(self) -> World | None:
        """What of the database may be asked."""
        return world_of(self._known)

    @property
    def known(self) -> Environment:
        """The values that are known now."""
        return self._known

    def name(self, number: int) -> str:
        """The name of a variable by its number."""
        return self.names[number] if 0 <= number < len(self.names) else ""

    def value(self, expression: Node) -> Value | None:
        """The value of a PLpgSQL_expr, or None."""
        tree = parse_one(f"SELECT {expression_text(expression)}")
        return evaluate(only_target(tree), self._known) if tree is not None else None

    def value_with_stand_in(self, expression: Node, stand_in: str) -> Value | None:
        """The value of a PLpgSQL_expr with a word in place of each part that is not known."""
        tree = parse_one(f"SELECT {expression_text(expression)}")
        known = {**self._known, ANYTHING: stand_in}
        return evaluate(only_target(tree), known) if tree is not None else None

    def holds(self, expression: Node) -> bool | None:
        """Whether a condition holds, or None where it is not known."""
        return as_condition(self.value(expression))

    def condition(self, expression: Node) -> Guards:
        """The guards that a condition amounts to; none if it asks anything else."""
        tree = parse_one(f"SELECT {expression_text(expression)}")
        target = only_target(tree) if tree is not None else None
        return guards_of(target, self._known, self._flags) if target is not None else ()

    def rows(self, query: Node, variable: Node) -> list[dict[str, Value]] | None:
        """The rows of a FOR over a query of no table, or of system catalogs, as values of the loop's variables."""
        select = _statement(query)
        query = select.get("SelectStmt", {}) if select is not None else {}
        rows = literal_rows(query, self._known)
        if rows is None and query:
            rows = rows_of(query, self._known)
        if rows is None:
            return None
        kind, body = kind_and_body(variable)
        if kind == "PLpgSQL_rec":
            name = body.get("refname", "")
            return [{f"{name}.{column}": value for column, value in row.items()} for row in rows]
        fields = [field.get("name", "") for field in body.get("fields", ())]
        if any(len(row) < len(fields) for row in rows):
            return None  # which of the columns is not known cannot be told
        return [dict(zip(fields, row.values(), strict=False)) for row in rows]

    # What happens

    def declared_in(self, block: Node | None) -> list[Node]:
        """The variables that a block declares; for None those of which the tree does not tell the block."""
        return self._declared.get(block.get("lineno", 0) if block is not None else 0, [])

    def declare(self, variable: Node, *, surely: bool) -> None:
        """A variable begins, with its default or NULL.

        Args:
            variable: a PLpgSQL_var.
            surely: whether its block begins here; otherwise only what never changes is known.
        """
        name, default = variable.get("refname", ""), variable.get("default_val")
        if not surely and name not in self._never_set:
            return
        if default is None:
            self._set(name, NULL, ())
        else:
            self._set(name, self.value(default), self.condition(default))

    def assign(self, number: int, expression: Node) -> None:
        """A variable is assigned; of an array whose element is set nothing is known any more."""
        name = self.name(number)
        text = expression["PLpgSQL_expr"].get("query", "")
        whole = "[" not in text[: len(text) - len(expression_text(expression))]
        self._set(name, self.value(expression) if whole else None, self.condition(expression))

    def set_value(self, number: int, value: Value | None) -> None:
        """A variable has a value now."""
        self._set(self.name(number), value, ())

    def select_into(self, query: Node, target: Node | None) -> None:
        """A query ran; it may have set variables, FOUND among them."""
        targets = assigned_in({"target": target}, self.names)
        statement = _statement(query)
        output = only_target(statement) if statement is not None else None
        guards = guards_of(output, self._known, self._flags) if output is not None and len(targets) == 1 else ()
        values = self._selected(statement, target)
        self.forget(targets)
        for name, value in values.items():
            self._set(name, value, ())
        if guards:
            self._set(next(iter(targets)), None, guards)
        # `IF FOUND` behind a query on a system catalog asks whether the object exists.
        select = statement.get("SelectStmt") if statement is not None else None
        self._set("found", None, guards_of_query(select, self._known) if select is not None else ())

    def set_round(self, values: Mapping[str, Value]) -> None:
        """A round of a loop over known values begins."""
        for name, value in values.items():
            self.forget({name})
            kept = self._converted(name, value)
            if kept is not None:
                self._known[name] = kept

    def forget_set_in(self, node: object) -> None:
        """Whatever a node may set is not known any more, FOUND neither."""
        self.forget({"found", *assigned_in(node, self.names)})

    def forget(self, names: Iterable[str]) -> None:
        """Variables that are not known any more, with the fields of those that are records."""
        for name in names:
            self._known.pop(name, None)
            self._flags.pop(name, None)
            for field in [key for key in self._known if key.startswith(f"{name}.")]:
                del self._known[field]

    def save(self) -> State:
        """What is known now."""
        return dict(self._known), dict(self._flags)

    def restore(self, state: State) -> None:
        """Go back to what was known, behind a branch that may not have been taken."""
        self._known, self._flags = state

    # Private

    def _set(self, name: str, value: Value | None, guards: Guards) -> None:
        self.forget({name})
        if name in self._doubtful:
            return
        value = self._converted(name, value)
        if value is not None:
            self._known[name] = value
        if guards:
            self._flags[name] = guards

    def _converted(self, name: str, value: Value | None) -> Value | None:
        """A value as a variable of its type holds it."""
        kind = self._types.get(name)
        return value if value is None or kind is None or name in self._doubtful else cast(value, kind)

    def _selected(self, statement: Node | None, target: Node | None) -> dict[str, Value]:
        """The values that `SELECT 'a', b || 'c' INTO x, y` gives."""
        select = statement.get("SelectStmt") if statement is not None else None
        if select is None or target is None:
            return {}
        kind, body = kind_and_body(target)
        names = [field.get("name", "") for field in body.get("fields", ())]
        if any(clause in select for clause in _NO_ROWS):
            return self._found(select, kind, body, names)
        outputs = [output["ResTarget"].get("val") for output in select.get("targetList", ())]
        if len(names) != len(outputs):
            return {}
        values = [evaluate(output, self._known) for output in outputs]
        return {name: value for name, value in zip(names, values, strict=True) if value is not None}

    def _found(self, select: Node, kind: str, body: Node, names: list[str]) -> dict[str, Value]:
        """The values that a query on system catalogs gives, INTO variables; NULL if it finds nothing."""
        rows = rows_of({key: value for key, value in select.items() if key != "intoClause"}, self._known)
        if rows is None or len(rows) > 1:
            return {}
        if kind == "PLpgSQL_rec":
            name = body.get("refname", "")
            return {f"{name}.{column}": value for column, value in rows[0].items()} if rows else {}
        if not rows:
            return dict.fromkeys(names, NULL)
        return dict(zip(names, rows[0].values(), strict=True)) if len(rows[0]) == len(names) else {}


def _statement(expression: Node) -> Node | None:
    """The only statement of a PLpgSQL_expr that is a whole statement."""
    return parse_one(expression["PLpgSQL_expr"].get("query", ""))


def _declared_type(variable: Node) -> TypeName | None:
    """The type of a variable, where the grammar reads it (it does not read `t.c%TYPE`)."""
    if variable.get("refname", "").startswith(_CASE):
        return None
    written = variable.get("datatype", {}).get("PLpgSQL_type", {}).get("typname", "")
    target = only_target(tree) if (tree := parse_one(f"SELECT NULL::{written}")) is not None else None
    return type_name(target["TypeCast"]["typeName"]) if target is not None and "TypeCast" in target else None


def _by_block(function: Node, variables: list[Node]) -> dict[int, list[Node]]:
    """Variables by the line of the BEGIN of the block that declares them.

    A block's declarations stand right before its BEGIN, so that is the next one. Where two blocks begin on one
    line it cannot be told: those are found under 0.
    """
    lines = Counter(block.get("lineno", 0) for block in blocks_in(function.get("action")))
    loops = {(variable.get("refname"), variable.get("lineno")) for variable in loop_variables(function)}
    found: dict[int, list[Node]] = {}
    for variable in variables:
        name, declared = variable.get("refname", ""), variable.get("lineno", 0)
        if not declared or (name, declared) in loops or name.startswith(_CASE) or name in _OF_HANDLERS:
            continue
        line = min((line for line in lines if line >= declared), default=0)
        found.setdefault(line if lines[line] == 1 else 0, []).append(variable)
    return found
