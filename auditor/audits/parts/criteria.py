"""The exit criteria of phases, each met or not, with the figure and how it was found."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.audits.guard import guarded
from auditor.audits.parts.forensic import Rows, read_rows, spans_of
from auditor.audits.parts.inputs import Inputs
from auditor.audits.parts.judging import drifted
from auditor.audits.parts.live import Live
from auditor.audits.parts.live_flow import flow_of
from auditor.audits.parts.record import Recorded, read_record, zero_for, zero_since
from auditor.config import Settings
from auditor.contract.deployed import lacking_effects
from auditor.contract.facts import Facts
from auditor.contract.ledgers import LedgerState, read_ledgers
from auditor.declaration.load import Configuration
from auditor.declaration.phases import Criterion
from auditor.declaration.readers import interval_seconds
from auditor.errors import CouldNotCheck
from auditor.forensics.figures import DESCRIPTIONS, figures
from auditor.forensics.flow import Flow
from auditor.forensics.kpi import Connection, Kpis, read_kpis
from auditor.forensics.recorder import Entry, Recorder, find_recorder, read_entries
from auditor.forensics.trace import Trace, recent_entities, trace
from auditor.model import ObjectId, OwnerClass, Severity
from auditor.reports.page import counted


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion.

    Attributes:
        question: key of the criterion.
        title: what must be so, in words.
        met: None if it could not be found out.
        figure: what was found.
        query: the SQL or the command by which anyone finds the same.
        details: lines of evidence.
    """

    question: str
    title: str
    met: bool | None
    figure: str
    query: str
    details: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"details": list(self.details)}


@dataclass
class Gathered:
    """What was read for all criteria, in one transaction."""

    now: datetime.datetime
    ledger: LedgerState
    kpis: dict[str, Kpis]
    traces: dict[int, list[Trace]]
    rows: Rows
    recorder: Recorder | str | None
    entries: list[Entry]
    flow: Flow | None


def gather(
    connection: Connection, inputs: Inputs, configuration: Configuration, criteria: list[Criterion]
) -> Gathered:
    """Read what the criteria ask of the live database.

    Args:
        connection: inside its read-only transaction.
        inputs: of the run.
        configuration: of the run.
        criteria: of the phases that are looked at.
    """
    now = connection.execute(b"select now()").fetchone()
    assert now is not None  # noqa: S101 - for the type checker: one row always comes
    flow = flow_of(connection, configuration) if configuration.pipeline is not None else None
    windows = {one.within for one in criteria if one.question in ("gateway", "figure")}
    flows = [(number, one) for number, one in enumerate(criteria) if one.question == "flows"]
    recorder = find_recorder(connection)
    days = [one.no_manual_sql_since for one in criteria if one.no_manual_sql_since is not None]
    entries: list[Entry] = []
    if isinstance(recorder, Recorder) and days:
        since = datetime.datetime.combine(min(days), datetime.time(), datetime.UTC)
        entries = read_entries(connection, recorder, since=since)
    configured = inputs.configuration.ledger if inputs.configuration is not None else None
    return Gathered(
        now=now[0],
        ledger=read_ledgers(connection, inputs.migrations, configured),
        kpis={one: read_kpis(connection, flow, one) for one in sorted(windows)} if flow is not None else {},
        traces={number: _last_flows(connection, flow, one) for number, one in flows} if flow is not None else {},
        rows=read_rows(connection, inputs),
        recorder=recorder,
        entries=entries,
        flow=flow,
    )


def judge(
    settings: Settings, inputs: Inputs, configuration: Configuration, live: Live, criteria: list[Criterion]
) -> list[Judged]:
    """Each criterion, in order.

    Args:
        settings: of the run.
        inputs: of the run.
        configuration: of the run.
        live: whose `further` is what :func:`gather` found for the same criteria.
        criteria: of one phase or of several.
    """
    gathered: Gathered = live.further
    facts = Facts(configuration, inputs.history, live.snapshot, None, gathered.ledger, data=live.data)
    judged = []
    for number, one in enumerate(criteria):
        context = _Context(settings, inputs, configuration, live, gathered, facts, one, number)
        try:
            judged.append(_QUESTIONS[one.question](context))
        except CouldNotCheck as error:
            judged.append(Judged(one.question, _title(one), None, str(error), ""))
    return judged


