"""A change, told against the whole history: what it adds and edits, and what was not wrong before it.

Everything is checked as :mod:`auditor.audits.check` does, with the change and without it; what stood before is
counted, and told by `auditor check`.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from auditor.audits import check
from auditor.audits.parts.inputs import Inputs, Outcome, read_inputs, report, required
from auditor.audits.parts.reading import class_values
from auditor.audits.parts.reviewing import by_history, conflicts, early, edited, objects_of
from auditor.config import Settings
from auditor.declaration.load import Configuration
from auditor.errors import AuditorError, CouldNotCheck
from auditor.globs import matches
from auditor.history.classification import Classification, classify
from auditor.model import Finding, Location, Migration, OwnerClass, Report
from auditor.repository import Change, change_since, files_at
from auditor.rules.review import core_conflict, evidence_missing, migration_edited, migration_out_of_order
from auditor.rules.review.migration_edited import Edited

REVIEW = frozenset(
    module.RULE.code for module in (migration_edited, migration_out_of_order, core_conflict, evidence_missing)
)


def run(settings: Settings) -> Report:
    """Review the work tree against `settings.base`.

    Raises:
        ConfigurationError: `classifications.yaml` is missing or wrong.
        UsageError: git knows no such revision.
        CouldNotCheck: there are no migrations, no git, or too little of its history.
    """
    change = change_since(settings.base, settings.root)
    with files_at(change.fork, settings.root) as directory:
        before = _read(_at(settings, directory))
        looked = check.look(settings, lambda read: [one.id for one in _ours(read, before, change)])
        outcome, inputs = looked.outcome, looked.inputs
        configuration = required(inputs.configuration, settings)
        classes = {one.migration: one for one in _classes(inputs, configuration)}
        ours = _ours(inputs, before, change)
        outcome += _of_the_change(inputs, before, ours, classes, change)
        whole = report("review", outcome, inputs, settings)
        old, unknown = _old(_at(settings, directory)) if whole.findings else (Counter[str](), ())
    files = {migration.file for migration in ours} | (change.present - {configuration.file})
    told = tuple(_new(whole.findings, old, files))
    return dataclasses.replace(
        whole,
        findings=told,
        not_checked=(*whole.not_checked, *unknown),
        notes=(*whole.notes, *_notes(settings, change, len(whole.findings) - len(told))),
        data={
            **whole.data,
            **_changed(ours, classes, change),
            "base": {"revision": settings.base, "commit": change.base, "fork": change.fork},
            "objects": objects_of(ours, inputs.history, before.history if before else None, configuration),
        },
    )


# Private


def _of_the_change(
    inputs: Inputs,
    before: Inputs | None,
    ours: tuple[Migration, ...],
    classes: Mapping[str, Classification],
    change: Change,
) -> Outcome:
    """What is wrong with the change as a change."""
    configuration = required(inputs.configuration, inputs.settings)
    known = before.history.migrations if before is not None else ()
    core = [m.id for m in ours if classes[m.id].owner_class is OwnerClass.CORE]
    findings: list[Finding] = []
    changed: list[Edited] = []
    if before is not None:
        was = {one.migration: one for one in _classes(before, configuration)}
        changed += edited(before.history, inputs.history, was, classes, change)
        findings += migration_edited.check(changed)
    findings += evidence_missing.check(_lacking(configuration, change) if core else (), core)
    not_checked: tuple[str, ...] = ()
    try:
        with _merged(inputs, change) as merged:
            places = [merged.settings.shown(one.path) for one in merged.migrations.histories]
            renamed = {one.to for one in changed if one.to is not None}
            for order in by_history(merged.history.migrations, places):
                findings += migration_out_of_order.check(early(order, ours, known, renamed))
            theirs = {m.id for m in merged.history.migrations} - {m.id for m in (*known, *ours)}
            ids = {m.id for m in ours}
            findings += core_conflict.check(conflicts(merged.history, configuration, ids, theirs))
    except AuditorError as error:
        not_checked = (f"conflicts with what the base has got since: {error}",)
    return Outcome(findings=tuple(findings), evaluated=REVIEW, not_checked=not_checked)


def _at(settings: Settings, directory: Path) -> Settings:
    """The same run over other files, without a live database."""
    config = None
    if settings.config is not None:
        config = directory / settings.config.resolve().relative_to(settings.root.resolve())
    found = config if config is not None and config.is_file() else None
    return dataclasses.replace(settings, root=directory, config=found, db="", db_from="libpq")


def _read(settings: Settings) -> Inputs | None:
    """What the migrations were; None when there were none."""
    try:
        return read_inputs(settings)
    except CouldNotCheck:
        return None


def _old(settings: Settings) -> tuple[Counter[str], tuple[str, ...]]:
    """Fingerprints of what was found without the change; and why that is not known."""
    if settings.config is None:
        return Counter(), ()
    try:
        return Counter(finding.fingerprint for finding in check.run(settings, keep=False).findings), ()
    except AuditorError as error:
        return Counter(), (f"what stood before the change, so that all is told as new: {error}",)


def _new(findings: Iterable[Finding], old: Counter[str], files: set[str]) -> Iterator[Finding]:
    """Findings in the files of the change, and those that were not there without it."""
    for finding in findings:
        was_there = old[finding.fingerprint] > 0
        old[finding.fingerprint] -= 1
        if not was_there or (finding.location is not None and finding.location.file in files):
            yield finding


def _ours(inputs: Inputs, before: Inputs | None, change: Change) -> tuple[Migration, ...]:
    """Migrations that the change adds or edits."""
    known = {m.id for m in before.history.migrations} if before is not None else set()
    return tuple(m for m in inputs.history.migrations if m.file in change.present or m.id not in known)


def _classes(inputs: Inputs, configuration: Configuration) -> tuple[Classification, ...]:
    return classify(inputs.history, configuration.ownership, configuration.overrides)


def _lacking(configuration: Configuration, change: Change) -> Iterator[tuple[str, Location]]:
    """Globs of the configuration that no file of the change matches."""
    for glob in configuration.review.evidence:
        if not any(matches(glob, file) for file in change.present):
            yield glob, glob.location


@contextmanager
def _merged(inputs: Inputs, change: Change) -> Iterator[Inputs]:
    """What the history is once the change is merged."""
    if change.base == change.fork:
        yield inputs
        return
    root = inputs.settings.root
    with files_at(change.base, root) as directory:
        for file in change.deleted:
            (directory / file).unlink(missing_ok=True)
        for file in change.present:
            if (root / file).is_file():
                (directory / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / file, directory / file)
        yield read_inputs(_at(inputs.settings, directory))


def _changed(ours: tuple[Migration, ...], classes: Mapping[str, Classification], change: Change) -> dict[str, Any]:
    """`migrations` and `summary` as `auditor classify` has them, of the change alone."""
    values = class_values(tuple(classes[migration.id] for migration in ours))
    for item in values["migrations"]:
        item["change"] = "edited" if item["file"] in change.edited else "added"
    return values


def _notes(settings: Settings, change: Change, left_out: int) -> Iterator[str]:
    moved = "" if change.base == change.fork else f"; it has moved on to {change.base[:12]}"
    yield f"the change since {change.fork[:12]} of {settings.base}{moved}"
    if left_out:
        findings = "1 finding" if left_out == 1 else f"{left_out} findings"
        yield f"{findings} stood before the change (`auditor check` tells all)"
