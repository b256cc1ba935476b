"""What changes fields of an object in place: the type of such a function, and what several of them need."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from auditor.model import CatalogObject
from auditor.repair.create import literal
from auditor.repair.create_rare import (
    MASKED,
    quoted,
)
from auditor.repair.grants import Roles

Alteration = Callable[[Any, Any, set[str], Roles], list[str] | None]


def only(*kinds: type[CatalogObject]) -> Callable[[Alteration], Alteration]:
    """An alteration that says None for objects of other kinds."""

    def limited(alteration: Alteration) -> Alteration:
        def alter(expected: Any, live: Any, fields: set[str], roles: Roles) -> list[str] | None:
            return alteration(expected, live, fields, roles) if isinstance(live, kinds) else None

        return alter

    return limited


def pair(text: str, separator: str) -> tuple[str, str]:
    """What stands before and behind a separator that is not within a quoted name."""
    if text.startswith('"'):
        match = re.match(r'"(?:[^"]|"")+"', text)
        at = match.end() if match is not None else 0
        return text[:at], text[at:].removeprefix(separator)
    before, _, behind = text.partition(separator)
    return before, behind


def set_parameters(subject: str, expected: Sequence[str], live: Sequence[str]) -> list[str]:
    """The statements that set storage parameters (`name=value`), and reset those that the object should lack."""
    wanted = {one.partition("=")[0] for one in expected}
    gone = [name for one in live if (name := one.partition("=")[0]) not in wanted]
    new = [one for one in expected if one not in live]
    return [
        *([f"{subject} RESET ({', '.join(gone)})"] if gone else []),
        *([f"{subject} SET ({', '.join(new)})"] if new else []),
    ]


def with_options(subject: str, words: str, expected: Any, live: Any, fields: set[str]) -> list[str]:
    """The statement with the OPTIONS that differ, and a comment for those that are not read."""
    if "options" not in fields:
        return [f"{subject} {words}"]
    wanted, found = (dict(pair(one, "=") for one in side.options) for side in (expected, live))
    said = [f"DROP {quoted(name)}" for name in found if name not in wanted]
    unknown = [name for name, value in wanted.items() if value == MASKED and found.get(name) != value]
    for name, value in wanted.items():
        if found.get(name) != value and value != MASKED:
            said.append(f"{'SET' if name in found else 'ADD'} {quoted(name)} {literal(value)}")
    parts = " ".join([*([words] if words else []), *([f"OPTIONS ({', '.join(said)})"] if said else [])])
    notes = [f"-- set by hand what is not shown: {', '.join(unknown)}"] if unknown else []
    return [*([f"{subject} {parts}"] if parts else []), *notes]
