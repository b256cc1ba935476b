"""CREATE and ALTER of the kinds that need no change of their own: schemas, extensions, operators, servers...

https://www.postgresql.org/docs/current/sql-commands.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from auditor.migrations.effects.columns import merge, type_uses
from auditor.migrations.effects.functions import create_aggregate, functions_in
from auditor.migrations.effects.reader import Handler, Reader
from auditor.migrations.effects.targets import KINDS, arguments_of, target_of
from auditor.migrations.effects.types import create_base
from auditor.model.change import Alter, AnyChange, Create, Drop, Name, Reference, TypeName, Unknown
from auditor.sql.scopes import is_system_function
from auditor.sql.tree import Node, def_elems, name_of_nodes, role_name, type_name

_OPERATOR_FUNCTIONS = frozenset({"procedure", "function", "restrict", "join"})


def create_schema(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CREATE SCHEMA and the elements written with it, which are created in it."""
    owner = body.get("authrole")
    name = body.get("schemaname")
    if name is None and owner is not None and owner.get("roletype") == "ROLESPEC_CSTRING":
        name = owner["rolename"]
    if name is None:
        yield Unknown(detail="CREATE SCHEMA AUTHORIZATION of whoever runs it", certainty="unknown", kind="schema")
        return
    yield Create(
        kind="schema",
        name=Name(name),
        if_not_exists=body.get("if_not_exists", False),
        detail=f"owner {role_name(owner)}" if owner is not None else None,
        elements="schemaElts" in body,
    )
    for element in body.get("schemaElts", ()):
        _put_into(element, name)
        yield from reader.statement(element)


