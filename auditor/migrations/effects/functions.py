"""Functions, procedures, aggregates, and DO blocks: what they are; what their bodies do is `bodies`.

https://www.postgresql.org/docs/current/sql-createfunction.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from auditor.migrations.effects.bodies import changes_of_body, changes_of_sql_body
from auditor.migrations.effects.columns import merge, type_uses
from auditor.migrations.effects.reader import Reader
from auditor.migrations.effects.targets import arguments_of
from auditor.model.change import (
    Alter,
    AnyChange,
    Argument,
    CreateAggregate,
    CreateFunction,
    Harmless,
    Name,
    Reference,
    TypeName,
)
from auditor.sql.constants import evaluate
from auditor.sql.mentions import Mentions
from auditor.sql.names import quote_identifier
from auditor.sql.scopes import is_system_function
from auditor.sql.tree import Node, def_elems, items, literal, name_of_nodes, strings, type_name
from auditor.sql.value_functions import quote_literal
from auditor.sql.values import NULL, WORLD, output_of

_MODES: dict[str, Literal["i", "o", "b", "v", "t"]] = {
    "FUNC_PARAM_DEFAULT": "i",
    "FUNC_PARAM_IN": "i",
    "FUNC_PARAM_OUT": "o",
    "FUNC_PARAM_INOUT": "b",
    "FUNC_PARAM_VARIADIC": "v",
    "FUNC_PARAM_TABLE": "t",
}
_QUOTED_LISTS = frozenset(
    {
        "search_path",
        "temp_tablespaces",
        "session_preload_libraries",
        "shared_preload_libraries",
        "local_preload_libraries",
        "unix_socket_directories",
    }
)
"""Parameters whose elements are quoted like names (`GUC_LIST_QUOTE`)."""

_AGGREGATE_FUNCTIONS = frozenset(
    {"sfunc", "finalfunc", "combinefunc", "serialfunc", "deserialfunc", "msfunc", "minvfunc", "mfinalfunc"}
)


def create_function(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CREATE FUNCTION and PROCEDURE, followed by what the body would do when called."""
    options = [option["DefElem"] for option in body.get("options", ())]
    given = {option["defname"]: option for option in options}
    language = _string(given.get("language")) or "sql"
    source = strings(items(given["as"]["arg"])) if "as" in given else []
    text = source[0] if len(source) == 1 and language.lower() not in ("c", "internal") else None
    arguments = tuple(read_argument(parameter["FunctionParameter"]) for parameter in body.get("parameters", ()))
    returns = type_name(body["returnType"]) if "returnType" in body else None
    mentioned = Mentions().walk(
        [parameter["FunctionParameter"].get("defexpr") for parameter in body.get("parameters", ())]
    )
    # Of a body PostgreSQL follows only what it has parsed itself: BEGIN ATOMIC and RETURN.
    mentioned.walk(body.get("sql_body"))
    yield CreateFunction(
        name=name_of_nodes(body["funcname"]),
        kind="procedure" if body.get("is_procedure") else "function",
        arguments=arguments,
        returns=returns,
        language=language,
        body=text,
        or_replace=body.get("replace", False),
        security_definer=_boolean(given.get("security")),
        volatility=_string(given.get("volatility")) or "volatile",
        settings=tuple(
            setting
            for option in options
            if option["defname"] == "set" and (setting := read_setting(option["arg"]["VariableSetStmt"]))
        ),
        uses=merge(
            *(type_uses(argument.type) for argument in arguments), type_uses(returns), mentioned.references()
        ),
    )
    if "sql_body" in body:
        yield from changes_of_sql_body(body["sql_body"], reader)
    elif text is not None:
        yield from changes_of_body(text, language, reader, given["as"].get("location", 0), inside="function")


