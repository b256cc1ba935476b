"""Query builders that name a table by a text: Supabase and PostgREST clients, Knex, Kysely, squirrel, Laravel.

`.from(T)`, `.table(T)`, `.into(T)` and a call of the builder itself (`knex('t')`) say the table; what stands
before or behind says what is done. `.insert("t")`, `.update("t")` of builders that take the table first count
when the chain goes on as a statement does. A table given as an object (Drizzle, SQLAlchemy, diesel) counts when
some file defines that name as a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.source.model import Action, SourceAccess
from auditor.source.reading import Chain, Reading, Step
from auditor.source.recognisers.base import Target, access, named, named_in, objects, one_text
from auditor.source.words import words

INTRODUCERS = frozenset({"from", "table", "into", "fromtable"})
WRITES = words(
    """insert upsert update delete del truncate increment decrement insertgetid insertorignore updateorinsert
    batchinsert replace merge"""
)
READS = words(
    """select first find get single maybesingle count pluck min max sum avg where wherein eq neq in order
    orderby limit range all exists join innerjoin leftjoin value columns stream match filter csv scalar
    execute query load rows tosql runwith offset groupby suffix"""
)
TABLE_FIRST: dict[str, tuple[Action, str]] = {
    "insertinto": ("write", "insert"),
    "replaceinto": ("write", "insert"),
    "mergeinto": ("write", "merge"),
    "updatetable": ("write", "update"),
    "deletefrom": ("write", "delete"),
    "selectfrom": ("read", "select"),
    "batchinsert": ("write", "insert"),
}
"""Methods that take the table and can mean nothing else."""

TABLE_MAYBE: dict[str, tuple[Action, str]] = {
    "insert": ("write", "insert"),
    "update": ("write", "update"),
    "delete": ("write", "delete"),
    "replace": ("write", "insert"),
}
"""The same names mean something else in sets, caches and clients of other things."""

_GOES_ON = words(
    """columns values set setmap where suffix runwith prefix returning from select rows join leftjoin setvalues
    placeholderformat tosql"""
)
BUILDERS = words("""knex trx tx db k transaction conn connection database""")
_NOT_TABLES = frozenset({"storage", "observable", "of"})
_CLASSES = frozenset({"DB", "Capsule", "Knex", "Db"})
"""Classes whose `.from` or `.table` is of a database; `Array.from`, `String::from` are not."""

_EMBEDDED = re.compile(r"(?:^|[,(\s])(?:\.\.\.)?(?:[\w$]+\s*:\s*)?([A-Za-z_][\w$]*)\s*(?:![\w$]+\s*)*\(")
_FUNCTIONS = frozenset({"count", "sum", "avg", "min", "max"})

TRIGGERS = INTRODUCERS | TABLE_FIRST.keys() | TABLE_MAYBE.keys() | WRITES | {"on"}


def recognise(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """The accesses of one chain."""
    schema = _schema(chain, reading)
    introduced = [(at, step) for at, step in enumerate(chain.steps) if _introduces(chain, at, step, reading)]
    found = False
    for at, step in introduced:
        for one in _of_introduced(chain, at, step, schema, reading):
            found = True
            yield one
    for at, step in enumerate(chain.steps):
        if step.followed or not step.arguments:
            continue
        if step.key in TABLE_FIRST:
            found = True
            action, verb = TABLE_FIRST[step.key]
            yield from _of_table(step, action, verb, schema, reading)
        elif step.key in TABLE_MAYBE and not introduced and _goes_on(chain, at):
            text = one_text(reading, step.arguments[0].node)
            action, verb = TABLE_MAYBE[step.key]
            for target in _first_table(text):
                found = True
                yield access(reading, step.place, _in(target, schema), action=action, verb=verb, via="builder")
    if found or introduced:
        yield from _joined(chain, schema, reading)
        yield from _embedded(chain, schema, reading)
    yield from _watched(chain, reading)


# Private


def _introduces(chain: Chain, at: int, step: Step, reading: Reading) -> bool:
    if not step.arguments:
        return False
    if step.name == "":
        return at == 0 and _is_builder(chain, reading) and _is_name(step, reading)
    if step.key not in INTRODUCERS:
        return False
    before = chain.steps[at - 1].key if at else ""
    if before in _NOT_TABLES or (chain.root or "").lower() in _NOT_TABLES:
        return False
    return not (at == 0 and (chain.root or "")[:1].isupper() and chain.root not in _CLASSES)


def _is_name(step: Step, reading: Reading) -> bool:
    """Whether what a builder is called with may be the name of a table."""
    if not step.arguments:
        return False
    values = reading.values(reading.text(reading.expression(step.arguments[0].node)))
    return bool(values.texts or values.references)


def _is_builder(chain: Chain, reading: Reading) -> bool:
    if chain.root is None or chain.creates:
        return False
    if chain.root.lower() == "knex":
        return True
    further = {step.key for step in chain.steps[1:]}
    known = chain.root.lower() in BUILDERS or any("knex" in module.lower() for module in reading.modules)
    return known and bool(further & (WRITES | READS))


def _of_introduced(
    chain: Chain, at: int, step: Step, schema: str | None, reading: Reading
) -> Iterator[SourceAccess]:
    done = _done(chain, at, step)
    if done is None or not step.arguments:
        return
    action, verb, by = done
    if by.followed and step.followed:
        return  # it was seen where the variable got its value
    argument = step.arguments[0]
    if argument.node.kind() in reading.language.functions:
        return
    place = by.place if by.name and (by.key in WRITES or by.key == "select") else step.place
    for target in named(reading, argument, fold=reading.language.name in ("Go", "PHP")):
        if target.name is not None:
            yield access(reading, place, _in(target, schema), action=action, verb=verb, via="builder")
        elif target.reference is not None or _is_object(reading, argument.node):
            references = [target.reference] if target.reference else objects(reading, argument.node)
            for reference in references:
                weak = not _certainly_table(chain, at)
                yield access(
                    reading,
                    place,
                    Target(reference=reference, schema=schema, detail=target.detail),
                    action=action,
                    verb=verb,
                    via="builder",
                    weak=weak,
                )
            if not references and _certainly_table(chain, at):
                yield access(reading, place, target, action=action, verb=verb, via="builder")
        elif _certainly_table(chain, at):
            yield access(reading, place, target, action=action, verb=verb, via="builder")


def _done(chain: Chain, at: int, step: Step) -> tuple[Action, str, Step] | None:
    """What the chain does with the table that a step says, and the step that says so."""
    after = [one for one in chain.steps[at + 1 :] if one.arguments is not None]
    for one in after:
        if one.key in WRITES:
            return "write", _verb(one.key), one
    for one in reversed(chain.steps[:at]):
        if one.arguments is not None and one.key in WRITES and step.key != "table":
            return "write", _verb(one.key), one
    for one in after:
        if one.key in READS:
            return "read", "select", one
    if any(one.key in ("select", "selectdistinct", "selectdistincton") for one in chain.steps[:at]):
        return "read", "select", step
    if step.name == "" and (chain.root or "").lower() == "knex":
        return "read", "select", step
    return None


def _certainly_table(chain: Chain, at: int) -> bool:
    """Whether `.from(x).insert(...)` can hardly be anything but a table: the verb follows at once."""
    following = chain.steps[at + 1 : at + 2]
    return (
        chain.steps[at].key in ("from", "table")
        and bool(following)
        and following[0].key in {"insert", "upsert", "update", "delete", "select"}
        and following[0].arguments is not None
    )


def _is_object(reading: Reading, node: object) -> bool:
    from auditor.source.languages.expressions import Member, Named

    return isinstance(reading.expression(node), Named | Member)  # type: ignore[arg-type]


def _of_table(
    step: Step, action: Action, verb: str, schema: str | None, reading: Reading
) -> Iterator[SourceAccess]:
    if not step.arguments:
        return
    for target in named(reading, step.arguments[0]):
        if target.name is not None:
            yield access(reading, step.place, _in(target, schema), action=action, verb=verb, via="builder")
            continue
        for reference in objects(reading, step.arguments[0].node):
            yield access(
                reading,
                step.place,
                Target(reference=reference, schema=schema),
                action=action,
                verb=verb,
                via="builder",
                weak=True,
            )


def _joined(chain: Chain, schema: str | None, reading: Reading) -> Iterator[SourceAccess]:
    for step in chain.steps:
        if not step.arguments or step.followed or not step.key.endswith("join"):
            continue
        text = one_text(reading, step.arguments[0].node)
        if text is not None:
            words = text.split()
            target = named_in(words[0]) if words else None
            if target is not None:
                yield access(reading, step.place, _in(target, schema), action="read", verb="join", via="builder")
            continue
        for reference in objects(reading, step.arguments[0].node):
            target = Target(reference=reference, schema=schema)
            yield access(reading, step.place, target, action="read", verb="join", via="builder", weak=True)


def _embedded(chain: Chain, schema: str | None, reading: Reading) -> Iterator[SourceAccess]:
    """`.select('*, other(*)')`: PostgREST reads the other table too."""
    if not any(step.key == "from" for step in chain.steps):
        return
    for step in chain.steps:
        if step.key != "select" or not step.arguments or step.followed:
            continue
        text = one_text(reading, step.arguments[0].node)
        for name in dict.fromkeys(_EMBEDDED.findall(text or "")):
            if name not in _FUNCTIONS:
                target = Target(name, schema)
                yield access(reading, step.place, target, action="read", verb="embed", via="builder")


def _watched(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """`.on('postgres_changes', { schema, table }, ...)`: every change of the table is read."""
    from auditor.source.recognisers.base import entry

    for step in chain.steps:
        if step.key != "on" or step.followed or step.arguments is None or len(step.arguments) < 2:
            continue
        if one_text(reading, step.arguments[0].node) != "postgres_changes":
            continue
        options = step.arguments[1].node
        table, schema = entry(reading, options, "table"), entry(reading, options, "schema")
        if table is None:
            detail = "it listens to changes of every table"
            target = Target(detail=detail)
        else:
            name = one_text(reading, table)
            target = Target(name, detail=None if name else f"the name is {table.text()[:40]}")
        own = one_text(reading, schema) if schema is not None else None
        yield access(reading, step.place, _in(target, own), action="read", verb="listen", via="realtime")


def _first_table(text: str | None) -> Iterator[Target]:
    """`containers`, `containers c USING workers w`: what is written is the first."""
    words = (text or "").split()
    target = named_in(words[0]) if words else None
    if target is not None:
        yield target


def _goes_on(chain: Chain, at: int) -> bool:
    return any(step.key in _GOES_ON and step.arguments is not None for step in chain.steps[at + 1 :])


def _schema(chain: Chain, reading: Reading) -> str | None:
    for step in chain.steps:
        if step.key in ("schema", "withschema") and step.arguments:
            return one_text(reading, step.arguments[0].node)
    return None


def _in(target: Target, schema: str | None) -> Target:
    if schema is None or target.schema is not None:
        return target
    return Target(target.name, schema, target.reference, target.detail)


def _verb(key: str) -> str:
    return {"del": "delete", "insertgetid": "insert", "insertorignore": "insert", "batchinsert": "insert",
            "updateorinsert": "upsert", "increment": "update", "decrement": "update"}.get(key, key)  # fmt: skip
