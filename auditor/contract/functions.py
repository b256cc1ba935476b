"""`contract.functions`: there, with the body, attributes and callers that were declared."""

from __future__ import annotations

import dataclasses
from typing import Any

from auditor.catalog.kinds.function import Function
from auditor.contract.bodies import body_hash, differs_in_layout_only
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.entries import FunctionEntry
from auditor.contract.facts import ROUTINES, Facts, body_fields, body_message, is_pattern, matches
from auditor.migrations.effects import changes_of
from auditor.model import ObjectId, Severity
from auditor.model.change import CreateFunction
from auditor.sql.names import quote_identifier


def check_functions(facts: Facts, checked: Checked) -> None:
    """Check every function that the contract names."""
    seen: set[ObjectId] = set()
    for entry in facts.configuration.contract.functions:
        found = functions_named(facts, entry)
        if not found:
            checked.unmatched.append(
                facts.unmatched("function", ObjectId("function", entry.name), entry.name.location)
            )
        for item in found:
            checked.count("function", int(item not in seen))
            seen.add(item)
            live = facts.live.objects.get(item)
            if not isinstance(live, Function):
                _missing(facts, checked, entry, item)
                continue
            _check_body(facts, checked, entry, live)
            _check_attributes(facts, checked, entry, live)
            _check_execute(facts, checked, entry, live)


def functions_named(facts: Facts, entry: FunctionEntry) -> list[ObjectId]:
    """Functions and procedures that an entry means: live ones, and those that should be."""
    if not is_pattern(entry.name):
        candidates = [ObjectId(kind, entry.name) for kind in ROUTINES]
        return [item for item in candidates if item in facts.live or facts.known(item)][:1]
    known = {item for item in facts.live.objects if item.kind in ROUTINES}
    known |= {item for item in facts.history.lives if item.kind in ROUTINES and facts.should_be(item)}
    if facts.expected is not None:
        known |= {item for item in facts.expected.objects if item.kind in ROUTINES}
    return sorted(item for item in known if matches(entry.name, item.identity))


def declared_body(facts: Facts, entry: FunctionEntry, item: ObjectId) -> str | None:
    """The body that the entry wants, or None if it gives a hash or if no migration defines the function."""
    file = entry.definition_file
    if file is not None:
        text = (facts.configuration.root / file).read_text(encoding="utf-8")
        for change in changes_of(text):
            if isinstance(change, CreateFunction) and change.body is not None:
                return change.body
        return text
    return facts.wanted_body(item)


# Private


def _missing(facts: Facts, checked: Checked, entry: FunctionEntry, item: ObjectId) -> None:
    checked.breaches.append(
        facts.breach(
            "function-contract",
            f"{item} {facts.missing(item)}",
            entry=entry,
            item=item,
            actual="missing",
            repair=facts.repair(item),
            causes=[facts.cause(item)],
        )
    )


def _check_body(facts: Facts, checked: Checked, entry: FunctionEntry, live: Function) -> None:
    if isinstance(entry.definition, str) and entry.definition.startswith("sha256:"):
        _check_hash(facts, checked, entry, live)
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
            severity=Severity.NOTE if only_layout else Severity.ERROR,
            field="body",
            repair=facts.repair(live.id, ["body"], _with_body(facts, live, wanted)),
            causes=[Cause(live.id, "body")],
            **fields,
        )
    )


def _with_body(facts: Facts, live: Function, body: str) -> Function:
    expected = facts.expected_object(live.id)
    base = expected if isinstance(expected, Function) else live
    return dataclasses.replace(base, body=body)


def _check_hash(facts: Facts, checked: Checked, entry: FunctionEntry, live: Function) -> None:
    actual = body_hash(live.body)
    if actual == entry.definition:
        checked.kept.add(Cause(live.id, "body"))
        return
    standing = facts.standing(live.id, live.body, None)
    of = (
        f"the definition of {standing.live.migration}" if standing.live else "a definition that no migration wrote"
    )
    checked.breaches.append(
        facts.breach(
            "function-contract",
            f"{live.id} runs {of}; the contract pins another",
            entry=entry,
            item=live.id,
            field="body",
            expected=str(entry.definition),
            actual=actual,
            causes=[Cause(live.id, "body")],
        )
    )


def _check_attributes(facts: Facts, checked: Checked, entry: FunctionEntry, live: Function) -> None:
    wanted: dict[str, Any] = {}
    if entry.security is not None:
        wanted["security_definer"] = entry.security == "definer"
    if entry.language is not None:
        wanted["language"] = str(entry.language)
    if entry.volatility is not None:
        wanted["volatility"] = entry.volatility
    if entry.settings is not None and not _same_settings(entry.settings, live.settings):
        wanted["settings"] = sorted(f"{name}={value}" for name, value in entry.settings.items())
    fields = [name for name, value in wanted.items() if getattr(live, name) != value]
    if not fields:
        return
    said = [_attribute_message(name, wanted[name], getattr(live, name)) for name in fields]
    changed = dataclasses.replace(live, **{name: wanted[name] for name in fields})
    checked.breaches.append(
        facts.breach(
            "function-contract",
            f"{live.id} {listed(said)}",
            entry=entry,
            item=live.id,
            field=", ".join(fields),
            expected="; ".join(_shown(name, wanted[name]) for name in fields),
            actual="; ".join(_shown(name, getattr(live, name)) for name in fields),
            repair=facts.repair(live.id, fields, changed),
            causes=[Cause(live.id, name) for name in fields],
        )
    )


def _same_settings(declared: dict[str, str], live: list[str]) -> bool:
    def plain(value: str) -> str:
        value = ", ".join(part.strip() for part in value.split(","))
        return "" if value == '""' else value

    there = {name.lower(): plain(value) for name, _, value in (one.partition("=") for one in live)}
    return {name.lower(): plain(value) for name, value in declared.items()} == there


def _shown(field: str, value: Any) -> str:
    if field == "security_definer":
        return "security definer" if value else "security invoker"
    if field == "settings":
        return "settings " + (", ".join(value) or "none")
    return f"{field} {value}"


def _attribute_message(field: str, wanted: Any, live: Any) -> str:
    if field == "security_definer":
        return f"is SECURITY {'DEFINER' if live else 'INVOKER'}, not {'DEFINER' if wanted else 'INVOKER'}"
    if field == "settings":
        return f"runs with {', '.join(live) or 'no settings'}, not with {', '.join(wanted) or 'none'}"
    return f"is {field} {live}, not {wanted}" if field != "volatility" else f"is {live}, not {wanted}"


def _check_execute(facts: Facts, checked: Checked, entry: FunctionEntry, live: Function) -> None:
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
