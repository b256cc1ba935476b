"""`contract.functions`: there, with the body, attributes and callers that were declared, and alone of its name.

The function that a trigger of the contract calls is one of them, named or not: the two are one item.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from auditor.catalog.kinds.function import Function
from auditor.comparison.bodies import body_hash, differs_in_layout_only
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import ROUTINES, Facts, body_fields, body_message
from auditor.contract.written import function_attributes
from auditor.declaration.base import Text
from auditor.declaration.entries import FunctionEntry
from auditor.globs import is_pattern, matches_name
from auditor.migrations.effects import plain_changes_of
from auditor.model import ObjectId, Severity
from auditor.model.change import CreateFunction
from auditor.repair.create import routine_name
from auditor.sql.names import quote_identifier


def check_functions(facts: Facts, checked: Checked) -> None:
    """Check every function that the contract names, and those that its triggers call."""
    seen: set[ObjectId] = set()
    beside: set[ObjectId] = set()
    for entry, severity in _entries(facts):
        found = functions_named(facts, entry)
        if not found and entry in facts.configuration.contract.functions:
            checked.unmatched.append(
                facts.unmatched("function", ObjectId("function", entry.name), entry.name.location)
            )
        for item in found:
            checked.count("function", int(item not in seen))
            seen.add(item)
            live = facts.live.objects.get(item)
            overloads = [one for one in _overloads(facts, item) if one.id not in beside]
            beside |= {one.id for one in overloads}
            if not isinstance(live, Function):
                _missing(facts, checked, entry, item, overloads, severity)
                continue
            _check_body(facts, checked, entry, live, severity)
            _check_attributes(facts, checked, entry, live, severity)
            _check_execute(facts, checked, entry, live, severity)
            for one in overloads:
                _beside(facts, checked, entry, live, one, severity)
    if checked.untold:
        them = listed(map(str, checked.untold))
        checked.not_checked.append(f"attributes of {them}: no text tells them, and there is no replay")


def functions_named(facts: Facts, entry: FunctionEntry) -> list[ObjectId]:
    """Functions and procedures that an entry means: live ones, and those that should be."""
    if not is_pattern(entry.name):
        candidates = [ObjectId(kind, entry.name) for kind in ROUTINES]
        return [item for item in candidates if item in facts.live or facts.known(item)][:1]
    known = {item for item in facts.live.objects if item.kind in ROUTINES}
    known |= {item for item in facts.history.lives if item.kind in ROUTINES and facts.should_be(item)}
    if facts.expected is not None:
        known |= {item for item in facts.expected.objects if item.kind in ROUTINES}
    return sorted(item for item in known if matches_name(entry.name, item.identity))


def declared_body(facts: Facts, entry: FunctionEntry, item: ObjectId) -> str | None:
    """The body that the entry wants, or None if it gives a hash or if no migration defines the function."""
    file = entry.definition_file
    if file is not None:
        text = (facts.configuration.root / file).read_text(encoding="utf-8")
        for change in plain_changes_of(text):
            if isinstance(change, CreateFunction) and change.body is not None:
                return change.body
        return text
    return facts.wanted_body(item)


# Private


def _entries(facts: Facts) -> Iterator[tuple[FunctionEntry, Severity]]:
    """The entries, each with how bad a breach is; those that name no pattern and no function come last."""
    contract = facts.configuration.contract
    yield from ((entry, Severity.ERROR) for entry in contract.functions)
    named = {item.identity for entry in contract.functions for item in functions_named(facts, entry)}
    for trigger in contract.triggers:
        function = trigger.function or _called_by(facts, ObjectId("trigger", trigger.name))
        if function is not None and function not in named:
            named.add(str(function))
            entry = FunctionEntry(
                name=Text(function, trigger.location), mode=trigger.mode, location=trigger.location
            )
            yield entry, Severity.ERROR if trigger.role == "core" else Severity.WARNING


def _called_by(facts: Facts, trigger: ObjectId) -> str | None:
    """The function that the replay's trigger calls."""
    return getattr(facts.expected_object(trigger), "function", None)


def _overloads(facts: Facts, item: ObjectId) -> list[Function]:
    """Live functions of the same name that no migration leaves there: a call may mean one of them."""
    name = f"{routine_name(item.identity)}("
    named = {
        one.identity
        for entry in facts.configuration.contract.functions
        for one in functions_named(facts, entry)
        if not is_pattern(entry.name)
    }
    return [
        one
        for one in facts.live.objects.values()
        if isinstance(one, Function)
        and one.identity.startswith(name)
        and one.id != item
        and one.identity not in named
        and not facts.should_be(one.id)
    ]


