"""What a call of a routine does, whose body the history has: the body read again, its parameters known.

https://www.postgresql.org/docs/current/sql-syntax-calling-funcs.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.migrations.effects.bodies import changes_of_body
from auditor.migrations.effects.plpgsql_tree import only_target, parse_one
from auditor.migrations.effects.reader import Reader
from auditor.model.change import AnyChange, Argument, CreateFunction, TypeName
from auditor.sql.constants import evaluate
from auditor.sql.names import qualified, quote_identifier
from auditor.sql.value_functions import quote_literal
from auditor.sql.values import WORLD, Value, World, cast

_MODES = {"i": "", "o": "OUT ", "b": "INOUT ", "v": "VARIADIC ", "t": ""}


def changes_in_call(
    routine: CreateFunction,
    arguments: Sequence[str | None],
    named: Sequence[str],
    reader: Reader,
    world: World | None = None,
) -> Iterator[AnyChange]:
    """What a call does.

    Args:
        routine: a function or procedure with the text of its body.
        arguments: the text of each argument, None where it is not known; the last ones are those of `named`.
        named: names of the last arguments.
        reader: any; it lends its way to read statements.
        world: what of the database the body may ask.
    """
    parameters = parameters_of(routine, arguments, named)
    if world is not None:
        parameters[WORLD] = world
    yield from changes_of_body(
        routine.body or "",
        routine.language,
        reader.nested(statement_of(routine)),
        0,
        inside="function",
        parameters=parameters,
    )


def parameters_of(
    routine: CreateFunction, arguments: Sequence[str | None], named: Sequence[str]
) -> dict[str, Value]:
    """The values of the parameters that are known, by name and by `$n`."""
    positional = list(arguments[: len(arguments) - len(named)])
    by_name = dict(zip(named, arguments[len(positional) :], strict=True))
    known: dict[str, Value] = {}
    for number, parameter in enumerate(routine.arguments, start=1):
        if parameter.mode == "t" or (parameter.mode == "o" and routine.kind == "function"):
            continue
        if positional:
            text = positional.pop(0)
            value: Value | None = text
        elif parameter.name in by_name:
            value = by_name[parameter.name]
        else:
            value = _default(parameter)
        if value is None or parameter.mode in ("o", "v"):
            continue
        if (converted := cast(value, parameter.type)) is not None:
            known[f"${number}"] = converted
            if parameter.name is not None:
                known[parameter.name] = converted
    return known


def statement_of(routine: CreateFunction) -> str:
    """A statement that makes the routine again, as far as its body's parser needs it."""
    inputs = [_written(argument) for argument in routine.arguments if argument.mode != "t"]
    columns = [_written(argument) for argument in routine.arguments if argument.mode == "t"]
    returns = ""
    if columns:
        returns = f" RETURNS TABLE ({', '.join(columns)})"
    elif routine.returns is not None:
        returns = f" RETURNS {_type(routine.returns)}"
    name = qualified(routine.name.schema, routine.name.name)
    head = f"CREATE {routine.kind.upper()} {name}({', '.join(inputs)}){returns}"
    return f"{head} LANGUAGE {quote_identifier(routine.language.lower())} AS {quote_literal(routine.body or '')}"


# Private


def _default(parameter: Argument) -> Value | None:
    if parameter.default_text is None:
        return None
    tree = parse_one(f"SELECT {parameter.default_text}")
    return evaluate(only_target(tree), {}) if tree is not None else None


def _written(argument: Argument) -> str:
    name = f"{quote_identifier(argument.name)} " if argument.name is not None else ""
    return f"{_MODES[argument.mode]}{name}{_type(argument.type)}"


def _type(written: TypeName) -> str:
    text = qualified(written.schema, written.name)
    if written.of_column is not None:
        text += f".{quote_identifier(written.of_column)}%TYPE"
    if written.modifier and re.fullmatch(r"[\d,]+", written.modifier):
        text += f"({written.modifier})"
    return ("SETOF " if written.setof else "") + text + "[]" * written.array
