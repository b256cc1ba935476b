"""SQL put together from a routine's parameters without quoting.

What flows where is followed through the variables of the body: a text parameter, and whatever is made of it by
concatenation and the like, is open; `quote_ident()`, `quote_literal()`, `%I` and `%L` of `format()`, and a cast to
a type that is no text close it. A parameter that the body compares with literals, a pattern or rows of a table
before is taken to be checked: nothing is claimed of it.

https://www.postgresql.org/docs/current/plpgsql-statements.html#PLPGSQL-QUOTE-LITERAL-EXAMPLE
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.bodies.ambiguity import pieces_of_routine
from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, parsed
from auditor.migrations.effects.plpgsql_tree import assigned_in, contains, expression_text
from auditor.sql.tree import Node, kind_and_body, name_of_nodes, string_literal, strings

_TEXTS = frozenset(
    {"text", "varchar", "bpchar", "char", "name", "citext", "unknown", "_text", "_varchar", "_name"}
)
_PASSING = frozenset(
    {
        "array_agg", "array_append", "array_cat", "array_prepend", "array_to_string", "btrim", "coalesce",
        "concat", "concat_ws", "convert_from", "format", "greatest", "initcap", "least", "left", "lower", "lpad",
        "ltrim", "nullif", "regexp_replace", "replace", "reverse", "right", "rpad", "rtrim", "split_part",
        "string_agg", "string_to_array", "substr", "substring", "translate", "trim", "unnest", "upper",
    }
)  # fmt: skip
"""Functions of pg_catalog that let through what they are given."""
_QUOTING = frozenset({"quote_ident", "quote_literal", "quote_nullable"})
_SPECIFIER = re.compile(r"%(?:(\d+)\$)?(?:-?(?:\d+|\*(?:\d+\$)?))?([sIL%])")


@dataclass(frozen=True, slots=True)
class Unquoted:
    """An EXECUTE whose text holds a parameter as it is.

    Attributes:
        parameter: its name.
        line: within the body, from 1.
    """

    parameter: str
    line: int


def unquoted_parameters(routine: Routine, scene: Scene) -> Iterator[Unquoted]:
    """The places of a body where SQL with an unquoted text parameter in it is run."""
    if routine.tree is None or not contains(
        routine.tree, "PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors", "dynquery"
    ):
        return
    parameters = {}
    for number, argument in enumerate((one for one in routine.definition.arguments if one.mode in "ibv"), start=1):
        if argument.type.name in _TEXTS and argument.type.schema in (None, "pg_catalog", "public", "extensions"):
            parameters[argument.name or f"${number}"] = frozenset({argument.name or f"${number}"})
    if not parameters:
        return
    open_parameters = frozenset(parameters) - _checked(routine, scene, frozenset(parameters))
    flow = _Flow({name: origins for name, origins in parameters.items() if name in open_parameters}, routine.tree)
    flow.settle()
    said = set()
    for query, line in _dynamic_queries(routine.tree):
        for origin in sorted(flow.origins(query)):
            if (origin, line) not in said:
                said.add((origin, line))
                yield Unquoted(origin, line)


# Private


class _Flow:
    """Which variables hold which parameters as they came."""

    def __init__(self, known: dict[str, frozenset[str]], tree: Node) -> None:
        self._known = known
        self._tree = tree
        self._names = _names_of(tree)
        self._kinds = _types_of(tree)

    def settle(self) -> None:
        """Follow assignments until nothing changes."""
        for _ in range(10):
            before = dict(self._known)
            for name, expression in _assignments(self._tree, self._names):
                kind = self._kinds.get(name, "text")
                if kind in _TEXTS and (origins := self.origins(expression)):
                    self._known[name] = self._known.get(name, frozenset()) | origins
            if self._known == before:
                return

    def origins(self, expression: Node) -> frozenset[str]:
        """The parameters that an expression lets through unquoted."""
        whole = expression["PLpgSQL_expr"].get("parseMode", 0) == 0
        text = expression_text(expression)
        tree = parsed(text if whole else f"SELECT {text}")
        select = (tree or {}).get("SelectStmt", {})
        found: frozenset[str] = frozenset()
        for target in select.get("targetList", ()):
            found |= self._of(target["ResTarget"].get("val", {}))
        return found

    def _of(self, node: Node) -> frozenset[str]:
        kind, body = kind_and_body(node)
        match kind:
            case "ColumnRef":
                names = strings(body.get("fields", ()))
                return self._known.get(names[-1], frozenset()) if names else frozenset()
            case "ParamRef":
                return self._known.get(f"${body.get('number', 0)}", frozenset())
            case "A_Expr":
                if strings(body.get("name", ())) == ["||"]:
                    return self._of(body.get("lexpr", {})) | self._of(body.get("rexpr", {}))
                if body.get("kind") == "AEXPR_NULLIF":
                    return self._of(body.get("lexpr", {}))
                return frozenset()
            case "TypeCast":
                names = strings(body["typeName"].get("names", ()))
                return self._of(body.get("arg", {})) if names and names[-1] in _TEXTS else frozenset()
            case "CoalesceExpr" | "MinMaxExpr":
                return self._any(body.get("args", ()))
            case "CaseExpr":
                results = [when["CaseWhen"].get("result", {}) for when in body.get("args", ())]
                return self._any([*results, body.get("defresult", {})])
            case "A_ArrayExpr":
                return self._any(body.get("elements", ()))
            case "A_Indirection" | "CollateClause":
                return self._of(body.get("arg", {}))
            case "FuncCall":
                return self._call(body)
        return frozenset()

    def _any(self, nodes: list[Node]) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for node in nodes:
            found |= self._of(node)
        return found

    def _call(self, body: Node) -> frozenset[str]:
        name = name_of_nodes(body["funcname"])
        arguments = body.get("args", [])
        if name.schema not in (None, "pg_catalog") or name.name in _QUOTING or name.name not in _PASSING:
            return frozenset()
        if name.name != "format" or not arguments:
            return self._any(arguments)
        template = string_literal(arguments[0])
        if template is None:
            return self._any(arguments)
        found: frozenset[str] = frozenset()
        position = 0
        for number, kind in _SPECIFIER.findall(template):
            if kind == "%":
                continue
            position = int(number) if number else position + 1
            if kind == "s" and position < len(arguments):
                found |= self._of(arguments[position])
        return found


def _names_of(tree: Node) -> list[str]:
    return [str(kind_and_body(datum)[1].get("refname", "")) for datum in tree.get("datums", ())]


def _types_of(tree: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for datum in tree.get("datums", ()):
        kind, body = kind_and_body(datum)
        written = body.get("datatype", {}).get("PLpgSQL_type", {}).get("typname", "").strip().lower()
        if kind == "PLpgSQL_var" and written:
            word = written.rpartition(".")[2].strip('"').partition("(")[0]
            found[str(body.get("refname", ""))] = "text" if word.startswith(("char", "varchar")) else word
            if "%type" in written:
                found[str(body.get("refname", ""))] = "text"
    return found


def _assignments(tree: Node, names: list[str]) -> Iterator[tuple[str, Node]]:
    """(variable, expression) of what is assigned: `:=`, SELECT ... INTO, a default, FOREACH."""
    for datum in tree.get("datums", ()):
        kind, body = kind_and_body(datum)
        if kind == "PLpgSQL_var" and (default := body.get("default_val")) is not None:
            yield str(body.get("refname", "")), default
    stack: list[object] = [tree.get("action")]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key == "PLpgSQL_stmt_assign" or key == "PLpgSQL_stmt_foreach_a":
                    number = value.get("varno", -1)
                    if 0 <= number < len(names):
                        yield names[number], value["expr"]
                elif key == "PLpgSQL_stmt_execsql" and value.get("into"):
                    targets = assigned_in({"target": value.get("target")}, names)
                    for name in targets if len(targets) == 1 else ():
                        yield name, value["sqlstmt"]
                if isinstance(value, (dict, list)):
                    stack.append(value)


def _dynamic_queries(tree: Node) -> Iterator[tuple[Node, int]]:
    stack: list[object] = [tree.get("action")]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key in ("PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors") and "query" in value:
                    yield value["query"], value.get("lineno", 1)
                elif isinstance(value, dict) and "dynquery" in value:
                    yield value["dynquery"], value.get("lineno", 1)
                if isinstance(value, (dict, list)):
                    stack.append(value)


def _checked(routine: Routine, scene: Scene, parameters: frozenset[str]) -> frozenset[str]:
    """Parameters that the body compares with something before: in a condition, or in a WHERE over a table."""
    found: set[str] = set()
    for piece in pieces_of_routine(routine, scene):
        tree = parsed(piece.sql)
        if tree is None:
            continue
        in_condition = piece.statement in ("PLpgSQL_stmt_if", "PLpgSQL_stmt_case", "PLpgSQL_stmt_assert")
        found |= _compared(tree, parameters, everywhere=in_condition)
    return frozenset(found)


def _compared(node: object, parameters: frozenset[str], *, everywhere: bool) -> set[str]:
    """Parameters that stand in a comparison; `IS NULL` is none."""
    found: set[str] = set()
    stack: list[tuple[object, bool]] = [(node, everywhere)]
    while stack:
        current, counts = stack.pop()
        if isinstance(current, list):
            stack.extend((element, counts) for element in current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key == "NullTest":
                    continue
                if key == "A_Expr" and counts and strings(value.get("name", ())) != ["||"]:
                    found |= _named_in(value, parameters)
                inner = counts or key in ("whereClause", "quals", "CaseWhen")
                if isinstance(value, (dict, list)):
                    stack.append((value, inner))
    return found


def _named_in(node: object, parameters: frozenset[str]) -> set[str]:
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key == "ColumnRef":
                    found |= set(strings(value.get("fields", ()))) & parameters
                elif key == "ParamRef":
                    found |= {f"${value.get('number', 0)}"} & parameters
                elif isinstance(value, (dict, list)):
                    stack.append(value)
    return found
