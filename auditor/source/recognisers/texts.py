"""Texts: SQL wherever it stands, and addresses of PostgREST (`/rest/v1/TABLE`, `/rest/v1/rpc/F`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.source.languages.base import formatted
from auditor.source.languages.expressions import Argument, Call, Expression, Member, Named, Text
from auditor.source.model import Action, Reference, SourceAccess
from auditor.source.reading import Reading, key_of_name
from auditor.source.recognisers.base import Target, access, entry, one_text, short
from auditor.source.sql_text import (
    HOLE,
    SqlAccess,
    begins_statement,
    is_fragment,
    looks_written_for_a_server,
    read_sql,
)
from auditor.source.syntax import Key, Node, key_of
from auditor.source.words import words

SERVER = words(
    """query queryrow queryone queryraw queryrawunsafe queryas queryscalar queryfirst querysingle querymultiple
    execute executeraw executerawunsafe executesql executesqlraw executereader executescalar executenonquery
    exec execparams execquery execsql execprepared prepare preparestatement preparecall raw rawsql sql
    sqlquery text unsafe begin fetch fetchrow fetchval fetchone fetchall fetchmany fetchscalar executemany
    copyexpert copyfrom createquery createnativequery createsqlquery queryforobject queryforlist queryformap
    update batchupdate npgsqlcommand sqlcommand select selectone selectall findbysql statement run all get
    any one none manyornone oneornone many result each exists queryrowx queryx get2 namedexec namedquery
    mustexec select2 sqlquerys literal textclause exequery executestatement runquery callproc dosql pgquery
    copy"""
)
"""Calls whose text is SQL, whatever it looks like."""

PROSE = words(
    """log info warn warning error debug trace fatal fatalf errorf printf println print puts panic panicf infof
    warnf debugf fail assert assertequal asserttrue assertionerror expect describe it test context should
    console logger t i18n gettext ngettext translate alert confirm notify toast setmessage seterror setlabel
    write writeln echo abort runtimeerror valueerror exception tobe toequal tocontain tomatch tostrictequal
    tohavebeencalledwith include assertin"""
)
"""Calls whose text is for people."""

_REST = re.compile(r"/rest/v1/(?:(rpc)/)?([A-Za-z_][\w$]*|(?=$|[?]))")
_ENDS_IN_REST = re.compile(r"/rest/v1/(rpc/)?$")
_METHODS: dict[str, Action] = {
    "get": "read",
    "head": "read",
    "post": "write",
    "put": "write",
    "patch": "write",
    "delete": "write",
}
_VERBS = {
    "post": "insert",
    "put": "upsert",
    "patch": "update",
    "delete": "delete",
    "get": "select",
    "head": "select",
}
_MAY_BE_SQL = re.compile(
    r"\b(?:select|insert|update|delete|with|merge|copy|truncate|call|table|do|lock|explain|prepare|begin|start|set|values"
    r"|declare|execute|drop|alter|create|join|from|union|using)\s",
    re.IGNORECASE,
)
_SECRET = re.compile(r"^[^\s]*$")


def recognise(reading: Reading) -> Iterator[SourceAccess]:
    """The accesses of every text of a file."""
    done: set[Key] = set()
    for node in reading.of_kinds(reading.language.texts):
        own = node.text()
        if "/rest/v1" in own:
            yield from _addressed(node, reading)
            continue
        if _MAY_BE_SQL.search(own, 0, 400) is None:
            continue
        expression = reading.expression(node)
        if not isinstance(expression, Text) or not expression.parts or not isinstance(expression.parts[0], str):
            continue
        head = expression.parts[0]
        if _SECRET.match(head) and len(expression.parts) == 1:
            continue  # one word is no statement
        fragment = is_fragment(head)
        if not fragment and not begins_statement(head):
            continue
        whole = _whole(node, expression, reading)
        key = key_of(whole.node)
        if key in done or any(start <= key[0] and key[1] <= end for start, end in done if (start, end) != key):
            continue
        done.add(key)
        yield from _stated(whole, reading, fragment=fragment)


# Private, SQL


def _stated(text: Text, reading: Reading, *, fragment: bool) -> Iterator[SourceAccess]:
    called = _called_with(text.node, reading)
    if called in PROSE or _is_prose(text.node, reading):
        return
    written = "".join(part for part in text.parts if isinstance(part, str))
    certain = called in SERVER
    if not looks_written_for_a_server(written) and not (certain and not fragment):
        return
    for parts_of_text in _formatted_elsewhere(text, reading) or [text.parts]:
        yield from _read(text.node, parts_of_text, written, reading, certain=certain)


def _read(
    node: Node, whole: tuple[str | Expression, ...], written: str, reading: Reading, *, certain: bool
) -> Iterator[SourceAccess]:
    parts: list[str | int] = []
    holes: dict[int, Target] = {}
    for part in whole:
        if isinstance(part, str):
            parts.append(part)
            continue
        filled = _filled(part, reading)
        if isinstance(filled, str):
            parts.append(filled)
        else:
            holes[len(holes)] = filled
            parts.append(len(holes) - 1)
    found = read_sql(parts)
    for one in found.accesses:
        yield _sql_access(one, holes, node, reading)
    if found.rejected is not None and not found.accesses and certain and len(written.split()) > 2:
        detail = f"SQL that the grammar rejects: {found.rejected}"
        yield access(reading, node, Target(detail=detail), action="read", verb="sql", via="sql")


def _formatted_elsewhere(text: Text, reading: Reading) -> list[tuple[str | Expression, ...]]:
    """`q = "UPDATE {}"`, and further down `q.format("jobs")`: the text as each of these calls makes it."""
    parent = text.node.parent()
    name = (parent.field("left") or parent.field("name")) if parent is not None else None
    if name is None or not any("{" in part for part in text.parts if isinstance(part, str)):
        return []
    found = []
    for call in reading.calls_of("format"):
        function = call.function
        owner = function.object if isinstance(function, Member) else None
        if not isinstance(owner, Named) or owner.name != name.text():
            continue
        bound = reading.bound(owner.name, call.node)
        if any(one.value is not None and key_of(one.value) == key_of(text.node) for one in bound):
            given = [(one.name, reading.expression(one.node)) for one in call.arguments]
            found.append(formatted(call.node, text.parts, given).parts)
    return found


def _filled(part: Expression, reading: Reading) -> str | Target:
    """What stands in a hole: a known text, or what is known of the name."""
    values = reading.values(reading.text(part))
    if values.complete and len(values.texts) == 1 and not values.references:
        return next(iter(values.texts))
    if values.references and not values.texts:
        return Target(reference=next(iter(sorted(values.references, key=lambda one: one.name))))
    if isinstance(part, Named) and not reading.bound(part.name, part.node):
        return Target(reference=Reference(part.name))
    return Target(detail=f"the name is {short(part.node)}, which is not known here")


def _sql_access(one: SqlAccess, holes: dict[int, Target], node: Node, reading: Reading) -> SourceAccess:
    name = one.name.name
    action: Action = one.action  # type: ignore[assignment]
    if not name.startswith(HOLE):
        made = access(reading, node, Target(name, one.name.schema), action=action, verb=one.verb, via="sql")
        return _at_name(made, node, name)
    number = int(name.removeprefix(HOLE).split("_")[0] or 0) if name.removeprefix(HOLE).isdigit() else -1
    hole = holes.get(number)
    target = Target(detail="the name is put in while the program runs")
    if hole is not None:
        target = Target(hole.name, one.name.schema, hole.reference, hole.detail or target.detail)
    return access(reading, node, target, action=action, verb=one.verb, via="sql")


def _at_name(made: SourceAccess, node: Node, name: str) -> SourceAccess:
    """The place of the name within the text, where it stands there."""
    import msgspec

    text = node.text()
    found = re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)
    if found is None:
        return made
    before = text[: found.start()]
    lines = before.count("\n")
    column = len(before) - before.rfind("\n") if lines else made.column + len(before)
    return msgspec.structs.replace(made, line=made.line + lines, column=column)


def _whole(node: Node, expression: Text, reading: Reading) -> Text:
    """The text that a text is the beginning of: put together, or a format with its values."""
    whole = expression
    current = node
    while (parent := current.parent()) is not None:
        if parent.kind() in reading.language.calls:
            break
        if parent.kind() in (
            "argument_list",
            "arguments",
            "argument",
            "value_argument",
            "value_arguments",
            "token_tree",
        ):
            break
        outer = reading.expression(parent) if parent.kind() in reading.language.readers else None
        if isinstance(outer, Text) and key_of(parent)[0] <= key_of(node)[0]:
            whole = outer
        elif not isinstance(outer, Text | Member):
            break
        current = parent
    for around in node.ancestors():
        if around.kind() in reading.language.calls:
            text = reading.text(reading.expression(around))
            if not (isinstance(text, Text) and text.parts[:1] and _same_start(text, whole)):
                break
            whole = Text(around, text.parts)
    return whole


def _same_start(outer: Text, inner: Text) -> bool:
    first, own = outer.parts[0], inner.parts[0]
    return isinstance(first, str) and isinstance(own, str) and own.startswith(first[:20])


def _called_with(node: Node, reading: Reading) -> str:
    """The key of the nearest call whose argument the text is, or an empty text."""
    for around in node.ancestors():
        kind = around.kind()
        if kind in reading.language.functions or kind in ("pair", "jsx_element"):
            return ""
        if kind in reading.language.calls or kind == "annotation":
            expression = reading.expression(around)
            if not isinstance(expression, Call):
                return "query" if kind == "annotation" else ""
            function = expression.function
            name = function.name if isinstance(function, Member | Named) else ""
            key = key_of_name(name)
            if key in ("format", "sprintf", "dedent", "trim", "formatted", "stringformat"):
                continue
            owner = function.object if isinstance(function, Member) else None
            if isinstance(owner, Named) and key_of_name(owner.name) in PROSE:
                return "log"
            if key.startswith("log") or key.endswith(("log", "logger", "logged")):
                return "log"
            if expression.creates and ("error" in key or "exception" in key):
                return "error"
            return key.removesuffix("context")
    return ""


def _is_prose(node: Node, reading: Reading) -> bool:
    """Docstrings, types, attributes of pages, imports, what is thrown."""
    parent = node.parent()
    if parent is not None and parent.kind() == "expression_statement" and reading.language.name == "Python":
        return True
    for around in node.ancestors():
        kind = around.kind()
        if kind in reading.language.prose:
            return True
        if kind in reading.language.functions or kind in reading.language.calls:
            return False
    return False


# Private, addresses


def _addressed(node: Node, reading: Reading) -> Iterator[SourceAccess]:
    expression = reading.expression(node)
    if not isinstance(expression, Text):
        return
    called = _called_with(node, reading)
    if called in PROSE or _is_prose(node, reading):
        return
    for number, part in enumerate(expression.parts):
        if not isinstance(part, str):
            continue
        for found in _REST.finditer(part):
            target = Target(found[2]) if found[2] else _after(expression.parts[number + 1 :], reading)
            if target is None:
                continue
            if found[1] or (not found[2] and part.endswith("rpc/")):
                yield access(reading, node, target, action="call", verb="rpc", via="http")
            elif target.name != "rpc":
                yield _request(node, target, reading)
        if _ENDS_IN_REST.search(part) and not _REST.search(part):
            put_in = _after(expression.parts[number + 1 :], reading)
            if put_in is not None and "rpc/" in part:
                yield access(reading, node, put_in, action="call", verb="rpc", via="http")


def _after(rest: tuple[str | Expression, ...], reading: Reading) -> Target | None:
    """What is put in behind `/rest/v1/`."""
    if not rest or isinstance(rest[0], str):
        return None
    values = reading.values(rest[0])
    if values.complete and len(values.texts) == 1 and not values.references:
        return Target(re.split(r"[?/]", next(iter(values.texts)))[0])
    if values.references and not values.texts:
        return Target(reference=next(iter(values.references)))
    return Target(detail=f"the name is {short(rest[0].node)}, which is not known here")


def _request(node: Node, target: Target, reading: Reading) -> SourceAccess:
    """The method decides: of the call around the address, or of one that uses its variable."""
    method = _method_around(node, reading) or _method_of_uses(node, reading)
    if method is None:
        unsure = Target(
            target.name, target.schema, target.reference, target.detail or "the method of the request is not known"
        )
        return access(reading, node, unsure, action="read", verb="request", via="http")
    return access(reading, node, target, action=_METHODS[method], verb=_VERBS[method], via="http")


def _method_around(node: Node, reading: Reading) -> str | None:
    for around in node.ancestors():
        if around.kind() in reading.language.functions:
            return None
        if around.kind() in reading.language.calls:
            expression = reading.expression(around)
            if isinstance(expression, Call):
                return _method_of(expression, reading)
    return None


def _method_of(call: Call, reading: Reading) -> str | None:
    function = call.function
    name = function.name if isinstance(function, Member | Named) else ""
    key = key_of_name(name)
    for argument in call.arguments:
        if argument.name == "method":
            return _known(one_text(reading, argument.node))
        given = entry(reading, argument.node, "method")
        if given is not None:
            return _known(one_text(reading, given))
    for argument in call.arguments[:2]:
        text = one_text(reading, argument.node)
        if text is not None and text.lower() in _METHODS:
            return text.lower()
    for method in _METHODS:
        if key in (method, f"{method}json", f"http{method}", f"{method}asjson"):
            return method
    if key in ("fetch", "urlopen", "request") and _options_are_known(call, reading):
        return "get"
    return None


def _options_are_known(call: Call, reading: Reading) -> bool:
    from auditor.source.languages.expressions import Entries

    return len(call.arguments) < 2 or isinstance(reading.expression(call.arguments[1].node), Entries)


def _known(method: str | None) -> str | None:
    return method.lower() if method is not None and method.lower() in _METHODS else None


def _method_of_uses(node: Node, reading: Reading) -> str | None:
    """`const url = ...; fetch(url, { method })`: what calls with the variable say, if they all say one thing."""
    parent = node.parent()
    while parent is not None and parent.kind() in (
        "binary_expression",
        "parenthesized_expression",
        "new_expression",
        "arguments",
    ):
        parent = parent.parent()
    name = parent.field("name") or parent.field("left") if parent is not None else None
    if name is None:
        return None
    methods = set()
    for call in reading.calls_with(name.text()):
        methods.add(_method_of(call, reading))
    return next(iter(methods)) if len(methods) == 1 else None


__all__ = ["Argument", "recognise"]
