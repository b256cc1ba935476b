"""Whether the two parsers see the same statement: action, kind and object, and for data the tables."""

from __future__ import annotations

from collections.abc import Callable

from auditor.migrations.effects.queries import relations_accessed
from auditor.migrations.effects.targets import KINDS, target_of
from auditor.model.change import Name
from auditor.sql import second_reading
from auditor.sql.mentions import Mentions
from auditor.sql.second_reading import Shape
from auditor.sql.tree import Node, kind_and_body, name_of_nodes, relation_name

_DATA = {
    "InsertStmt": "insert",
    "UpdateStmt": "update",
    "DeleteStmt": "delete",
    "MergeStmt": "merge",
    "SelectStmt": "select",
}
_TRANSACTIONS = {
    "TRANS_STMT_BEGIN": "begin",
    "TRANS_STMT_START": "begin",
    "TRANS_STMT_COMMIT": "commit",
    "TRANS_STMT_ROLLBACK": "rollback",
    "TRANS_STMT_ROLLBACK_TO": "rollback",
}
# sqlglot has one word for what PostgreSQL calls by several.
_SAME_KIND = {"materialized view": "view", "foreign table": "table", "table column": "column"}


def disagreement_about(node: Node, text: str) -> str | None:
    """What the two parsers say differently about one statement, or None.

    None too where sqlglot does not type it: it hands much of the DDL back unread.

    Args:
        node: the statement's node by PostgreSQL's grammar.
        text: the statement.
    """
    theirs = second_reading.shape_of(text)
    if theirs is None:
        return None
    ours = shape_of_node(node)
    if ours is None:
        kind, _ = kind_and_body(node)
        return f"sqlglot sees {_say(theirs)}, PostgreSQL's grammar {kind}"
    if _comparable(ours, theirs) != _comparable(theirs, theirs):
        return f"sqlglot sees {_say(theirs)}, PostgreSQL's grammar {_say(ours)}"
    if ours.action not in _DATA.values():
        return None
    read = second_reading.accesses_of(text)
    if read is None:
        return None
    found, expected = relations_accessed(read), relations_accessed(Mentions().walk(node).accesses())
    if found == expected:
        return None
    different = ", ".join(f"{action}s {name} ({verb})" for action, verb, name in sorted(found ^ expected))
    return f"only one of sqlglot and PostgreSQL's grammar sees that it {different}"


def shape_of_node(node: Node) -> Shape | None:
    """The shape of a statement by PostgreSQL's grammar; None for kinds that sqlglot never types rightly."""
    kind, body = kind_and_body(node)
    if kind in _DATA:
        target = relation_name(body["relation"]) if "relation" in body else None
        if kind == "SelectStmt" and "intoClause" in body:
            return Shape("select")
        return Shape(_DATA[kind], "table" if target is not None else "", target)
    reader = _SHAPES.get(kind)
    return reader(body) if reader is not None else None


# Private


def _comparable(shape: Shape, theirs: Shape) -> tuple[str, str, str | None]:
    return (
        shape.action,
        _SAME_KIND.get(shape.kind, shape.kind) if theirs.kind else "",  # GRANT ... ON t says no kind
        shape.name.name if shape.name is not None else None,
    )


def _say(shape: Shape) -> str:
    name = f" {shape.name.name}" if shape.name is not None else ""
    return f"{shape.action.upper()} {shape.kind}{name}".rstrip()


def _relation(action: str, kind: str, field: str = "relation") -> Callable[[Node], Shape]:
    return lambda body: Shape(action, kind, relation_name(body[field]))


def _drop(body: Node) -> Shape:
    target = target_of(body["removeType"], body["objects"][0])
    return Shape("drop", KINDS.get(body["removeType"], ""), target.name if target is not None else None)


def _comment(body: Node) -> Shape:
    target = target_of(body["objtype"], body["object"])
    return Shape("comment", KINDS.get(body["objtype"], ""), target.name if target is not None else None)


def _grant(body: Node) -> Shape | None:
    objects = body.get("objects", ())
    if not objects or body.get("targtype") != "ACL_TARGET_OBJECT":
        return None
    if "RangeVar" in objects[0]:
        name: Name | None = relation_name(objects[0]["RangeVar"])
    else:
        target = target_of(body["objtype"], objects[0])
        name = target.name if target is not None else None
    return Shape("grant" if body.get("is_grant") else "revoke", KINDS.get(body["objtype"], ""), name)


def _rename(body: Node) -> Shape | None:
    if "relation" not in body:
        return None
    of_table = body["renameType"] in ("OBJECT_COLUMN", "OBJECT_TABCONSTRAINT")
    kind = KINDS.get(body["relationType"] if of_table else body["renameType"], "")
    return Shape(
        "alter", "table" if body["renameType"] == "OBJECT_TABCONSTRAINT" else kind, relation_name(body["relation"])
    )


def _transaction(body: Node) -> Shape | None:
    action = _TRANSACTIONS.get(body["kind"])
    return Shape(action) if action is not None else None


def _create_table_as(body: Node) -> Shape:
    return Shape("create", KINDS[body["objtype"]], relation_name(body["into"]["rel"]))


_SHAPES: dict[str, Callable[[Node], Shape | None]] = {
    "AlterTableStmt": lambda body: Shape("alter", KINDS[body["objtype"]], relation_name(body["relation"])),
    "CommentStmt": _comment,
    "CompositeTypeStmt": _relation("create", "type", "typevar"),
    "CopyStmt": lambda body: (
        Shape("copy", "table", relation_name(body["relation"])) if "relation" in body else None
    ),
    "CreateEnumStmt": lambda body: Shape("create", "type", name_of_nodes(body["typeName"])),
    "CreateFunctionStmt": lambda body: Shape(
        "create", "procedure" if body.get("is_procedure") else "function", name_of_nodes(body["funcname"])
    ),
    "CreateSchemaStmt": lambda body: Shape("create", "schema", Name(body.get("schemaname", ""))),
    "CreateSeqStmt": _relation("create", "sequence", "sequence"),
    "CreateStmt": _relation("create", "table"),
    "CreateTableAsStmt": _create_table_as,
    "CreateTrigStmt": lambda body: Shape("create", "trigger", Name(body["trigname"])),
    "CreatedbStmt": lambda body: Shape("create", "database", Name(body["dbname"])),
    "DropStmt": _drop,
    "DropdbStmt": lambda body: Shape("drop", "database", Name(body["dbname"])),
    "GrantStmt": _grant,
    "IndexStmt": lambda body: Shape("create", "index", Name(body["idxname"]) if "idxname" in body else None),
    "RenameStmt": _rename,
    "TransactionStmt": _transaction,
    "TruncateStmt": lambda body: Shape("truncate", "table", relation_name(body["relations"][0]["RangeVar"])),
    "VacuumStmt": lambda body: None if body.get("is_vacuumcmd") else Shape("analyze"),
    "VariableSetStmt": lambda _body: Shape("set"),
    "ViewStmt": _relation("create", "view", "view"),
}
