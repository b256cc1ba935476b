"""Definitions written into the contract: those of the migrations, or those of a live database."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from auditor.audits.parts.expected import expected_catalog
from auditor.audits.parts.inputs import Outcome, read_inputs, report, required
from auditor.audits.parts.live import read_live
from auditor.audits.parts.replaying import notes_of, where_to_replay
from auditor.audits.parts.rewriting import rewrite
from auditor.catalog.spelling import respelled
from auditor.config import Settings
from auditor.contract.facts import Facts
from auditor.contract.pins import BEHIND, Pin, Unpinned, entries_of, pins_of
from auditor.declaration.editing import Edit, edit_of, edited, plain
from auditor.declaration.positions import compose
from auditor.errors import ConfigurationError, ConfigurationProblem
from auditor.forensics.selecting import named
from auditor.model import Finding, Location, Report
from auditor.model.rule import Rule
from auditor.rules.contract import function_contract, lookup_rows, trigger_contract

RULES: dict[str, Rule] = {
    "functions": function_contract.RULE,
    "triggers": trigger_contract.RULE,
    "rows": lookup_rows.RULE,
}
"""By section of the contract, the rule that a pin which is out of date breaks."""


def run(settings: Settings, subjects: Sequence[str] = (), *, check: bool = False) -> Report:
    """Pin what the contract names, in `classifications.yaml` itself.

    Args:
        settings: of the run; with `--db` the live database is what is pinned.
        subjects: entries, by name or pattern; none: all of them.
        check: write nothing, and tell as findings the pins that are out of date.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong, or an entry names what is not there.
        UsageError: no entry is called like a subject.
        CouldNotCheck: no migrations, no replay, no database; or the file cannot be written.
    """
    facts, about, source = _facts(settings)
    chosen = _chosen(facts, subjects)
    found = [one for one in pins_of(facts) if one.object in chosen]
    pins = [one for one in found if isinstance(one, Pin)]
    left = [one for one in found if isinstance(one, Unpinned)]
    file = facts.configuration.file
    if wrong := [one for one in left if one.problem == "wrong"]:
        raise ConfigurationError([_problem(one.location, f"{one.object}: {one.why} in {source}") for one in wrong])
    due = [pin for pin in pins if pin.state != "kept"]
    before = facts.configuration.path.read_bytes()
    after = _written(facts, before, due)
    if due and not check:
        rewrite(facts.configuration.path, after, before)
    outcome = about + Outcome(
        findings=tuple(_findings(due, source)) if check else (),
        checked={"pin": len(pins)},
        not_checked=tuple(f"{one.object}: not pinned: {one.why}" for one in left if one.problem is None),
        could_not_check=tuple(f"{one.object}: {one.why}" for one in left if one.problem == "unreadable"),
        notes=(f"pinned from {source}",),
        data={
            "file": file,
            "written": bool(due) and not check,
            "pins": [_values(pin) for pin in pins],
            "diff": _diff(before.decode("utf-8-sig"), after.removeprefix("\ufeff"), file),
        },
    )
    return report("contract pin", outcome, None, settings, facts.configuration)


# Private


def _facts(settings: Settings) -> tuple[Facts, Outcome, str]:
    """What is to be pinned, as the live side of the facts; and what it is called."""
    inputs = read_inputs(settings, configured=True)
    configuration = required(inputs.configuration, settings)
    if settings.db_asked:
        live = read_live(settings.db, inputs)
        facts = Facts(configuration, inputs.history, respelled(live.snapshot), data=live.data)
        return facts, Outcome(notes=(live.note,)), "the live database"
    where = where_to_replay(settings)
    made = expected_catalog(inputs, where)
    facts = Facts(configuration, made.inputs.history, made.snapshot, data=made.data)
    return facts, Outcome(notes=made.notes + notes_of(where)), "the migrations"


def _chosen(facts: Facts, subjects: Iterable[str]) -> set[Any]:
    entries = entries_of(facts)
    if not subjects:
        return set(entries)
    return {
        item for text in subjects for item in named(text, entries, "the contract", "auditor contract show")
    }  # fmt: skip


def _written(facts: Facts, before: bytes, pins: Sequence[Pin]) -> str:
    """The new text of the file; it is read, and must say what the old one said but for the pins.

    Raises:
        ConfigurationError: a value cannot be changed in place, with line and column.
    """
    file = facts.configuration.file
    text = before.decode("utf-8-sig")
    root = compose(text, file, ends=True)
    wanted = plain(root)
    edits: list[Edit] = []
    problems: list[ConfigurationProblem] = []
    for pin in pins:
        mapping = _entry(root, pin)
        edit = edit_of(text, mapping, pin.key, pin.after, BEHIND[pin.key])
        if edit is None:
            problems.append(
                _problem(pin.location, f"comments stand within `{pin.key}` of {pin.object}: mend it there")
            )
            continue
        edits.append(edit)
        value = pin.after if isinstance(pin.after, str) else [list(row) for row in pin.after]
        wanted["contract"][pin.section][pin.number][pin.key] = value
    after = edited(text, edits)
    if not problems and not _says(after, wanted):
        where = ", ".join(f"line {pin.location.line}" for pin in pins)
        message = (
            f"the entries are written in a way that cannot be changed in place ({where}): give each its own lines"
        )
        problems.append(ConfigurationProblem(file, pins[0].location.line, pins[0].location.column, message))
    if problems:
        raise ConfigurationError(problems)
    return "\ufeff" * before.startswith(b"\xef\xbb\xbf") + after


def _entry(root: yaml.Node, pin: Pin) -> yaml.MappingNode:
    """The mapping of an entry; the file was read without an error, so it is there."""
    node: Any = root
    for key in ("contract", pin.section):
        node = next(value for name, value in node.value if name.value == key)
    entry: yaml.MappingNode = node.value[pin.number]
    return entry


def _says(text: str, wanted: Any) -> bool:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    return root is not None and bool(plain(root) == wanted)


def _problem(where: Location, message: str) -> ConfigurationProblem:
    return ConfigurationProblem(where.file, where.line, where.column, message)


def _findings(pins: Iterable[Pin], source: str) -> Iterable[Finding]:
    for pin in pins:
        if pin.state != "outdated":
            continue
        of = f" of {pin.origin}" if pin.origin is not None else ""
        yield RULES[pin.section].finding(
            f"{pin.object}: `{pin.key}` of {source} is not the one that is pinned",
            object=pin.object,
            field="body" if pin.key == "definition" else pin.key,
            expected=pin.before,
            actual=f"{_told(pin)}{of}",
            location=pin.location,
            help=f"if it is right, pin it: `auditor contract pin '{pin.object}'`",
        )


def _told(pin: Pin) -> str:
    return pin.after if isinstance(pin.after, str) else f"{len(pin.after)} rows"


def _values(pin: Pin) -> dict[str, Any]:
    return {
        "section": pin.section,
        "kind": pin.object.kind,
        "identity": pin.object.identity,
        "key": pin.key,
        "state": pin.state,
        "before": pin.before,
        "after": _told(pin),
        "migration": pin.origin,
        "location": {"file": pin.location.file, "line": pin.location.line, "column": pin.location.column},
    }


def _diff(before: str, after: str, file: str) -> str | None:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), file, file, lineterm="", n=1)
    return "\n".join(lines) or None