# Private


@dataclass(frozen=True, slots=True)
class _Context:
    settings: Settings
    inputs: Inputs
    configuration: Configuration
    live: Live
    gathered: Gathered
    facts: Facts
    criterion: Criterion
    number: int

    def judged(self, met: bool | None, figure: str, query: str, details: tuple[str, ...] = ()) -> Judged:
        return Judged(self.criterion.question, _title(self.criterion), met, figure, query, details)

    @property
    def record(self) -> Path:
        return self.configuration.root / str(self.criterion.record)


def _title(one: Criterion) -> str:
    match one.question:
        case "guards":
            return "no guard finds anything in the source code that fails"
        case "contract":
            return "the live database keeps the contract"
        case "trigger":
            return f"trigger {one.trigger} is enabled"
        case "deployed":
            return f"migration {one.deployed} has reached the live database"
        case "flows":
            return f"the last {one.flows} flows went through {' -> '.join(one.of)}, with job and run"
        case "gateway":
            return f"{one.gateway} % of the jobs of {one.within} came by the gateway"
        case "figure":
            return f"{DESCRIPTIONS[str(one.figure)]} ({one.within}): at most {one.at_most or 0}"
        case "compat_zero":
            return f"every compat count has been zero for {one.compat_zero}"
        case "no_manual_sql_since":
            return f"no manual SQL since {one.no_manual_sql_since}"
        case _:
            return f"alerts tested within {one.within}: {', '.join(one.alerts_tested)}"


def _guards(context: _Context) -> Judged:
    found = guarded(context.configuration, context.settings).outcome
    wrong = [one for one in found.findings if one.severity is Severity.ERROR]
    checked = ", ".join(counted(count, what) for what, count in found.checked.items())
    met = None if found.could_not_check else not wrong
    return context.judged(
        met,
        f"{counted(len(wrong), 'error')} ({checked})",
        "auditor guard",
        tuple(one.message for one in wrong[:10]),
    )


def _contract(context: _Context) -> Judged:
    found = drifted(context.facts, "contract")
    wrong = [one for one in found.findings if one.severity is Severity.ERROR]
    checked = ", ".join(counted(count, what) for what, count in found.checked.items())
    return context.judged(
        None if found.could_not_check else not wrong,
        "; ".join(found.could_not_check) or f"{counted(len(wrong), 'error')} ({checked})",
        "auditor drift --scope contract",
        tuple(one.message for one in wrong[:10]),
    )


def _trigger(context: _Context) -> Judged:
    name = str(context.criterion.trigger)
    trigger, _, table = name.partition(" on ")
    there = context.live.snapshot.objects.get(ObjectId("trigger", name))
    state = str(getattr(there, "enabled", "missing"))
    bare = trigger.strip('"').replace('""', '"').replace("'", "''")
    query = (
        f"select tgenabled from pg_trigger where tgname = '{bare}' and "  # noqa: S608 - shown, never run
        f"tgrelid = '{table.replace(chr(39), chr(39) * 2)}'::regclass"
    )
    return context.judged(state in ("origin", "always"), state, query)


def _deployed(context: _Context) -> Judged:
    migration = str(context.criterion.deployed)
    known = {one.id for one in context.inputs.history.migrations}
    command = "the migration tool's ledger, and auditor drift (contract: deployed)"
    if migration not in known:
        raise CouldNotCheck(f"there is no migration {migration}")
    lacking = [one.message for one in lacking_effects(context.facts, migration)]
    if context.gathered.ledger.applied is None:
        return context.judged(False if lacking else None, "no ledger was read", command, tuple(lacking[:10]))
    in_ledger = migration in context.gathered.ledger.applied
    figure = f"{'in' if in_ledger else 'not in'} the ledger; {len(lacking)} of its effects are lacking"
    return context.judged(in_ledger and not lacking, figure, command, tuple(lacking[:10]))


