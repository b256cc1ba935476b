"""`contract.queues`: which jobs the database lets in, who takes them out, and who puts them in.

Job types are sets of values, whatever the spelling (:mod:`auditor.contract.whitelists`). Four of them are held
against one another: those that the entry declares, that the database lets in, that the live functions enqueue, and
that the claiming functions take. What cannot be read from a body is said, and counts for nothing.
"""

from __future__ import annotations

from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import Facts
from auditor.contract.queue_writers import body_repair, check_writers, may_name, missing_function
from auditor.contract.rows import FIELD
from auditor.contract.whitelists import Whitelist, whitelist_of
from auditor.contract.writing import INSERTING, enqueued, inserts, targets_of
from auditor.declaration.entries import Claim, QueueEntry
from auditor.migrations.effects.inserted import compared_values
from auditor.model import CatalogObject, ObjectId
from auditor.repair.create import function_statement, literal
from auditor.sql.names import quote_identifier


def check_queues(facts: Facts, checked: Checked) -> None:
    """Check every queue that the contract names."""
    for entry in facts.configuration.contract.queues:
        if facts.table(entry.table) is None:
            continue  # told by the check of tables
        checked.count("queue")
        causes = _check_job_types(facts, checked, entry)
        _check_claims(facts, checked, entry)
        targets = targets_of(facts, str(entry.table))
        check_writers(facts, checked, entry, targets)
        _check_enqueued(facts, checked, entry, targets, causes)


def claimed_types(facts: Facts, function: Function, table: str, column: str) -> frozenset[str] | None:
    """The job types that a function compares the column with, or None if it names none, or not all."""
    found = {
        value
        for access in facts.accesses(function, table)
        for name, value in access.literals
        if name == column and access.verb not in INSERTING
    }
    values, complete = compared_values(function_statement(function), column)
    return frozenset(found | values) or None if complete else None


# Private


def _check_job_types(facts: Facts, checked: Checked, entry: QueueEntry) -> frozenset[Cause]:
    """Whether the database lets in what is declared; if not, what made it so."""
    declared = entry.job_types
    if declared is None:
        return frozenset()
    column = ObjectId("table column", f"{entry.table}.{quote_identifier(declared.column)}")
    if column not in facts.live:
        if not facts.known(column):
            checked.unmatched.append(facts.unmatched("job types", column, declared.column.location))
        else:
            checked.breaches.append(
                facts.breach(
                    "job-types",
                    f"{column} {facts.missing(column)}",
                    entry=entry,
                    item=column,
                    actual="missing",
                    repair=facts.repair(column),
                    causes=[facts.cause(column)],
                )
            )
        return frozenset({facts.cause(column)})
    checked.count("job type", len(declared.allowed))
    live = whitelist_of(facts.live, entry.table, declared.column, facts.lookups)
    for item in live.unread:
        checked.not_checked.append(f"{item.id} says more about {declared.column} than could be understood")
    for key in live.rows_unknown:
        checked.not_checked.append(
            f"job types of {entry.table}: they are rows of {key.references}, which were not read"
        )
    wanted = frozenset(str(one) for one in declared.allowed)
    if live.values == wanted or (live.rows_unknown and (live.values is None or live.values >= wanted)):
        return frozenset()
    expected = None
    if facts.expected is not None:
        expected = whitelist_of(facts.expected, entry.table, declared.column, facts.expected_lookups)
    named = {one.id for one in (*live.sources, *(expected.sources if expected is not None else ()))}
    differing = sorted(item for item in named if facts.expected_object(item) != facts.live.objects.get(item))
    subject = next(iter(differing), None) or next(iter(sorted(one.id for one in live.sources)), column)
    extra = sorted((live.values or frozenset()) - wanted)
    lacking = sorted(wanted - live.values) if live.values is not None else []
    if live.values is None:
        message = f"nothing limits {entry.table}.{declared.column} to the declared job types"
        if subject != column and subject not in facts.live:
            message += f": {subject} {facts.missing(subject)}"
    else:
        by = listed(sorted(str(one.id) for one in live.sources))
        said = [
            *([f"{listed(extra)} not declared"] if extra else []),
            *([f"{listed(lacking)} declared but not let in"] if lacking else []),
        ]
        there = f"{entry.table} lets in {listed(sorted(live.values))} as {declared.column}"
        message = f"{there}: {'; '.join(said)} ({by})"
    fields = _fields(facts, subject)
    repair = facts.repair(subject, fields) if expected is not None and expected.values == wanted else None
    if repair is None and not live.sources:
        values = ", ".join(literal(str(one)) for one in declared.allowed)
        repair = f"ALTER TABLE {entry.table} ADD CHECK ({quote_identifier(declared.column)} IN ({values}));"
    by_rows = {one.id: Cause(table, FIELD) for one in live.sources if (table := _lookup_table(facts, one))}
    causes = frozenset([by_rows.get(i) or facts.cause(i) for i in named] or [Cause(column, "job types")])
    checked.breaches.append(
        facts.breach(
            "job-types",
            message,
            entry=entry,
            item=subject,
            field=", ".join(fields) or None,
            expected=", ".join(sorted(wanted)),
            actual=", ".join(sorted(live.values)) if live.values is not None else "any value",
            repair=repair,
            causes=causes,
        )
    )
    return causes


def _lookup_table(facts: Facts, source: CatalogObject) -> ObjectId | None:
    """The table whose rows limit a column through a foreign key that is as it should be."""
    if not isinstance(source, TableConstraint) or source.references is None:
        return None
    as_expected = facts.expected is None or facts.expected_object(source.id) == source
    return facts.table(source.references) if as_expected else None