def _missing(
    facts: Facts,
    checked: Checked,
    entry: FunctionEntry,
    item: ObjectId,
    overloads: list[Function],
    severity: Severity,
) -> None:
    stead = f"; there is {listed(one.identity for one in overloads)}" if overloads else ""
    checked.breaches.append(
        facts.breach(
            "function-contract",
            f"{item} {facts.missing(item)}{stead}",
            entry=entry,
            item=item,
            severity=severity,
            actual=listed(one.identity for one in overloads) if overloads else "missing",
            repair=facts.repair(item),
            causes=[facts.cause(item), *(Cause(one.id) for one in overloads)],
        )
    )


def _beside(
    facts: Facts, checked: Checked, entry: FunctionEntry, live: Function, other: Function, severity: Severity
) -> None:
    checked.breaches.append(
        facts.breach(
            "function-contract",
            f"{other.id} stands beside {live.identity}, and no migration leaves it there: a call may reach it, or "
            "fail as ambiguous",
            entry=entry,
            item=other.id,
            severity=severity,
            expected=f"only {live.identity}",
            actual=f"{other.identity} too",
            repair=facts.repair_of_extra(other.id),
            causes=[Cause(other.id)],
        )
    )


def _check_body(facts: Facts, checked: Checked, entry: FunctionEntry, live: Function, severity: Severity) -> None:
    if isinstance(entry.definition, str) and entry.definition.startswith("sha256:"):
        _check_hash(facts, checked, entry, live, severity)
        return
    wanted = declared_body(facts, entry, live.id)
    if wanted is None or (entry.definition_file is None and not facts.should_be(live.id)):
        last = facts.life(live.id)
        dropped = last.last_effect if last is not None and not facts.should_be(live.id) else None
        why = f"{dropped.migration} drops it" if dropped is not None else "no migration defines it"
        checked.breaches.append(
            facts.breach(
                "function-contract",
                f"{live.id} is there, but {why}",
                entry=entry,
                item=live.id,
                severity=severity,
                actual=body_hash(live.body),
                causes=[Cause(live.id), Cause(live.id, "body")],
            )
        )
        return
    if wanted == live.body:
        return
    file = entry.definition_file
    if file is None:
        message, only_layout = body_message(facts, live.id, live, wanted)
    else:
        only_layout = differs_in_layout_only(wanted, live.body)
        message = f"{live.id} is not what {file} says" + (
            " (blanks, comments or case only)" if only_layout else ""
        )
    fields = body_fields(facts, live.id, live, wanted)
    if fields["location"] is None:
        fields["location"] = entry.location
    checked.breaches.append(
        facts.breach(
            "function-contract",
            message,
            entry=entry,
            item=live.id,
            severity=Severity.NOTE if only_layout else severity,
            field="body",
            repair=facts.repair(live.id, ["body"], _with_body(facts, entry, live, wanted)),
            causes=[Cause(live.id, "body")],
            **fields,
        )
    )


def _with_body(facts: Facts, entry: FunctionEntry, live: Function, body: str) -> Function:
    """The function with that body, in the language that it is written in and not in the live one."""
    expected = facts.expected_object(live.id)
    base = expected if isinstance(expected, Function) else live
    language = entry.language
    if language is None and base is live:
        language = (function_attributes(facts, live.id) or {}).get("language")
    return dataclasses.replace(base, body=body, language=str(language or base.language))


def _check_hash(facts: Facts, checked: Checked, entry: FunctionEntry, live: Function, severity: Severity) -> None:
    actual = body_hash(live.body)
    if actual == entry.definition:
        checked.kept.add(Cause(live.id, "body"))
        return
    standing = facts.standing(live.id, live.body, None)
    life = facts.life(live.id)
    pinned = (
        next((one.body for one in life.definitions if one.body and body_hash(one.body) == entry.definition), None)
        if life is not None
        else None
    )
    only_layout = pinned is not None and differs_in_layout_only(pinned, live.body)
    of = (
        f"the definition of {standing.live.migration}" if standing.live else "a definition that no migration wrote"
    )
    checked.breaches.append(
        facts.breach(
            "function-contract",
            f"{live.id} differs from the pinned definition in blanks, comments or case only"
            if only_layout
            else f"{live.id} runs {of}; the contract pins another",
            entry=entry,
            item=live.id,
            severity=Severity.NOTE if only_layout else severity,
            field="body",
            expected=str(entry.definition),
            actual=actual,
            causes=[Cause(live.id, "body")],
        )
    )