def do_block(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """DO: what the block does."""
    language, text, location = "plpgsql", "", 0
    for option in body.get("args", ()):
        element = option["DefElem"]
        if element["defname"] == "language":
            language = _string(element)
        elif element["defname"] == "as":
            text, location = _string(element), element.get("location", 0)
    nothing = True
    asked = {key: value for key, value in reader.known.items() if key == WORLD}
    for change in changes_of_body(text, language, reader, location, inside="do", parameters=asked):
        nothing = False
        yield change
    if nothing:
        yield Harmless(what="do")


def alter_function(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER FUNCTION ...: one change for each attribute."""
    kind = {"OBJECT_FUNCTION": "function", "OBJECT_PROCEDURE": "procedure"}.get(body["objtype"], "routine")
    name = name_of_nodes(body["func"]["objname"])
    arguments = arguments_of(body["func"])
    for action in body.get("actions", ()):
        element = action["DefElem"]
        what, detail = element["defname"], _string(element) or None
        if what == "set":
            statement = element["arg"]["VariableSetStmt"]
            setting = read_setting(statement)
            what = "settings"
            detail = f"{setting[0]}={setting[1]}" if setting else f"reset {statement.get('name', 'all')}"
        elif what == "security":
            detail = "definer" if _boolean(element) else "invoker"
        yield Alter(kind=kind, name=name, what=what, arguments=arguments, detail=detail)


def create_aggregate(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE AGGREGATE, in the old syntax too (`basetype`)."""
    options = dict(def_elems(body.get("definition", ())))
    arguments: list[TypeName] = []
    if body.get("oldstyle"):
        base = options.get("basetype", {})
        if "TypeName" in base and (written := type_name(base["TypeName"])).name.lower() != "any":
            arguments.append(written)
    elif nodes := body.get("args"):
        parameters = [item["FunctionParameter"] for item in items(nodes[0])]
        arguments = [type_name(parameter["argType"]) for parameter in parameters]
    state = options.get("stype", {})
    yield CreateAggregate(
        name=name_of_nodes(body["defnames"]),
        arguments=tuple(arguments),
        or_replace=body.get("replace", False),
        uses=merge(
            functions_in(options, _AGGREGATE_FUNCTIONS),
            *(type_uses(argument) for argument in arguments),
            type_uses(type_name(state["TypeName"])) if "TypeName" in state else (),
        ),
    )


def functions_in(options: dict[str, Node], names: Iterable[str]) -> tuple[Reference, ...]:
    """The functions that options of a DefineStmt name (their grammar gives them as types)."""
    found = []
    for option in options:
        if option in names and "TypeName" in options[option]:
            written = type_name(options[option]["TypeName"])
            name = Name(written.name, written.schema)
            if not is_system_function(name):
                found.append(Reference("function", name))
    return tuple(found)


def read_argument(parameter: Node) -> Argument:
    """A FunctionParameter."""
    default = evaluate(parameter.get("defexpr"), {})
    text = None if default is None else output_of(default)
    return Argument(
        type_name(parameter["argType"]),
        parameter.get("name"),
        _MODES[parameter["mode"]],
        default="defexpr" in parameter,
        default_text="NULL" if default is NULL else None if text is None else quote_literal(text),
    )


def read_setting(statement: Node) -> tuple[str, str] | None:
    """A SET clause as (parameter, value), the value as `pg_proc.proconfig` will have it; None for RESET.

    `SET x FROM CURRENT` gives the value `current`.
    """
    name = statement.get("name", "")
    match statement.get("kind"):
        case "VAR_SET_VALUE":
            values = [literal(argument) or "" for argument in statement.get("args", ())]
            if name in _QUOTED_LISTS:
                values = [quote_identifier(value) for value in values]
            return name, ", ".join(values)
        case "VAR_SET_CURRENT":
            return name, "current"
    return None


# Private


def _string(element: Node | None) -> str:
    return str((element or {}).get("arg", {}).get("String", {}).get("sval", ""))


def _boolean(element: Node | None) -> bool:
    return bool((element or {}).get("arg", {}).get("Boolean", {}).get("boolval", False))
