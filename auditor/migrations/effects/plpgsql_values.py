"""What is known of a body's variables while it is walked: values that the text decides, conditions that it tests.

Nothing is known of a name that is declared twice (in blocks within one another): which one is meant where, the
tree does not say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from auditor.migrations.effects.guards import Guards, guards_of, guards_of_query
from auditor.migrations.effects.plpgsql_tree import assigned_in, expression_text, only_target, parse_one
from auditor.sql.constants import ANYTHING, Value, evaluate, literal_rows
from auditor.sql.tree import Node, kind_and_body

State = tuple[dict[str, Value], dict[str, Guards]]


class Variables:
    """The variables of one body.

    Attributes:
        names: by number, as statements refer to them; a record's field as `record.field`.
    """

    def __init__(self, function: Node) -> None:
        datums = [kind_and_body(datum) for datum in function.get("datums", ())]
        plain = [str(body.get("refname", "")) for _, body in datums]
        self.names = [
            f"{plain[body['recparentno']]}.{body['fieldname']}" if kind == "PLpgSQL_recfield" else plain[at]
            for at, (kind, body) in enumerate(datums)
        ]
        self._doubtful = {name for name, count in Counter(plain).items() if count > 1}
        self._never_set = set(plain) - assigned_in(function.get("action"), self.names)
        self._known: dict[str, Value] = {}
        self._flags: dict[str, Guards] = {}

    # What is asked

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

    def condition(self, expression: Node) -> Guards:
        """The guards that a condition amounts to; none if it asks anything else."""
        tree = parse_one(f"SELECT {expression_text(expression)}")
        target = only_target(tree) if tree is not None else None
        return guards_of(target, self._known, self._flags) if target is not None else ()

    def rows(self, query: Node, variable: Node) -> list[dict[str, Value]] | None:
        """The rows of a FOR over a query that needs no table, as values of the loop's variables."""
        select = _statement(query)
        rows = literal_rows(select.get("SelectStmt", {}), self._known) if select is not None else None
        if rows is None:
            return None
        kind, body = kind_and_body(variable)
        if kind == "PLpgSQL_rec":
            name = body.get("refname", "")
            return [{f"{name}.{column}": value for column, value in row.items()} for row in rows]
        fields = [field.get("name", "") for field in body.get("fields", ())]
        return [dict(zip(fields, row.values(), strict=False)) for row in rows]

    # What happens

    def declare(self, name: str, default: Node) -> None:
        """A variable is declared with a default.

        A default may stand in an inner block, behind assignments that this does not see yet: of other variables
        only those count that are never set.
        """
        known = self._known
        self._known = {other: value for other, value in known.items() if other in self._never_set}
        value, condition = self.value(default), self.condition(default)
        self._known = known
        self._set(name, value, condition)

    def assign(self, number: int, expression: Node) -> None:
        """A variable is assigned; of an array whose element is set nothing is known any more."""
        name = self.name(number)
        text = expression["PLpgSQL_expr"].get("query", "")
        whole = "[" not in text[: len(text) - len(expression_text(expression))]
        self._set(name, self.value(expression) if whole else None, self.condition(expression))

    def select_into(self, query: Node, target: Node | None) -> None:
        """A query ran; it may have set variables, FOUND among them."""
        targets = assigned_in({"target": target}, self.names)
        statement = _statement(query)
        output = only_target(statement) if statement is not None else None
        guards = guards_of(output, self._known, self._flags) if output is not None and len(targets) == 1 else ()
        self.forget(targets)
        if guards:
            self._set(next(iter(targets)), None, guards)
        # `IF FOUND` behind a query on a system catalog asks whether the object exists.
        select = statement.get("SelectStmt") if statement is not None else None
        self._set("found", None, guards_of_query(select, self._known) if select is not None else ())

    def set_round(self, values: Mapping[str, Value]) -> None:
        """A round of a loop over known values begins."""
        self._known.update(values)

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
        if value is not None:
            self._known[name] = value
        if guards:
            self._flags[name] = guards


def _statement(expression: Node) -> Node | None:
    """The only statement of a PLpgSQL_expr that is a whole statement."""
    return parse_one(expression["PLpgSQL_expr"].get("query", ""))