def _check_enqueued(
    facts: Facts, checked: Checked, entry: QueueEntry, targets: frozenset[str], causes: frozenset[Cause]
) -> None:
    """What the live functions put in is let in, and declared."""
    declared = entry.job_types
    if declared is None:
        return
    allowed = whitelist_of(facts.live, entry.table, declared.column, facts.lookups)
    wanted = frozenset(str(one) for one in declared.allowed)
    for function in list(facts.live.objects.values()):
        if not isinstance(function, Function) or not may_name(function, targets):
            continue
        if inserts(facts, function, targets) is None:
            continue
        found = enqueued(facts, function, targets, str(declared.column))
        checked.count("enqueued job type", len(found.values))
        if not found.complete:
            checked.not_checked.append(
                f"all that {function.id} enqueues: the {declared.column} is not always a constant of its body"
            )
        refused = found.values - allowed.values if allowed.values is not None else frozenset()
        undeclared = found.values - wanted - refused
        if refused or undeclared:
            _wrongly_enqueued(facts, checked, entry, function, (refused, undeclared, allowed), causes)


def _wrongly_enqueued(
    facts: Facts,
    checked: Checked,
    entry: QueueEntry,
    function: Function,
    found: tuple[frozenset[str], frozenset[str], Whitelist],
    causes: frozenset[Cause],
) -> None:
    refused, undeclared, allowed = found
    by = listed(sorted(str(one.id) for one in allowed.sources))
    said = [
        *([f"{listed(sorted(refused))}, which {by} refuses"] if refused else []),
        *([f"{listed(sorted(undeclared))}, which is not declared"] if undeclared else []),
    ]
    wanted = facts.wanted_body(function.id)
    if not facts.should_be(function.id):
        causes = frozenset({Cause(function.id)})
    elif wanted is not None and wanted != function.body:
        causes = frozenset({Cause(function.id, "body")})
    checked.breaches.append(
        facts.breach(
            "job-types",
            f"{function.id} enqueues {listed(said)}",
            entry=entry,
            item=function.id,
            field="body",
            expected=", ".join(sorted(str(one) for one in entry.job_types.allowed)) if entry.job_types else None,
            actual=", ".join(sorted(refused | undeclared)),
            repair=body_repair(facts, function),
            causes=causes,
        )
    )


def _fields(facts: Facts, item: ObjectId) -> list[str]:
    expected, live = facts.expected_object(item), facts.live.objects.get(item)
    if expected is None or live is None:
        return []
    return [name for name, value in expected.values().items() if value != getattr(live, name)]


def _check_claims(facts: Facts, checked: Checked, entry: QueueEntry) -> None:
    if entry.job_types is None:
        if entry.claims:
            checked.not_checked.append(
                f"claims of {entry.table}: `job_types` does not say in which column the type stands"
            )
        return
    column = str(entry.job_types.column)
    for claim in entry.claims:
        item = facts.routine(claim.function)
        if item is None:
            missing_function(facts, checked, entry, claim.function, "claim-scope", "claim")
            continue
        checked.count("claim")
        function = facts.live.objects[item]
        if isinstance(function, Function):
            _check_claim(facts, checked, entry, claim, function, column)
    _reconcile(facts, checked, entry)


def _check_claim(
    facts: Facts, checked: Checked, entry: QueueEntry, claim: Claim, function: Function, column: str
) -> None:
    actual = claimed_types(facts, function, entry.table, column)
    declared = frozenset(str(one) for one in claim.job_types)
    if actual is None:
        checked.not_checked.append(
            f"what {function.id} claims: its body compares {column} of {entry.table} with no constant"
        )
        return
    extra, lacking = sorted(actual - declared), sorted(declared - actual)
    if not extra and not lacking:
        return
    said = [
        *([f"claims {listed(extra)}, which is not its to claim"] if extra else []),
        *([f"does not claim {listed(lacking)}"] if lacking else []),
    ]
    checked.breaches.append(
        facts.breach(
            "claim-scope",
            f"{function.id} {listed(said)}",
            entry=entry,
            item=function.id,
            field="body",
            expected=", ".join(sorted(declared)),
            actual=", ".join(sorted(actual)),
            repair=body_repair(facts, function),
            causes=[Cause(function.id, "body")],
        )
    )


def _reconcile(facts: Facts, checked: Checked, entry: QueueEntry) -> None:
    """What the entry says must fit together: each allowed type claimed once, nothing else claimed."""
    if entry.job_types is None or not entry.claims:
        return
    allowed = [str(one) for one in entry.job_types.allowed]
    claims = {str(claim.function): [str(one) for one in claim.job_types] for claim in entry.claims}
    for job_type in sorted({*allowed, *(one for types in claims.values() for one in types)}):
        claimers = [function for function, types in claims.items() if job_type in types]
        if len(claimers) == 1 and job_type in allowed:
            continue
        if job_type not in allowed:
            message = f"{listed(claimers)} should claim {job_type}, which is no allowed job type of {entry.table}"
        elif claimers:
            message = f"job type {job_type} of {entry.table} is claimed twice: by {listed(claimers)}"
        else:
            message = f"job type {job_type} of {entry.table} is claimed by no function"
        checked.breaches.append(
            facts.breach(
                "claim-scope",
                message,
                entry=entry,
                item=facts.table(entry.table),
                field=f"claims of {job_type}",
                expected="claimed by one function" if job_type in allowed else "not claimed",
                actual=f"claimed by {listed(claimers)}" if claimers else "claimed by none",
                location=entry.job_types.location if not claimers else entry.claims[0].location,
                causes=[],
            )
        )
