"""Every ON CONFLICT of a live function finds its arbiter in the live catalog.

PostgreSQL looks for the unique index when the statement runs, so a function whose index was dropped, or made
anew with another predicate, is found out by the first insert (42P10). What fits is decided as
`infer_arbiter_indexes()` (plancat.c) decides it. https://www.postgresql.org/docs/current/sql-insert.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import Facts
from auditor.declaration.entries import DedupeKeyEntry, QueueEntry
from auditor.migrations.effects import plain_changes_of
from auditor.model import ObjectId, Snapshot
from auditor.model.change import Arbiter, CreateIndex
from auditor.repair.create import own_name
from auditor.sql.arbiters import alike, expression_text, implies
from auditor.sql.names import quote_identifier


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unique index, as the inference sees it.

    Attributes:
        item: the index, or the constraint that owns it.
        columns, expressions: its keys, in the spelling of :class:`~auditor.model.change.Arbiter`.
        deferrable: then the statement fails although the index is found (55000).
    """

    item: ObjectId
    columns: frozenset[str]
    expressions: frozenset[str]
    predicate: str | None
    deferrable: bool = False


def check_arbiters(facts: Facts, checked: Checked) -> None:
    """Check the live functions that insert into a table with a dedupe key, or into a queue."""
    contract = facts.configuration.contract
    entries: dict[str, DedupeKeyEntry | QueueEntry] = {}
    for key in contract.dedupe_keys:
        entries.setdefault(str(key.table), key)
    for queue in contract.queues:
        entries.setdefault(str(queue.table), queue)
    for table, entry in entries.items():
        if facts.table(entry.table) is None:
            continue  # told by the check of tables
        name = table.rpartition(".")[2].strip('"').lower()
        for function in facts.live.objects.values():
            if isinstance(function, Function) and name in function.body.lower():
                for arbiter in arbiters_in(facts, function, table):
                    checked.count("arbiter")
                    _check(facts, checked, entry, function, arbiter)


def arbiters_in(facts: Facts, function: Function, table: str) -> Iterator[Arbiter]:
    """What the ON CONFLICT clauses of a function ask for, each once."""
    found = dict.fromkeys(one for access in facts.accesses(function, table) for one in access.arbiters)
    yield from found


def candidates(snapshot: Snapshot, table: str) -> list[Candidate]:
    """The unique indexes of a table that an ON CONFLICT may infer."""
    found: list[Candidate] = []
    for item in snapshot.objects.values():
        if isinstance(item, Index) and item.table == table and item.unique and item.valid:
            keys = _keys(item)
            if keys is not None:
                found.append(Candidate(item.id, *keys, item.predicate))
        elif isinstance(item, TableConstraint) and item.table == table and _infers(item):
            found.append(Candidate(item.id, frozenset(item.columns), frozenset(), None, item.deferrable))
    return found


def answers(arbiter: Arbiter, one: Candidate) -> bool | None:
    """Whether an index fits; None where only the server can tell."""
    if frozenset(quote_identifier(name) for name in arbiter.columns) != one.columns:
        return False
    wanted = frozenset(arbiter.expressions)
    if len(wanted) != len(one.expressions):
        return False
    implied = implies(arbiter.where, one.predicate)
    if implied is False:
        return False
    if wanted != one.expressions and not alike(wanted, one.expressions):
        return False
    return True if implied and wanted == one.expressions and not arbiter.qualified else None


def described(arbiter: Arbiter) -> str:
    """`ON CONFLICT (a, b) WHERE ...`, for people."""
    if arbiter.constraint is not None:
        return f"ON CONFLICT ON CONSTRAINT {arbiter.constraint}"
    parts = [*arbiter.columns, *("an expression" for _ in arbiter.expressions)]
    return f"ON CONFLICT ({', '.join(parts)})" + (" WHERE ..." if arbiter.where is not None else "")


# Private


def _infers(item: TableConstraint) -> bool:
    return item.type in {"p", "u"} and item.index_valid is not False and not item.temporal