def create_extension(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE EXTENSION."""
    options = dict(def_elems(body.get("options", ())))
    yield Create(
        kind="extension",
        name=Name(body["extname"]),
        schema=options.get("schema", {}).get("String", {}).get("sval"),
        if_not_exists=body.get("if_not_exists", False),
        detail="cascade" if "cascade" in options else None,
    )


def alter_extension(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER EXTENSION ... UPDATE."""
    options = dict(def_elems(body.get("options", ())))
    version = options.get("new_version", {}).get("String", {}).get("sval")
    yield Alter(kind="extension", name=Name(body["extname"]), what="version", detail=version)


def alter_extension_contents(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER EXTENSION ... ADD or DROP of a member."""
    member = target_of(body["objtype"], body["object"])
    what = "add member" if body.get("action", 1) > 0 else "drop member"
    yield Alter(kind="extension", name=Name(body["extname"]), what=what)
    if member is None:
        yield Unknown(detail="a member of an extension that could not be read", certainty="unknown")
    else:
        yield Alter(kind=member.kind, name=member.name, what=what, arguments=member.arguments, table=member.table)


def define(body: Node, reader: Reader) -> Iterator[AnyChange]:
    """CREATE AGGREGATE, OPERATOR, TYPE, COLLATION, TEXT SEARCH ...: what gram.y calls DefineStmt."""
    kind = body.get("kind", "")
    if kind == "OBJECT_AGGREGATE":
        yield from create_aggregate(body, reader)
    elif kind == "OBJECT_TYPE":
        yield from create_base(body, reader)
    elif kind == "OBJECT_OPERATOR":
        yield from _create_operator(body)
    elif kind in KINDS:
        yield Create(
            kind=KINDS[kind],
            name=name_of_nodes(body["defnames"]),
            if_not_exists=body.get("if_not_exists", False),
        )
    else:
        yield Unknown(detail=f"CREATE of {kind}", certainty="unknown")


def create_cast(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE CAST."""
    source, target = type_name(body["sourcetype"]), type_name(body["targettype"])
    yield Create(
        kind="cast",
        name=Name(""),
        arguments=(source, target),
        uses=merge(type_uses(source), type_uses(target), _function(body.get("func"))),
    )


def create_transform(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE TRANSFORM FOR type LANGUAGE name."""
    written = type_name(body["type_name"])
    yield Create(
        kind="transform",
        name=Name(body["lang"]),
        arguments=(written,),
        or_replace=body.get("replace", False),
        uses=merge(type_uses(written), _function(body.get("fromsql")), _function(body.get("tosql"))),
    )


def create_operator_class(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE OPERATOR CLASS; without FAMILY it takes, or makes, the family of its own name."""
    name, method = name_of_nodes(body["opclassname"]), Name(body["amname"])
    if "opfamilyname" not in body:
        yield Create(kind="operator family", name=name, parent=method, if_not_exists=True)
    yield Create(kind="operator class", name=name, parent=method, uses=type_uses(type_name(body["datatype"])))


def create_operator_family(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE OPERATOR FAMILY."""
    yield Create(kind="operator family", name=name_of_nodes(body["opfamilyname"]), parent=Name(body["amname"]))


def alter_operator_family(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER OPERATOR FAMILY ... ADD, DROP."""
    yield Alter(
        kind="operator family",
        name=name_of_nodes(body["opfamilyname"]),
        what="drop member" if body.get("isDrop") else "add member",
        table=Name(body["amname"]),
    )


def alter_operator(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER OPERATOR ... SET (...)."""
    options = dict(def_elems(body.get("options", ())))
    yield Alter(
        kind="operator",
        name=name_of_nodes(body["opername"]["objname"]),
        what="options",
        arguments=arguments_of(body["opername"]),
        uses=functions_in(options, _OPERATOR_FUNCTIONS),
        detail=", ".join(options),
    )


def create_user_mapping(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE USER MAPPING."""
    yield Create(
        kind="user mapping",
        name=Name(role_name(body["user"])),
        parent=Name(body["servername"]),
        if_not_exists=body.get("if_not_exists", False),
    )


def alter_user_mapping(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER USER MAPPING."""
    yield Alter(
        kind="user mapping",
        name=Name(role_name(body["user"])),
        what="options",
        table=Name(body["servername"]),
        detail=_names(body.get("options", ())),
    )


def drop_user_mapping(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """DROP USER MAPPING."""
    yield Drop(
        kind="user mapping",
        name=Name(role_name(body["user"])),
        table=Name(body["servername"]),
        if_exists=body.get("missing_ok", False),
    )


def create_server(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE SERVER."""
    yield Create(
        kind="server",
        name=Name(body["servername"]),
        parent=Name(body["fdwname"]),
        if_not_exists=body.get("if_not_exists", False),
    )


def alter_server(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER SERVER ... VERSION, OPTIONS."""
    yield Alter(
        kind="server",
        name=Name(body["servername"]),
        what="version" if body.get("has_version") else "options",
        detail=body.get("version") or _names(body.get("options", ())),
    )


def create_wrapper(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """CREATE FOREIGN DATA WRAPPER."""
    yield Create(
        kind="foreign-data wrapper",
        name=Name(body["fdwname"]),
        uses=_handlers(body.get("func_options", ())),
    )


def alter_wrapper(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """ALTER FOREIGN DATA WRAPPER."""
    yield Alter(
        kind="foreign-data wrapper",
        name=Name(body["fdwname"]),
        what="options",
        uses=_handlers(body.get("func_options", ())),
        detail=_names(body.get("options", ())),
    )


def import_foreign_schema(body: Node, _reader: Reader) -> Iterator[AnyChange]:
    """IMPORT FOREIGN SCHEMA creates what it finds on the other server."""
    yield Unknown(
        detail=f"IMPORT FOREIGN SCHEMA {body['remote_schema']} creates the foreign tables that it finds",
        certainty="unknown",
        kind="schema",
        name=Name(body["local_schema"]),
    )


def named(kind: str, field: str, *, functions: tuple[str, ...] = ()) -> Handler:
    """A handler for a CREATE that has a name, perhaps functions, and nothing else of interest.

    Args:
        kind: of the object.
        field: that holds its name: a text or a list of strings.
        functions: fields that hold names of functions.
    """

    def handler(body: Node, _reader: Reader) -> Iterator[AnyChange]:
        yield Create(
            kind=kind,
            name=_name(body[field]),
            or_replace=body.get("replace", False),
            uses=tuple(
                Reference("function", name)
                for one in functions
                if one in body and not is_system_function(name := name_of_nodes(body[one]))
            ),
        )

    return handler


def altered(kind: str, field: str, what: str | Callable[[Node], str]) -> Handler:
    """A handler for an ALTER that names one object; `what` may look at the statement."""

    def handler(body: Node, _reader: Reader) -> Iterator[AnyChange]:
        yield Alter(
            kind=kind,
            name=_name(body[field]),
            what=what if isinstance(what, str) else what(body),
            if_exists=body.get("missing_ok", False),
        )

    return handler


def dropped(kind: str, field: str) -> Handler:
    """A handler for a DROP with a statement of its own (database, tablespace, subscription)."""

    def handler(body: Node, _reader: Reader) -> Iterator[AnyChange]:
        yield Drop(
            kind=kind,
            name=_name(body[field]),
            if_exists=body.get("missing_ok", False),
            cascade=body.get("behavior") == "DROP_CASCADE",
        )

    return handler


# Private


def _create_operator(body: Node) -> Iterator[AnyChange]:
    options = dict(def_elems(body.get("definition", ())))
    operands: list[TypeName | None] = [
        type_name(options[side]["TypeName"]) if "TypeName" in options.get(side, {}) else None
        for side in ("leftarg", "rightarg")
    ]
    yield Create(
        kind="operator",
        name=name_of_nodes(body["defnames"]),
        arguments=tuple(operands),
        uses=merge(
            *(type_uses(operand) for operand in operands),
            functions_in(options, _OPERATOR_FUNCTIONS),
        ),
    )


def _function(routine: Node | None) -> tuple[Reference, ...]:
    if routine is None:
        return ()
    name = name_of_nodes(routine["objname"])
    return () if is_system_function(name) else (Reference("function", name),)


def _handlers(options: list[Node]) -> tuple[Reference, ...]:
    found = []
    for _, argument in def_elems(options):
        if "List" in argument:
            found.append(Reference("function", name_of_nodes(argument["List"]["items"])))
    return tuple(found)


def _name(value: Any) -> Name:
    return name_of_nodes(value) if isinstance(value, list) else Name(str(value))


def _names(options: list[Node]) -> str | None:
    """Names of options, never their values: a password may be among them."""
    return ", ".join(name for name, _ in def_elems(options)) or None


def _put_into(element: Node, schema: str) -> None:
    """Give the object that an element of CREATE SCHEMA creates its schema, as transformCreateSchemaStmt does."""
    for body in element.values():
        for field in ("relation", "view", "sequence"):
            if isinstance(relation := body.get(field), dict):
                relation.setdefault("schemaname", schema)
        for granted in body.get("objects", ()):
            if "RangeVar" in granted:
                granted["RangeVar"].setdefault("schemaname", schema)
