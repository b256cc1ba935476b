"""What plpgsql_check says of the replayed functions, as findings at the lines of the migrations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.audits.parts.inputs import Outcome
from auditor.audits.parts.replaying import Replayed
from auditor.contract.facts import Facts
from auditor.declaration.load import Configuration
from auditor.model import Finding, Location, Severity
from auditor.replay.plpgsql_check import Message
from auditor.rules.classed import by_class
from auditor.rules.plpgsql_check import PREFIX

EVALUATED = "plpgsql_check/*"
NOT_THERE = "PL/pgSQL semantics: the server of the replay does not offer the extension plpgsql_check"
_ALSO_TOLD = {"42702": "FUN001", "2F005": "FUN002"}
"""SQLSTATEs of what a rule of this program says of the same function."""
_OF_STAND_INS = frozenset({"42883", "42P01", "42703", "42704", "3F000"})
"""Something does not exist: where stand-ins were used, that may be why."""
_TEMPORARY = re.compile(r"\bcreate\s+(?:(?:local|global)\s+)?temp(?:orary)?\s+table\b", re.IGNORECASE)
_MISSING_TABLES = frozenset({"42P01", "42703"})


def judge_plpgsql(replayed: Replayed, configuration: Configuration, told: Iterable[Finding]) -> Outcome:
    """One finding for each message about an error.

    Args:
        replayed: the history, run to its end.
        configuration: whose functions are whose.
        told: findings that there are already.
    """
    checked, snapshot = replayed.plpgsql, replayed.snapshot
    if checked is None or snapshot is None:
        return Outcome(not_checked=(NOT_THERE,))
    facts = Facts(configuration, replayed.inputs.history, snapshot, snapshot)
    said = {(finding.code, finding.object) for finding in told}
    messages = [
        one
        for one in checked.messages
        if one.level == "error" and (_ALSO_TOLD.get(one.sqlstate), one.routine) not in said
    ]
    stand_ins = bool(replayed.replay.shims or replayed.replay.supplied)
    return Outcome(
        findings=tuple(_findings(messages, facts, stand_ins=stand_ins)),
        evaluated=frozenset({EVALUATED}),
        checked={"function by plpgsql_check": checked.functions},
        not_checked=tuple(f"plpgsql_check: {reason}" for reason in checked.unchecked),
    )


# Private


def _findings(messages: list[Message], facts: Facts, *, stand_ins: bool) -> Iterator[Finding]:
    for one in messages:
        definition = facts.definition(one.routine)
        body = definition.body if definition is not None else None
        if one.sqlstate in _MISSING_TABLES and body is not None and _TEMPORARY.search(body):
            continue  # it makes tables that are there only when it runs
        owner_class = facts.class_of(one.routine)
        severity = by_class(Severity.ERROR, owner_class)
        doubt = stand_ins and one.sqlstate in _OF_STAND_INS
        where = f" (for {one.relation})" if one.relation is not None else ""
        yield Finding(
            f"{PREFIX}{one.sqlstate.lower() or 'error'}",
            "plpgsql-check",
            Severity.NOTE if doubt else severity,
            f"{one.routine}{where}: {one.message}",
            one.hint or one.detail or "correct the statement of the body",
            owner_class=owner_class,
            object=one.routine,
            field=f"{one.relation or ''} {one.message}".strip(),
            location=_place(facts, one),
        )


def _place(facts: Facts, one: Message) -> Location | None:
    definition = facts.definition(one.routine)
    if definition is None or definition.body is None:
        return None
    at = definition.text.find(definition.body)
    if at < 0 or one.line < 1:
        return definition.location
    offset = definition.text.count("\n", 0, at) + one.line - 1
    place = definition.location
    return Location(place.file, place.line + offset, place.column if offset == 0 else 1)