def _check(
    facts: Facts, checked: Checked, entry: DedupeKeyEntry | QueueEntry, function: Function, arbiter: Arbiter
) -> None:
    table = str(entry.table)
    if arbiter.constraint is not None:
        why = _constraint_lacks(facts, table, arbiter)
    else:
        found = [(one, answers(arbiter, one)) for one in candidates(facts.live, table)]
        fitting = [one for one, fits in found if fits]
        if not fitting and any(fits is None for _, fits in found):
            checked.not_checked.append(
                f"whether {described(arbiter)} of {function.id} finds an index of {table}: the texts do not tell"
            )
            return
        late = [one for one in fitting if one.deferrable]
        why = f"{late[0].item} is deferrable" if late else None if fitting else _lacking(facts, table, arbiter)
    if why is None:
        return
    checked.breaches.append(
        facts.breach(
            "conflict-without-arbiter",
            f"{function.id} inserts into {table} {described(arbiter)}, and every such insert fails: {why}",
            entry=entry,
            item=function.id,
            field="body",
            expected="a unique index that fits",
            actual=why,
            causes=_causes(facts, checked, table, function, arbiter),
        )
    )


def _constraint_lacks(facts: Facts, table: str, arbiter: Arbiter) -> str | None:
    name = quote_identifier(arbiter.constraint or "")
    item = facts.live.objects.get(ObjectId("table constraint", f"{name} on {table}"))
    if not isinstance(item, TableConstraint) or item.type not in {"p", "u", "x"}:
        schema = table.rpartition(".")[0]
        index = ObjectId("index", f"{schema}.{name}")
        return f"{index} is no constraint" if index in facts.live else f"there is no unique constraint {name}"
    if item.deferrable:
        return f"{item.id} is deferrable"
    if arbiter.updates and (item.type == "x" or item.temporal):
        return f"{item.id} is an exclusion constraint, which DO UPDATE cannot use"
    return None


def _lacking(facts: Facts, table: str, arbiter: Arbiter) -> str:
    columns = frozenset(quote_identifier(name) for name in arbiter.columns)
    same = [one for one in candidates(facts.live, table) if one.columns == columns]
    if same and not arbiter.expressions:
        return f"the predicate of {listed((str(one.item) for one in same), 'or')} does not follow from its WHERE"
    return f"no valid unique index of {table} has exactly these keys"


def _causes(facts: Facts, checked: Checked, table: str, function: Function, arbiter: Arbiter) -> frozenset[Cause]:
    """What made it so: a key that is no longer kept, another body, or an index that is not as it should be."""
    keys = frozenset(quote_identifier(name) for name in arbiter.columns)
    for entry, causes in checked.unkept:
        if entry.table == table and frozenset(entry.columns) == keys and not arbiter.expressions:
            return causes
    wanted = facts.wanted_body(function.id)
    if wanted is not None and wanted != function.body:
        return frozenset({Cause(function.id, "body")})
    if not facts.should_be(function.id):
        return frozenset({Cause(function.id)})
    if facts.expected is None:
        return frozenset()
    fitting = [one.item for one in candidates(facts.expected, table) if answers(arbiter, one) is not False]
    named = [
        item
        for item in fitting
        if (own_name(item.identity) == quote_identifier(arbiter.constraint or "")) or arbiter.constraint is None
    ]
    return frozenset(facts.cause(item) for item in named)


def _keys(index: Index) -> tuple[frozenset[str], frozenset[str]] | None:
    text = f"CREATE INDEX ON t USING {index.method} ({', '.join(index.keys)})"
    for change in plain_changes_of(text):
        if isinstance(change, CreateIndex) and len(change.elements) == len(index.keys):
            columns = frozenset(quote_identifier(one.column) for one in change.elements if one.column is not None)
            others = frozenset(expression_text(one.text or "") for one in change.elements if one.column is None)
            return columns, others
    return None
