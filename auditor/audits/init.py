"""A first `classifications.yaml`, or what an existing one lacks."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from auditor.audits.parts.expected import Expected, expected_catalog
from auditor.audits.parts.inputs import Inputs, read_inputs
from auditor.audits.parts.replaying import where_to_replay
from auditor.audits.parts.rewriting import rewrite
from auditor.bodies.of_snapshot import scene_of_snapshot
from auditor.config import CONFIG_NAME, Settings
from auditor.contract.facts import Facts
from auditor.declaration.base import Text
from auditor.declaration.document import Source
from auditor.declaration.load import Configuration, load
from auditor.declaration.readers import split_kind
from auditor.declaration.schema import BESIDE, MODELINE, schema_text
from auditor.errors import CouldNotCheck, UsageError
from auditor.model import ObjectId, Report, Snapshot
from auditor.model.advice import advice
from auditor.proposal.candidates import ENOUGH, Candidate, candidates
from auditor.proposal.classes import Proposed, is_own, proposed_classes
from auditor.proposal.entries import Entries, proposed_contract
from auditor.proposal.flow import flow_of
from auditor.proposal.writing import completed, fresh

log = logging.getLogger("auditor")

Choose = Callable[[Sequence[Candidate], str], Sequence[str] | None]
"""Asked which tables are core, and told what was wrong with the last answer; None leaves it to the ranking."""


def run(
    settings: Settings,
    *,
    core: Sequence[str] = (),
    places: Sequence[str] = (),
    dry_run: bool = False,
    choose: Choose | None = None,
) -> Report:
    """Propose, and write the file unless told not to.

    Args:
        settings: of the run; `config` is the file that is completed, if there is one.
        core: objects that are core, `KIND IDENTITY` or `KIND:IDENTITY`; none: the likeliest candidates.
        places: files and directories with migrations, relative to the root; none: those that are found.
        dry_run: write nothing.
        choose: asked when `core` names nothing.

    Raises:
        ConfigurationError: the existing file is wrong.
        UsageError: `core` names what the migrations do not make, or there is a file already that names the places.
        CouldNotCheck: there are no migrations, no PostgreSQL to run them in, or the file cannot be written.
    """
    if places and settings.config is not None:
        raise UsageError(f"{settings.shown(settings.config)} is there: list the places under `migrations:` in it")
    inputs, snapshot, why_not, left_out = _catalog(settings, [Source(path=Text(place)) for place in places])
    configuration = inputs.configuration or Configuration(settings.root / CONFIG_NAME, settings.root, CONFIG_NAME)
    facts = Facts(configuration, inputs.history, snapshot, snapshot)
    flow = flow_of(scene_of_snapshot(facts, source="replay"))
    ranked = candidates(flow, snapshot, lambda item: is_own(item, inputs.history))
    seeds = _seeds(core, ranked, inputs, snapshot, choose, configuration)
    ledgers = [ledger.table for ledger in inputs.migrations.ledgers]
    proposed = proposed_classes(seeds, flow, inputs.history, snapshot, ledgers)
    contract = proposed_contract(proposed.core_objects, flow, facts)
    path = settings.config or settings.root / CONFIG_NAME
    text, added = _text(inputs, proposed, contract, [*left_out, *([why_not] if why_not else [])], path)
    changed = text is not None and not dry_run
    schema = False if dry_run else _write_schema(path, text)
    if text is not None and changed:
        before = path.read_bytes() if path.exists() else None
        rewrite(path, text, before, lambda written: load(written, settings.root))
    if dry_run and text is not None:
        return Report("init", data={"text": text})  # as a file is: nothing else on stdout
    return Report(
        "init",
        checked={"migration": len(inputs.history.migrations), "object": len(inputs.history.lives)},
        not_checked=(*left_out, *([why_not] if why_not else [])),
        notes=tuple(
            f"migrations: {settings.shown(h.path)} ({h.format.name})" for h in inputs.migrations.histories
        ),
        data={
            "file": settings.shown(path),
            "written": changed,
            "schema": BESIDE if schema else None,
            "added": added,
            "candidates": [
                dataclasses.asdict(one) | {"core": ObjectId("table", one.table) in proposed.core_objects}
                for one in ranked
            ],
            "classes": {
                "core": proposed.core,
                "legacy": proposed.legacy,
                "infra": proposed.infra,
                "unclassified": list(proposed.unclassified),
            },
            "contract": {name: len(entries) for name, entries in contract.items()},
        },
    )


# Private


def _catalog(settings: Settings, given: Sequence[Source]) -> tuple[Inputs, Snapshot, str, list[str]]:
    """What was read, the catalog that it makes, why that is not whole, and histories that were left out.

    Several histories of one repository may be of several databases. Where they do not run one after the other, the
    longest is taken alone. Where that does not run to its end, what the migrations make that do run is looked at.
    """
    inputs = read_inputs(settings, only=given)
    left_out: list[str] = []
    found = inputs.migrations.histories
    found_by_itself = not given and not (inputs.configuration is not None and inputs.configuration.migrations)
    if found_by_itself and any(one.count for one in found):
        left_out += [f"{settings.shown(one.path)}: {one.why_not}" for one in found if not one.count]
        found = tuple(one for one in found if one.count)
        inputs = dataclasses.replace(inputs, migrations=dataclasses.replace(inputs.migrations, histories=found))
    where = where_to_replay(settings)
    if len(found) > 1 and found_by_itself:
        try:
            return inputs, expected_catalog(inputs, where).snapshot, "", left_out
        except CouldNotCheck as error:
            log.info("%s", error)
        longest = max(found, key=lambda one: one.count)
        place = settings.shown(longest.path)
        inputs = read_inputs(settings, only=[Source(path=Text(place))])
        left_out += [
            f"{settings.shown(one.path)}: it does not run with {place}" for one in found if one is not longest
        ]
    made = expected_catalog(inputs, where, partial=True)
    return made.inputs, made.snapshot, _failed(made), left_out


def _failed(made: Expected) -> str:
    """What is not known since migrations fail, or ""."""
    if not made.failures:
        return ""
    count = len(made.failures)
    how_many = "1 migration fails" if count == 1 else f"{count} migrations fail"
    first = made.failures[0]
    todo = advice(first.message)
    return f"what is not made where {how_many} in the throw-away PostgreSQL: {first}" + (
        f"; {todo}" if todo else ""
    )


def _seeds(
    core: Sequence[str],
    ranked: Sequence[Candidate],
    inputs: Inputs,
    snapshot: Snapshot,
    choose: Choose | None,
    configuration: Configuration,
) -> dict[ObjectId, str]:
    """What is core to begin with, each with the reason."""
    if core:
        return {_named(text, inputs, snapshot): "named as core" for text in core}
    kinds = ("table", "function")
    owned = [one for one in sorted(snapshot.objects) if one.kind in kinds and _is_core(one, configuration)]
    if owned:
        return dict.fromkeys(owned, "core already")
    wrong = ""
    while choose is not None and ranked:
        chosen = choose(ranked, wrong)
        if chosen is None:
            break
        try:
            return {_named(text, inputs, snapshot): "named as core" for text in chosen}
        except UsageError as error:
            wrong = str(error)
    return {ObjectId("table", one.table): "; ".join(one.reasons) for one in ranked if one.score >= ENOUGH}


def _is_core(item: ObjectId, configuration: Configuration) -> bool:
    return configuration.ownership.owner_of(item)[0].value == "core"


def _named(text: str, inputs: Inputs, snapshot: Snapshot) -> ObjectId:
    """An object of the catalog, or of the history where there is none."""
    kind, colon, identity = text.partition(":")
    spelled = f"{kind} {identity}" if colon and " " not in kind else text
    if " " not in spelled.strip():
        spelled = f"table {spelled}"
    try:
        named = split_kind(spelled)
    except ValueError as error:
        raise UsageError(f"--core {text}: {error}") from error
    known = [item for item in (*snapshot.objects, *inputs.history.lives) if item.kind == named.kind]
    for item in known:
        if named.identity in (item.identity, f"{item.identity.partition('(')[0]}(*)"):
            return item
    import difflib

    near = difflib.get_close_matches(named.identity, [item.identity for item in known], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(f"--core {text}: the migrations make no {named.kind} {named.identity}{hint}")


def _write_schema(path: Path, text: str | None) -> bool:
    """Bring the JSON Schema up to date to which the file's first line sends editors; whether it was written.

    Raises:
        CouldNotCheck: it cannot be written.
    """
    beside, wanted = path.parent / BESIDE, schema_text()
    try:
        declared = text if text is not None else path.read_text(encoding="utf-8")
        there = beside.read_bytes() if beside.is_file() else None
        if f"{MODELINE}{BESIDE}" not in declared or there == wanted.encode():
            return False
        beside.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise CouldNotCheck(f"cannot write {beside}: {error.strerror}") from error
    rewrite(beside, wanted, there)
    return True


def _text(
    inputs: Inputs, proposed: Proposed, contract: Entries, left_out: Sequence[str], path: Path
) -> tuple[str | None, list[str]]:
    """The file's new text, None where it stays as it is; and what was added to one that was there."""
    if inputs.configuration is not None:
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise CouldNotCheck(f"cannot read {path}: {error.strerror}") from error
        made, added = completed(text, inputs.configuration.ownership, proposed, contract)
        return (made if added else None), added
    root = inputs.settings
    sources = [(root.shown(history.path), history.format.name) for history in inputs.migrations.histories]
    notes = [f"Not looked at: {reason}" for reason in left_out]
    if not proposed.core:
        notes.append(
            "Nothing is core yet, since no table is a queue or feeds one, and so the contract is empty: name the "
            "tables that matter with `auditor init --core table:NAME`."
        )
    return fresh(sources, proposed, contract, [" ".join(note.split()) for note in notes]), []
