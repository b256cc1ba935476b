"""What concerns the session: parameters, roles, transactions, and all that leaves every object as it is."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.migrations.effects.reader import Handler, Reader
from auditor.model.change import AnyChange, Harmless, SetRole, SetSearchPath, Transaction, Unknown
from auditor.sql.names import split_name
from auditor.sql.tree import Node, kind_and_body, literal

_TRANSACTIONS: dict[str, str] = {
    "TRANS_STMT_BEGIN": "begin",
    "TRANS_STMT_START": "begin",
    "TRANS_STMT_COMMIT": "commit",
    "TRANS_STMT_ROLLBACK": "rollback",
    "TRANS_STMT_SAVEPOINT": "savepoint",
    "TRANS_STMT_RELEASE": "release",
    "TRANS_STMT_ROLLBACK_TO": "rollback to",
    "TRANS_STMT_PREPARE": "prepare",
    "TRANS_STMT_COMMIT_PREPARED": "commit prepared",
    "TRANS_STMT_ROLLBACK_PREPARED": "rollback prepared",
}
_ROLE_PARAMETERS = frozenset({"role", "session_authorization"})


def set_parameter(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """SET and RESET: the search path and the role matter, anything else does not."""
    kind, name, local = body.get("kind"), body.get("name", "").lower(), body.get("is_local", False)
    values = [literal(argument) or "" for argument in body.get("args", ())] if kind == "VAR_SET_VALUE" else []
    if name == "search_path":
        yield SetSearchPath(path=tuple(values) if kind == "VAR_SET_VALUE" else None, local=local)
    elif name in _ROLE_PARAMETERS:
        role = values[0] if values and not (name == "role" and values[0].lower() == "none") else None
        yield SetRole(role=role, local=local)
    elif kind == "VAR_RESET_ALL":
        yield SetSearchPath(path=None)
    else:
        yield Harmless(what=f"set {name}" if kind != "VAR_RESET" else f"reset {name}")


def set_config(arguments: list[Node]) -> AnyChange | None:
    """What a call of `set_config(name, value, is_local)` means; None if it leaves names and roles alone.

    https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
    """
    if len(arguments) != 3:
        return None
    name, value, local = (literal(argument) for argument in arguments)
    if name is None:
        return Unknown(detail="set_config of a parameter whose name is not literal", certainty="unknown")
    name = name.lower()
    if name not in _ROLE_PARAMETERS and name != "search_path":
        return None
    if value is None:
        return Unknown(detail=f"{name} is set to something that is not literal", certainty="unknown")
    is_local = local is not None and local.lower() in ("t", "true", "on", "yes", "1")
    if name == "search_path":
        return SetSearchPath(path=split_path(value), local=is_local)
    return SetRole(role=None if name == "role" and value.lower() == "none" else value, local=is_local)


def split_path(text: str) -> tuple[str, ...]:
    """The schemas of a search path's text, `app, "Odd", public`."""
    return tuple(parts[0] for piece in text.split(",") if (parts := split_name(piece.strip())))


def discard(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """DISCARD; ALL resets the search path and the role."""
    if body.get("target") == "DISCARD_ALL":
        yield SetRole(role=None)
        yield SetSearchPath(path=None)
    else:
        yield Harmless(what="discard")


def transaction(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """BEGIN, COMMIT, ROLLBACK, savepoints, two-phase commit."""
    name = body.get("savepoint_name") or body.get("gid")
    yield Transaction(what=_TRANSACTIONS[body["kind"]], name=name, chain=body.get("chain", False))


def explain(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """EXPLAIN runs the statement only with ANALYZE."""
    analyzes = any(
        option["DefElem"]["defname"] == "analyze"
        and (literal_option(option) or "true").lower() not in ("false", "off", "0")
        for option in body.get("options", ())
    )
    if analyzes:
        yield from reader.statement(body["query"])
    else:
        yield Harmless(what="explain")


def prepare(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """PREPARE: what the statement would do if it is executed."""
    name = body.get("name", "")
    kind, _ = kind_and_body(body["query"])
    yield Harmless(what=f"prepare {name} ({kind.removesuffix('Stmt').lower()})")


def declare_cursor(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """DECLARE CURSOR: what its query reads."""
    yield from reader.statement(body["query"])


def execute(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """EXECUTE of a statement that was prepared elsewhere."""
    yield Unknown(detail=f"runs the prepared statement {body.get('name', '')}", certainty="unknown")


def literal_option(option: Node) -> str | None:
    """The value of an option of a utility statement as text, or None where it has none."""
    argument = option["DefElem"].get("arg", {})
    for key, field in (("String", "sval"), ("Boolean", "boolval"), ("Integer", "ival")):
        if key in argument:
            return str(argument[key].get(field, 0 if key == "Integer" else False if key == "Boolean" else ""))
    return None


def harmless(what: str) -> Handler:
    """A handler for a statement that leaves every object as it is."""

    def handler(_body: Node, _reader: Reader) -> Iterator[AnyChange]:
        yield Harmless(what=what)

    return handler


def unknown(detail: str) -> Handler:
    """A handler for a statement that is known, and whose effect is not."""

    def handler(_body: Node, _reader: Reader) -> Iterator[AnyChange]:
        yield Unknown(detail=detail, certainty="unknown")

    return handler
