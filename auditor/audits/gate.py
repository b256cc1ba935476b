"""Is a phase's work done? Each exit criterion with its figure, and the evidence filed for who was not there."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.audits.parts.criteria import Gathered, Judged, gather, judge
from auditor.audits.parts.inputs import Inputs, Outcome, read_inputs, report, required
from auditor.audits.parts.live import Live, read_live
from auditor.audits.parts.live_flow import wants_live
from auditor.audits.parts.record import git_revision
from auditor.config import Settings
from auditor.declaration.load import Configuration
from auditor.declaration.phases import Criterion, Phase
from auditor.errors import CouldNotCheck, UsageError
from auditor.model import Report
from auditor.rules.gate import criterion_not_met

EVIDENCE = Path("docs/reports/phase-gates")
"""Where the evidence goes, below the directory of `classifications.yaml`."""


def run(settings: Settings, *, evidence: Path | None = EVIDENCE) -> Report:
    """Judge the phase that `settings.subject` names.

    Args:
        settings: of the run.
        evidence: directory for the evidence, relative to the root; None files none.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong.
        UsageError: there is no such phase, or no database is given.
        CouldNotCheck: no migrations, the database cannot be read, or the evidence cannot be written.
    """
    if not wants_live(settings):
        raise UsageError("criteria are about a live database: name it with --db URL")
    inputs = read_inputs(settings, configured=True)
    configuration = required(inputs.configuration, settings)
    phase = _phase(configuration, settings.subject or "")
    live, (judged,) = judge_phases(settings, inputs, configuration, [phase])
    outcome = gate_outcome(phase, judged, configuration)
    outcome += Outcome(notes=(live.note,))
    if evidence is not None:
        files = _file(settings, configuration.root / evidence, phase, judged, live)
        outcome += Outcome(notes=tuple(f"evidence: {settings.shown(file)}" for file in files))
    return report("gate", outcome, inputs, settings)


def judge_phases(
    settings: Settings, inputs: Inputs, configuration: Configuration, phases: Sequence[Phase]
) -> tuple[Live, list[list[Judged]]]:
    """The criteria of several phases, read in one transaction."""
    criteria: list[Criterion] = [one for phase in phases for one in phase.criteria]
    live = read_live(
        settings.db, inputs, further=lambda connection: gather(connection, inputs, configuration, criteria)
    )
    flat = judge(settings, inputs, configuration, live, criteria)
    by_phase = []
    for phase in phases:
        by_phase.append(flat[: len(phase.criteria)])
        flat = flat[len(phase.criteria) :]
    return live, by_phase


def gate_outcome(phase: Phase, judged: Sequence[Judged], configuration: Configuration) -> Outcome:
    """A phase as a part of a report."""
    places = [dataclasses.replace(one.location, file=configuration.file) for one in phase.criteria]
    return Outcome(
        findings=tuple(criterion_not_met.check(str(phase.name), zip(judged, places, strict=True))),
        evaluated=frozenset({criterion_not_met.RULE.code}),
        checked={"criterion": len(judged)},
        could_not_check=tuple(f"{one.title}: {one.figure}" for one in judged if one.met is None),
        data={
            "phase": str(phase.name),
            "open": all(one.met for one in judged),
            "criteria": [one.as_json() for one in judged],
        },
    )


# Private


def _phase(configuration: Configuration, name: str) -> Phase:
    found = next((one for one in configuration.phases if one.name == name), None)
    if found is None:
        names = ", ".join(str(one.name) for one in configuration.phases) or "none"
        raise UsageError(f"there is no phase {name!r} in {configuration.file}; phases: {names}")
    return found


def _file(
    settings: Settings, folder: Path, phase: Phase, judged: Sequence[Judged], live: Live
) -> tuple[Path, Path]:
    """Write the evidence beside what is there already; nothing is ever overwritten.

    Raises:
        CouldNotCheck: it cannot be written.
    """
    gathered: Gathered = live.further
    revision, changed = git_revision(settings.root)
    facts = {
        "version": 1,
        "tool": {"name": "auditor", "version": __version__},
        "phase": str(phase.name),
        "description": str(phase.description) if phase.description is not None else None,
        "judged_at": gathered.now.isoformat(),
        "open": all(one.met for one in judged),
        "database": live.note,
        "revision": revision,
        "uncommitted_changes": changed,
        "criteria": [one.as_json() for one in judged],
    }
    day = gathered.now.astimezone(datetime.UTC).date().isoformat()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            stem = f"{phase.name}-{day}" + (f"-{number}" if number > 1 else "")
            page, data = folder / f"{stem}.md", folder / f"{stem}.json"
            if page.exists() or data.exists():
                continue
            try:
                with data.open("x", encoding="utf-8") as file:
                    file.write(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
            except FileExistsError:
                continue  # another run was a moment faster
            page.write_text(_page(facts, data.name), encoding="utf-8")
            return page, data
    except OSError as error:
        raise CouldNotCheck(f"cannot write the evidence to {folder}: {error.strerror}") from None
    raise CouldNotCheck(f"there are a thousand files of {phase.name} and this day in {folder}")


def _page(facts: dict[str, Any], data: str) -> str:
    words = {True: "met", False: "**not met**", None: "**could not be found out**"}
    lines = [
        f"# Phase {facts['phase']}: {'open' if facts['open'] else 'not open'}",
        "",
        *([facts["description"], ""] if facts["description"] else []),
        "A phase opens when every criterion is met; no date opens it.",
        "",
        f"- judged at {facts['judged_at']} by auditor {facts['tool']['version']}",
        f"- live database: {facts['database']}",
        f"- commit: {facts['revision'] or 'none'}{' with changes' if facts['uncommitted_changes'] else ''}",
        f"- the same as data: [{data}]({data})",
        "",
        "| | criterion | found |",
        "|---|---|---|",
        *(
            f"| {words[one['met']]} | {_cell(one['title'])} | {_cell(one['figure'])} |"
            for one in facts["criteria"]
        ),
        "",
    ]
    for number, one in enumerate(facts["criteria"], start=1):
        lines += [f"## {number}. {one['title']}", "", f"{words[one['met']]}: {one['figure']}", ""]
        if one["query"]:
            lines += ["Found by:", "", *(f"    {line}" for line in one["query"].splitlines()), ""]
        if one["details"]:
            lines += [*(f"- {' '.join(line.split())}" for line in one["details"]), ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
