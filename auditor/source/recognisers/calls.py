"""Calls of database functions: `.rpc(F)`, `callproc`, SQLAlchemy's `func.f()`, Spring's `withFunctionName`."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.source.languages.base import Call, Member
from auditor.source.model import SourceAccess
from auditor.source.reading import Chain, Reading
from auditor.source.recognisers.base import Target, access, named, one_text

_NAMED = frozenset({"rpc", "callproc", "withfunctionname", "withprocedurename", "storedprocedure"})

TRIGGERS = _NAMED | {"copyfrom"}


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


def recognise_func(reading: Reading) -> Iterator[SourceAccess]:
    """SQLAlchemy's `func.f(...)`, `func.schema.f(...)`: the name of the function is that of the member."""
    if not any("sqlalchemy" in module for module in reading.modules):
        return
    for node in reading.of_kinds(reading.language.calls):
        function = node.field("function")
        if function is None or not function.text().startswith(("func.", "sa.func.", "db.func.")):
            continue
        call = reading.expression(node)
        if isinstance(call, Call) and isinstance(call.function, Member):
            names = function.text().rpartition("func.")[2].split(".")
            target = Target(names[-1], names[-2] if len(names) > 1 else None)
            yield access(reading, call.function.place, target, action="call", verb="func", via="call")


# Private


def _copied(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """pgx: `CopyFrom(ctx, pgx.Identifier{"t"}, columns, rows)`."""
    for step in chain.steps:
        if step.key == "copyfrom" and step.arguments is not None and len(step.arguments) > 2 and not step.followed:
            for target in named(reading, step.arguments[1]):
                yield access(reading, step.place, target, action="write", verb="copy", via="builder")


def _is_supabase(chain: Chain, reading: Reading) -> bool:
    names = [chain.root or "", *(step.name for step in chain.steps)]
    return any("supabase" in text.lower() or "postgrest" in text.lower() for text in (*names, *reading.modules))
