"""What the columns of a query are called, where a `*` stands for the columns of relations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.model.change import Output
from auditor.sql.expressions import output_column_name
from auditor.sql.tree import Node, relation_name, strings

_Queries = Mapping[str, "tuple[Output, ...] | None"]


def query_outputs(query: Node, known: _Queries | None = None) -> tuple[Output, ...] | None:
    """The output columns of a query, a relation standing for all of its own; None where that cannot be told.

    Args:
        query: a node such as `{"SelectStmt": {...}}`.
        known: outputs of the queries of WITH around it, by name.
    """
    select = query.get("SelectStmt")
    if select is None:
        return None
    ctes = dict(known or {})
    for item in select.get("withClause", {}).get("ctes", ()):
        cte = item["CommonTableExpr"]
        ctes[cte["ctename"]] = _renamed(
            query_outputs(cte["ctequery"], ctes), strings(cte.get("aliascolnames", ()))
        )
    while (left := select.get("larg")) is not None:
        select = left
    if (rows := select.get("valuesLists")) is not None:
        return tuple(Output(f"column{number + 1}") for number in range(len(rows[0]["List"].get("items", ()))))
    found: list[Output] = []
    for target in select.get("targetList", ()):
        outputs = _target(target["ResTarget"], select.get("fromClause", ()), ctes)
        if outputs is None:
            return None
        found += outputs
    return tuple(found)


def _target(target: Node, sources: list[Node], known: _Queries) -> tuple[Output, ...] | None:
    name = output_column_name(target)
    if name is not None:
        return (Output(name),)
    fields = target.get("val", {}).get("ColumnRef", {}).get("fields")
    if fields is None:
        return None
    wanted = strings(fields)[-2] if len(fields) > 1 else None
    found: list[Output] = []
    for source in sources:
        for alias, outputs in _sources(source, known):
            if wanted is None or alias == wanted:
                if outputs is None:
                    return None
                found += outputs
    return tuple(found) or None


def _sources(node: Node, known: _Queries) -> Iterator[tuple[str | None, tuple[Output, ...] | None]]:
    """Each source of a FROM list: the name it goes by, and its columns."""
    if (relation := node.get("RangeVar")) is not None:
        alias = relation.get("alias", {})
        name = relation_name(relation)
        outputs: tuple[Output, ...] | None = (Output(relation=name),)
        if name.schema is None and name.name in known:
            outputs = known[name.name]
        yield alias.get("aliasname", name.name), _renamed(outputs, strings(alias.get("colnames", ())))
    elif (subselect := node.get("RangeSubselect")) is not None:
        alias = subselect.get("alias", {})
        outputs = query_outputs(subselect["subquery"], known)
        yield alias.get("aliasname"), _renamed(outputs, strings(alias.get("colnames", ())))
    elif (join := node.get("JoinExpr")) is not None:
        yield from _sources(join["larg"], known)
        yield from _sources(join["rarg"], known)
    else:
        inner: Node = next(iter(node.values()), {})
        yield inner.get("alias", {}).get("aliasname"), None


def _renamed(outputs: tuple[Output, ...] | None, names: list[str]) -> tuple[Output, ...] | None:
    if not names:
        return outputs
    rest = outputs[len(names) :] if outputs is not None else ()
    hidden = outputs is None or any(one.relation is not None for one in outputs)
    return None if hidden else (*(Output(name) for name in names), *rest)
