"""Which routines something can reach: what nothing refers to, and nobody may call, is dead.

Reached are routines that a role beside the owner may call (an API or a worker may do so), that a trigger which is
on, an event trigger, a view, a rule, a default, a check, a policy or an index refers to, that the configuration or
a schedule names, and whatever the body of a reached one calls. A body that cannot be read, or that runs SQL put
together at run time, reaches every routine whose name stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from auditor.bodies.routines import Routine
from auditor.bodies.scene import Scene, parsed
from auditor.bodies.writers import accesses_of
from auditor.model import ObjectId
from auditor.model.change import Unknown
from auditor.sql.mentions import Mentions
from auditor.sql.names import own_name

_WORD = re.compile(r"\w+")


def dead_routines(scene: Scene, named: Collection[str], words: Collection[str]) -> Iterator[Routine]:
    """Routines that nothing reaches, in order of identity.

    Args:
        scene: the catalog, whole.
        named: identities of routines that the configuration names.
        words: words of other texts that may name a routine: commands of schedules, guards.
    """
    reached = _roots(scene, named, words)
    work = list(reached)
    while work:
        for called in _called(scene, scene.routines[work.pop()]):
            if called not in reached:
                reached.add(called)
                work.append(called)
    for item in sorted(scene.routines):
        if item not in reached:
            yield scene.routines[item]


# Private


def _roots(scene: Scene, named: Collection[str], words: Collection[str]) -> set[ObjectId]:
    fired = {trigger.function for trigger in scene.triggers if trigger.enabled}
    texts = [*scene.views.values(), *(text for *_, text in scene.rules), *(text for _, text in scene.mentioned)]
    mentioned = _functions_in(texts) | frozenset(words)
    found = set()
    for item, routine in scene.routines.items():
        may_be_called = routine.executors is None or (bool(routine.executors) and not routine.returns_trigger)
        if (
            may_be_called
            or item.identity in fired
            or item.identity in named
            or own_name(item.identity) in mentioned
            or (routine.definition.returns is not None and routine.definition.returns.name == "event_trigger")
        ):
            found.add(item)
    return found


def _functions_in(texts: list[str]) -> frozenset[str]:
    """Names of functions that expressions and queries call; every word of a text that cannot be parsed."""
    found: set[str] = set()
    for text in texts:
        tree = parsed(text) or parsed(f"SELECT {text}")
        if tree is None:
            found |= set(_WORD.findall(text))
        else:
            found |= {access.name.name for access in Mentions().walk(tree).accesses() if access.action == "call"}
            found |= {one.name.name for one in Mentions().walk(tree).references() if one.kind == "function"}
    return frozenset(found)


def _called(scene: Scene, routine: Routine) -> set[ObjectId]:
    found = {
        one.id
        for access in accesses_of(routine)
        if access.action == "call"
        for one in scene.find_routines(access.name, None)
    }
    if routine.unreadable or any(isinstance(change, Unknown) for change in routine.changes):
        words = set(_WORD.findall(routine.body))
        found |= {item for item in scene.routines if own_name(item.identity) in words}
    return found