def _last_flows(connection: Connection, flow: Flow, one: Criterion) -> list[Trace]:
    wanted = int(str(one.flows))
    entities = recent_entities(connection, flow, str(one.of[0]), interval_seconds(one.settled), wanted)
    return [trace(connection, flow, entity) for entity in entities]


def _flows(context: _Context) -> Judged:
    one = context.criterion
    if context.gathered.flow is None:
        raise CouldNotCheck("there is no `pipeline:`")
    traces = context.gathered.traces[context.number]
    wanted = int(str(one.flows))
    in_a_row = 0
    why = ""
    for found in traces:
        why = _lacks(found, [str(kind) for kind in one.of], runs=context.gathered.flow.runs is not None)
        if why:
            break
        in_a_row += 1
    details = [f"complete: {found.entity}" for found in traces[:in_a_row]]
    if why:
        details.append(f"not complete: {traces[in_a_row].entity}: {why}")
    figure = f"{in_a_row} in a row, of {len(traces)} looked at"
    return context.judged(in_a_row >= wanted, figure, "auditor forensics trace ENTITY", tuple(details))


def _lacks(found: Trace, kinds: list[str], *, runs: bool) -> str:
    """What a flow lacks; nothing if it is complete."""
    steps = iter(found.steps)
    for kind in kinds:
        step = next((one for one in steps if one.type == kind), None)
        if step is None:
            return f"no event {kind}"
        if step.state not in ("done", "not required"):
            return f"{step.requires} of {kind}: {step.state}"
        if runs and any(not job.runs for job in step.jobs):
            return f"{step.requires} of {kind} has no run"
    return ""


def _kpis(context: _Context) -> Kpis:
    if context.criterion.within not in context.gathered.kpis:
        raise CouldNotCheck("there is no `pipeline:`")
    return context.gathered.kpis[context.criterion.within]


def _gateway(context: _Context) -> Judged:
    kpis = _kpis(context)
    one = context.criterion
    command = f"auditor forensics kpi --since {one.within}"
    if kpis.sources is None or kpis.outside is None:
        raise CouldNotCheck("`pipeline:` does not map `jobs.source` and `gateway`")
    total = sum(kpis.sources.values())
    if not total:
        return context.judged(None, f"no job was enqueued within {one.within}", command)
    share = 100 * (total - kpis.outside) / total
    told = tuple(f"{count} by {name or 'nobody'}" for name, count in kpis.sources.items())
    return context.judged(share >= float(str(one.gateway)), f"{share:.2f} % of {total} jobs", command, told)


def _figure(context: _Context) -> Judged:
    kpis = _kpis(context)
    one = context.criterion
    pipeline = context.configuration.pipeline
    if pipeline is None:
        raise CouldNotCheck("there is no `pipeline:`")
    found = next(each for each in figures(kpis, pipeline, {}) if each.name == one.figure)
    if found.value is None:
        raise CouldNotCheck(f"the figure {one.figure} is not mapped")
    details = (found.example,) if found.example else ()
    command = f"auditor forensics kpi --since {one.within}"
    return context.judged(found.value <= float(one.at_most or 0), f"{found.value:g}", command, details)


def _compat_zero(context: _Context) -> Judged:
    runs = read_record(context.record)
    one = context.criterion
    if not runs:
        raise CouldNotCheck(f"the record {one.record} is empty")
    days = interval_seconds(str(one.compat_zero)) / 86400
    names = sorted({name for run in runs for name in run.counts})
    command = f"auditor check --record {one.record}"
    if not names:
        return context.judged(True, f"nothing is in compat, in {len(runs)} runs", command)
    states = {name: _zero(runs, name, days, context.gathered.now) for name in names}
    met = all(zero for zero, _ in states.values())
    return context.judged(
        met,
        f"{sum(zero for zero, _ in states.values())} of {len(names)} counts",
        command,
        tuple(told for _, told in states.values()),
    )


def _zero(runs: tuple[Recorded, ...], name: str, days: float, now: datetime.datetime) -> tuple[bool, str]:
    since = zero_since(runs, name)
    told = (
        f"{name}: {f'zero since {since.isoformat()}' if since is not None else 'not zero'}, last run {runs[-1].at}"
    )
    return zero_for(runs, name, int(days), now), told