def _check_attributes(
    facts: Facts, checked: Checked, entry: FunctionEntry, live: Function, severity: Severity
) -> None:
    wanted = _written(facts, checked, entry, live)
    if entry.security is not None:
        wanted["security_definer"] = entry.security == "definer"
    if entry.language is not None:
        wanted["language"] = str(entry.language)
    if entry.volatility is not None:
        wanted["volatility"] = entry.volatility
    if entry.parallel is not None:
        wanted["parallel"] = entry.parallel
    if entry.null_input is not None:
        wanted["strict"] = entry.null_input == "strict"
    if entry.owner is not None:
        wanted["owner"] = _spelled(entry.owner)
    if entry.settings is not None and not _same_settings(entry.settings, live.settings):
        wanted["settings"] = sorted(f"{name}={value}" for name, value in entry.settings.items())
    fields = [name for name, value in wanted.items() if getattr(live, name) != value]
    if not fields:
        return
    said = [_attribute_message(name, wanted[name], getattr(live, name)) for name in fields]
    changed: Function | None = dataclasses.replace(live, **{name: wanted[name] for name in fields})
    if changed is not None and "language" in fields:
        # The live body is of the live language: only with the body that should be there is it a function.
        pinned = isinstance(entry.definition, str) and entry.definition.startswith("sha256:")
        body = None if pinned else declared_body(facts, entry, live.id)
        changed = None if body is None else dataclasses.replace(changed, body=body)
    checked.breaches.append(
        facts.breach(
            "function-contract",
            f"{live.id} {listed(said)}",
            entry=entry,
            item=live.id,
            severity=severity,
            field=", ".join(fields),
            expected="; ".join(_shown(name, wanted[name]) for name in fields),
            actual="; ".join(_shown(name, getattr(live, name)) for name in fields),
            repair=facts.repair(live.id, fields, changed) if changed is not None else None,
            causes=[Cause(live.id, name) for name in fields],
        )
    )


def _written(facts: Facts, checked: Checked, entry: FunctionEntry, live: Function) -> dict[str, Any]:
    """What the history's text says of what the entry leaves out; where there is a replay that is compared with."""
    if facts.expected is not None or not facts.should_be(live.id):
        return {}
    written = function_attributes(facts, live.id)
    if written is None:
        checked.untold.append(live.id)
        return {}
    settings = dict(one.partition("=")[::2] for one in written["settings"])
    if entry.settings is not None or _same_settings(settings, live.settings):
        written.pop("settings")
    return written


def _same_settings(declared: dict[str, str], live: list[str]) -> bool:
    def plain(value: str) -> str:
        value = ", ".join(part.strip() for part in value.split(","))
        return "" if value == '""' else value

    there = {name.lower(): plain(value) for name, _, value in (one.partition("=") for one in live)}
    return {name.lower(): plain(value) for name, value in declared.items()} == there


def _shown(field: str, value: Any) -> str:
    if field == "security_definer":
        return "security definer" if value else "security invoker"
    if field == "strict":
        return "strict" if value else "called on NULL input"
    if field == "settings":
        return "settings " + (", ".join(value) or "none")
    return f"{field} {value}"


def _attribute_message(field: str, wanted: Any, live: Any) -> str:
    if field == "security_definer":
        return f"is SECURITY {'DEFINER' if live else 'INVOKER'}, not {'DEFINER' if wanted else 'INVOKER'}"
    if field == "settings":
        return f"runs with {', '.join(live) or 'no settings'}, not with {', '.join(wanted) or 'none'}"
    if field == "strict":
        return "is STRICT" if live else "is called on NULL input"
    words = {"volatility": "", "owner": "owned by ", "parallel": "parallel ", "language": "language "}
    return f"is {words.get(field, f'{field} ')}{live}, not {wanted}"


def _check_execute(
    facts: Facts, checked: Checked, entry: FunctionEntry, live: Function, severity: Severity
) -> None:
    if entry.execute is None:
        return
    declared = {_spelled(role) for role in entry.execute} - {live.owner}
    there = {grantee for one in live.privileges for grantee, _, _ in [one.partition(": ")]} - {"owner"}
    extra, lacking = sorted(there - declared), sorted(declared - there)
    if not extra and not lacking:
        return
    said = [
        *([f"can be called by {listed(_role(one) for one in extra)}"] if extra else []),
        *([f"cannot be called by {listed((_role(one) for one in lacking), 'or')}"] if lacking else []),
    ]
    kept = [one for one in live.privileges if one.partition(": ")[0] not in extra]
    wanted = dataclasses.replace(live, privileges=sorted([*kept, *(f"{one}: EXECUTE" for one in lacking)]))
    checked.breaches.append(
        facts.breach(
            "function-contract",
            f"{live.id} {listed(said)}",
            entry=entry,
            item=live.id,
            severity=severity,
            field="privileges",
            expected=listed(_role(one) for one in sorted(declared)) if declared else "its owner only",
            actual=listed(_role(one) for one in sorted(there)) if there else "its owner only",
            repair=facts.repair(live.id, ["privileges"], wanted),
            causes=[Cause(live.id, "privileges")],
        )
    )


def _spelled(role: str) -> str:
    """A role as snapshots spell it."""
    return role if role == "public" or role.startswith('"') else quote_identifier(role)


def _role(name: str) -> str:
    return "PUBLIC" if name == "public" else name
