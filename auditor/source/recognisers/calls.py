"""Calls of database functions: `.rpc(F)`, `callproc`, SQLAlchemy's `func.f()`, Spring's `withFunctionName`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.source.languages.expressions import Call, Expression, Member, Named
from auditor.source.model import SourceAccess
from auditor.source.reading import Chain, Reading
from auditor.source.recognisers.base import Target, access, named, one_text, short
from auditor.source.words import words
from auditor.sql.names import is_builtin_function

_NAMED = frozenset({"rpc", "callproc", "withfunctionname", "withprocedurename", "storedprocedure"})

_FUNC = re.compile(r"(?:\w+\.)*func((?:\.\w+){1,2})")

_EXECUTES = words(
    """execute exec execcontext preparestatement prepare queryforlist queryformap queryforobject sqlquery rawsql
    queryraw executeraw executesql"""
)
_QUERIES = frozenset({"query", "queryrow", "queryas", "querycontext"})
_SQL_NAME = re.compile(r"(?:sql|stmt|statement|ddl)$", re.IGNORECASE)
_QUERY_NAME = re.compile(r"(?:sql|stmt|statement|ddl|query)$", re.IGNORECASE)

TRIGGERS = _NAMED | {"copyfrom"} | _EXECUTES | _QUERIES


def recognise(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """The calls of one chain."""
    schema = None
    for step in chain.steps:
        if step.key == "schema" and step.arguments:
            schema = one_text(reading, step.arguments[0].node)
        if step.followed or not step.arguments or step.key not in _NAMED:
            continue
        for target in named(reading, step.arguments[0]):
            if target.name is None and not _is_supabase(chain, reading):
                continue  # `.rpc(method)` of some other protocol
            found = Target(target.name, target.schema or schema, target.reference, target.detail)
            yield access(reading, step.place, found, action="call", verb=step.key, via="call")
    yield from _copied(chain, reading)
    yield from _handed_on(chain, reading)


def recognise_func(reading: Reading) -> Iterator[SourceAccess]:
    """SQLAlchemy's `func.f(...)`, `func.schema.f(...)`: the name of the function is that of the member."""
    if not any("sqlalchemy" in module for module in reading.modules):
        return
    for node in reading.of_kinds(reading.language.calls):
        function = node.field("function")
        found = _FUNC.fullmatch(function.text()) if function is not None else None
        call = reading.expression(node)
        if found is None or not isinstance(call, Call) or not isinstance(call.function, Member):
            continue
        names = found[1].split(".")[1:]
        target = Target(names[-1], names[-2] if len(names) > 1 else None)
        if target.schema is not None or not is_builtin_function(names[-1]):
            yield access(reading, call.function.place, target, action="call", verb="func", via="call")


# Private


def _handed_on(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """`db.execute(sql)`, where the text comes from elsewhere: it may do anything."""
    for step in chain.steps:
        if step.followed or not step.arguments or step.key not in _EXECUTES | _QUERIES:
            continue
        pattern = _SQL_NAME if step.key in _QUERIES else _QUERY_NAME
        for argument in step.arguments[:2]:
            expression = reading.expression(argument.node)
            name = _name_of(expression)
            if name is None or not pattern.search(name):
                continue
            if isinstance(expression, Named):
                bound = reading.bound(expression.name, expression.node)
                if any(one.value is not None for one in bound):
                    break  # read where it got its value
            if not reading.values(expression).texts:
                target = Target(detail=f"the statement is {short(argument.node)}, which is not known here")
                yield access(reading, step.place, target, action="write", verb="sql", via="sql")
            break


def _name_of(expression: Expression) -> str | None:
    """The name of a variable, a member, or of a method that is called for a text: `psr.getSql()`."""
    if isinstance(expression, Call) and not expression.arguments and isinstance(expression.function, Member):
        return expression.function.name
    return expression.name if isinstance(expression, Named | Member) else None


def _copied(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """pgx: `CopyFrom(ctx, pgx.Identifier{"t"}, columns, rows)`."""
    for step in chain.steps:
        if step.key == "copyfrom" and step.arguments is not None and len(step.arguments) > 2 and not step.followed:
            for target in named(reading, step.arguments[1]):
                yield access(reading, step.place, target, action="write", verb="copy", via="builder")


def _is_supabase(chain: Chain, reading: Reading) -> bool:
    names = [chain.root or "", *(step.name for step in chain.steps)]
    return any("supabase" in text.lower() or "postgrest" in text.lower() for text in (*names, *reading.modules))