def _no_manual_sql(context: _Context) -> Judged:
    one = context.criterion
    day = one.no_manual_sql_since
    if day is None:
        raise ValueError("no day")
    since = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    recorder = context.gathered.recorder
    if isinstance(recorder, Recorder) and recorder.on and recorder.since is not None and recorder.since <= since:
        return _by_recorder(context, since)
    return _by_provenance(context, since)


def _by_recorder(context: _Context, since: datetime.datetime) -> Judged:
    one = context.criterion
    ledger = {row.xid for row in context.gathered.rows.ledger.rows}
    manual = [
        entry
        for entry in context.gathered.entries
        if entry.at >= since
        and entry.xid not in ledger
        and entry.session_role not in one.roles
        and (entry.application or "") not in one.applications
    ]
    told = tuple(
        f"{entry.at.isoformat()} {entry.session_role} ({entry.application or 'no application'}): {entry.tag} "
        f"{entry.kind} {entry.identity}"
        for entry in manual[:20]
    )
    return context.judged(not manual, f"{len(manual)} changes", "auditor forensics recorder show", told)


def _by_provenance(context: _Context, since: datetime.datetime) -> Judged:
    """Without a recorder: objects whose newest row no migration wrote. What was undone again leaves no trace."""
    spans = spans_of(context.gathered.rows, context.inputs)
    core = [item for item in spans.written if context.facts.class_of(item) is OwnerClass.CORE]
    manual, untold = [], []
    for item in sorted(core):
        origin = spans.origin(item)
        until = origin.committed_at or origin.until
        if origin.relation == "between" and not (until is not None and until < since.isoformat(" ")):
            manual.append(f"{item}: after {origin.after}, before {origin.before or 'now'}")
        elif origin.relation == "unknown" and not (until is not None and until < since.isoformat(" ")):
            untold.append(f"{item}: {origin.reason}")
    command = "auditor forensics provenance --out-of-band"
    objects = "1 core object" if len(manual) == 1 else f"{len(manual)} core objects"
    figure = f"{objects} by no migration, {len(untold)} not told; no flight recorder covers it"
    met = False if manual else (None if untold else True)
    return context.judged(met, figure, command, (*manual[:20], *untold[:5]))


def _alerts_tested(context: _Context) -> Judged:
    one = context.criterion
    start = context.gathered.now - datetime.timedelta(seconds=interval_seconds(one.within))
    runs = [run for run in _alert_runs(context.record) if run[0] >= start]
    told, missing = [], []
    for code in one.alerts_tested:
        fired = next((at for at, found, _ in runs if found.get(code)), None)
        quiet = next(
            (at for at, found, kept in runs if fired and at > fired and kept and not found.get(code)), None
        )
        if fired is None or quiet is None:
            missing.append(str(code))
        told.append(f"{code}: told {fired or 'never'}, quiet {quiet or 'never since'}")
    figure = f"{len(one.alerts_tested) - len(missing)} of {len(one.alerts_tested)}, in {len(runs)} runs"
    return context.judged(not missing, figure, f"auditor forensics alert --record {one.record}", tuple(told))


def _alert_runs(path: Path) -> list[tuple[datetime.datetime, Mapping[str, int], bool]]:
    """Runs of `alert` in a record, oldest first: when, findings by code, whether all was kept."""
    read_record(path)  # says what is wrong with the file, by line
    runs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            value = json.loads(line)
            if value.get("command") == "forensics alert":
                at = datetime.datetime.fromisoformat(value["at"])
                runs.append((at, value.get("findings", {}), value.get("result") == "kept"))
    return sorted(runs, key=lambda run: run[0])


_QUESTIONS: dict[str, Callable[[_Context], Judged]] = {
    "guards": _guards,
    "contract": _contract,
    "trigger": _trigger,
    "deployed": _deployed,
    "flows": _flows,
    "gateway": _gateway,
    "figure": _figure,
    "compat_zero": _compat_zero,
    "no_manual_sql_since": _no_manual_sql,
    "alerts_tested": _alerts_tested,
}
"""Question -> how it is answered."""
