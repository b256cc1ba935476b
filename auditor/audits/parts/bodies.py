"""The rules over function bodies, on a replayed or a live catalog."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection

from auditor.audits.parts.inputs import Outcome
from auditor.bodies.of_snapshot import scene_of_snapshot
from auditor.bodies.scene import Scene
from auditor.contract.facts import Facts
from auditor.declaration.entries import Contract
from auditor.declaration.load import Configuration
from auditor.rules.bodies import (
    ambiguous_column,
    discarded_row,
    missing_return,
    projection_decides,
    queue_back_door,
    swallowed_error,
    unfounded_conflict,
    unsafe_claim,
)
from auditor.rules.dead import dead_function, legacy_trigger_fires
from auditor.rules.security import definer_for_everybody, definer_search_path, unquoted_dynamic_sql

_ABOUT_THE_SCENE = (
    ambiguous_column,
    missing_return,
    swallowed_error,
    discarded_row,
    definer_search_path,
    definer_for_everybody,
    unquoted_dynamic_sql,
)
_ABOUT_THE_CONTRACT = (unfounded_conflict, unsafe_claim, queue_back_door, projection_decides)

_DEAD = (dead_function, legacy_trigger_fires)

CODES = frozenset(module.RULE.code for module in (*_ABOUT_THE_SCENE, *_ABOUT_THE_CONTRACT, *_DEAD))


def judge_bodies(facts: Facts, *, source: str) -> Outcome:
    """What the bodies of a catalog's functions do wrong.

    Args:
        facts: whose `live` snapshot is judged.
        source: `replay` or `live`.
    """
    return judge_scene(scene_of_snapshot(facts, source=source), facts.configuration, _texts(facts))


def drifted_bodies(facts: Facts) -> Outcome:
    """What the bodies of a live catalog do wrong that those of the migrations do not.

    What is wrong in the migrations too is no drift: `check` says so. That a known function is SECURITY
    DEFINER now, or for everybody, or has lost its settings, is told as a difference of these fields.
    """
    found = judge_bodies(facts, source="live")
    expected: frozenset[str] = frozenset()
    if facts.expected is not None:
        wanted = Facts(facts.configuration, facts.history, facts.expected, facts.expected)
        expected = frozenset(finding.fingerprint for finding in judge_bodies(wanted, source="replay").findings)
    return dataclasses.replace(
        found,
        evaluated=found.evaluated - _DEAD_CODES,
        findings=tuple(
            finding
            for finding in found.findings
            if finding.fingerprint not in expected
            and finding.code not in _DEAD_CODES
            and not (finding.code in _COMPARED and finding.object is not None and facts.known(finding.object))
        ),
    )


def judge_scene(scene: Scene, configuration: Configuration, commands: Collection[str] = ()) -> Outcome:
    """The same, of a scene.

    Args:
        scene: the catalog.
        configuration: what is declared.
        commands: texts of the history that may call a function: of schedules, of rows that hold statements.
    """
    contract = configuration.contract
    unreadable = sorted(str(routine.id) for routine in scene.routines.values() if routine.unreadable)
    said = [f"the body of {name}: its PL/pgSQL could not be read" for name in unreadable[:_NAMED]]
    if len(unreadable) > _NAMED:
        said.append(f"the bodies of {len(unreadable) - _NAMED} more functions: their PL/pgSQL could not be read")
    if not scene.whole:
        said.append("function bodies: only those that the contract names were read")
    projections = [str(one.table) for one in contract.projection_entries]
    return Outcome(
        findings=(
            *(finding for module in _ABOUT_THE_SCENE for finding in module.check(scene)),
            *unfounded_conflict.check(scene, _with_a_key(contract)),
            *unsafe_claim.check(scene, contract.queues),
            *queue_back_door.check(scene, contract.queues, contract.dedupe_keys),
            *projection_decides.check(scene, contract.queues, projections),
            *dead_function.check(scene, _named(configuration), _words(configuration, commands)),
            *legacy_trigger_fires.check(scene),
        ),
        evaluated=CODES,
        checked={"function body": len(scene.routines)},
        not_checked=tuple(said),
    )


# Private


def _named(configuration: Configuration) -> frozenset[str]:
    """Routines that the contract names, but for claimers: one that nobody calls is dead all the same."""
    contract = configuration.contract
    named = {str(one) for queue in contract.queues for one in queue.writers or ()}
    named |= {str(trigger.function) for trigger in contract.triggers if trigger.function is not None}
    return frozenset(named)


def _words(configuration: Configuration, commands: Collection[str]) -> frozenset[str]:
    """Words that may name a function: of the guards, and of SQL that the history stores or schedules."""
    texts = [*commands, *(str(guard.function) for guard in configuration.guards if guard.function is not None)]
    return frozenset(word for text in texts for word in _WORD.findall(text))


def _texts(facts: Facts) -> list[str]:
    """Statements of the history that write rows or call functions: a schedule's command stands in one of them."""
    told = {
        (effect.migration, effect.statement)
        for effect in facts.history.effects
        if effect.action in ("write", "call") and effect.inside in (None, "do")
    }
    return [
        statement.text
        for migration in facts.history.migrations
        for number, statement in enumerate(migration.statements, start=1)
        if (migration.id, number) in told
    ]


def _with_a_key(contract: Contract) -> frozenset[str]:
    """Tables whose ON CONFLICT clauses the contract's own check judges."""
    return frozenset(str(key.table) for key in contract.dedupe_keys) | {str(one.table) for one in contract.queues}


_WORD = re.compile(r"\w+")
_DEAD_CODES = frozenset(module.RULE.code for module in _DEAD)
"""A trigger that was switched off by hand is told; that its function is dead then only follows."""
_NAMED = 5
_COMPARED = frozenset({definer_search_path.RULE.code, definer_for_everybody.RULE.code})
"""Rules about fields of a function that the comparison of catalogs looks at too."""
