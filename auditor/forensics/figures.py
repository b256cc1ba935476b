"""Figures of the live flow against their thresholds, and as gauges for a scraper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.declaration.pipeline import Pipeline, Thresholds
from auditor.declaration.readers import interval_seconds
from auditor.forensics.kpi import Gap, Kpis, Sample

DESCRIPTIONS: Mapping[str, str] = {
    "gap": "events without their job, later than allowed",
    "backlog": "jobs that wait and might be taken",
    "backlog_age": "seconds since the oldest waiting job might be taken",
    "dead": "jobs that died within the window",
    "stale": "running jobs whose worker is silent",
    "retries": "attempts beyond the first, of jobs of the window",
    "failed_runs": "runs of the window with an error",
    "outside": "jobs of the window not enqueued by the gateway",
    "without_event": "jobs of the window that no event asked for",
}
"""Every figure with a threshold, in the order in which they are told."""

_ONE: Mapping[str, str] = {
    "gap": "event without its job, later than allowed",
    "backlog": "job that waits and might be taken",
    "dead": "job that died within the window",
    "stale": "running job whose worker is silent",
    "retries": "attempt beyond the first, of jobs of the window",
    "failed_runs": "run of the window with an error",
    "outside": "job of the window not enqueued by the gateway",
    "without_event": "job of the window that no event asked for",
}


NO_LABELS: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """A gauge.

    Attributes:
        name: without the unit, which is put behind it.
        help: what it says.
        samples: labels and value of each.
        unit: or None.
    """

    name: str
    help: str
    samples: tuple[tuple[tuple[tuple[str, str], ...], float], ...]
    unit: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "name": self.name,
            "help": self.help,
            "unit": self.unit,
            "samples": [{"labels": dict(labels), "value": value} for labels, value in self.samples],
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        name: see :data:`DESCRIPTIONS`.
        value: a number, `backlog_age` in seconds; None if it could not be read.
        threshold: what it must not exceed; None for no limit.
        example: what stands behind it, for people.
        repair: the SQL that `pipeline.repair` gives for it, filled in for the worst cases.
        entity: the entity of the example, as text.
    """

    name: str
    value: float | None
    threshold: float | None
    example: str | None = None
    repair: str | None = None
    entity: str | None = None

    @property
    def told(self) -> str:
        """The value and what it counts."""
        told = _ONE.get(self.name) if self.value == 1 else None
        return f"{self.value:.0f} {told or DESCRIPTIONS[self.name]}"

    @property
    def exceeded(self) -> bool:
        """Whether it is too much."""
        return self.value is not None and self.threshold is not None and self.value > self.threshold


def figures(kpis: Kpis, pipeline: Pipeline, limits: Mapping[str, float | None]) -> tuple[Figure, ...]:
    """Every figure, with its threshold of the configuration or of `limits`."""
    return tuple(
        Figure(
            name,
            getattr(kpis, name) if name != "backlog_age" else kpis.backlog_age or 0.0,
            limits.get(name) if limits.get(name) is not None else _threshold(pipeline.thresholds, name),
            _example(name, kpis),
            _repair(name, kpis, pipeline),
            next((str(one.entity) for one in _behind(name, kpis) if one.entity is not None), None),
        )
        for name in DESCRIPTIONS
    )


def metrics(kpis: Kpis, found: Iterable[Figure]) -> list[Metric]:
    """The figures as gauges for a scraper; those that could not be read are left out."""
    made: list[Metric] = []
    for one in found:
        unit = "seconds" if one.name == "backlog_age" else None
        name = f"auditor_flow_{one.name}"
        if one.value is not None:
            made.append(Metric(name, DESCRIPTIONS[one.name], ((NO_LABELS, one.value),), unit))
        if one.threshold is not None:
            limit = f"threshold: {DESCRIPTIONS[one.name]}"
            made.append(Metric(f"auditor_flow_threshold_{one.name}", limit, ((NO_LABELS, one.threshold),), unit))
    jobs: dict[tuple[tuple[str, str], ...], float] = {}
    for j in kpis.jobs:
        labels = tuple((name, str(j[name] or "")) for name in ("type", "status", "state"))
        jobs[labels] = jobs.get(labels, 0) + j["seen"]
    if jobs:
        made.append(Metric("auditor_flow_jobs", "jobs of the window and open ones", tuple(jobs.items())))
    if kpis.runs is not None:
        made.append(Metric("auditor_flow_runs", "runs of the window", ((NO_LABELS, kpis.runs),)))
    if kpis.sources:
        sources = tuple(((("source", name),), count) for name, count in kpis.sources.items())
        made.append(Metric("auditor_flow_enqueued", "jobs of the window by who enqueued them", sources))
    return made


def kpi_values(kpis: Kpis, found: Iterable[Figure]) -> dict[str, Any]:
    """Everything, ready for JSON."""
    return {
        "now": kpis.now.isoformat(),
        "since": kpis.since.isoformat() if kpis.since is not None else None,
        "figures": {
            one.name: {"value": one.value, "threshold": one.threshold, "exceeded": one.exceeded} for one in found
        },
        "gaps": [_values(one) for one in kpis.gaps],
        "undated": kpis.undated,
        "jobs": kpis.jobs,
        "waiting": kpis.waiting,
        "dead": [_values(one) for one in kpis.dead_jobs],
        "stale": [_values(one) for one in kpis.stale_jobs],
        "outside": [_values(one) for one in kpis.outside_jobs],
        "without_event": [_values(one) for one in kpis.without_event_jobs],
        "runs": kpis.runs,
        "errors": [{"error": text, "runs": count} for text, count in kpis.errors],
        "sources": kpis.sources,
    }


# Private

_NONE_AT_ALL = frozenset({"gap", "dead", "stale", "outside", "without_event"})
"""Figures that must be 0 where no threshold is given."""


def _values(one: Gap | Sample) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _threshold(thresholds: Thresholds, name: str) -> float | None:
    text = getattr(thresholds, name)
    if text is None:
        return 0.0 if name in _NONE_AT_ALL else None
    return interval_seconds(text) if name == "backlog_age" else float(text)


def _behind(name: str, kpis: Kpis) -> list[Gap] | list[Sample]:
    """What stands behind a figure, the worst first."""
    if name == "gap":
        return kpis.gaps
    found: list[Sample] = getattr(kpis, f"{name}_jobs", [])
    return found


def _example(name: str, kpis: Kpis) -> str | None:
    if name == "failed_runs" and kpis.errors:
        return f"{kpis.errors[0][1]} of them: {kpis.errors[0][0]}"
    behind = _behind(name, kpis)
    if not behind:
        return None
    one = behind[0]
    if isinstance(one, Gap):
        age = f" for {one.age:.0f} s" if one.age is not None else ""
        return f"{one.event} of entity {one.entity} has had no {one.job}{age}"
    error = f": {one.error}" if one.error else ""
    return f"job {one.id} ({one.type}) of entity {one.entity}{error}"


def _repair(name: str, kpis: Kpis, pipeline: Pipeline) -> str | None:
    template = pipeline.repair.get(name)
    if template is None:
        return None
    if "{" not in template:
        return template
    statements = []
    for one in _behind(name, kpis):
        text = template
        for field in ("entity", "event", "job", "id", "correlation"):
            value = getattr(one, field, None)
            text = text.replace(f"{{{field}}}", "NULL" if value is None else _literal(str(value)))
        statements.append(text.rstrip("; \n") + ";")
    return "\n".join(dict.fromkeys(statements)) or None


def _literal(text: str) -> str:
    quoted = "'" + text.replace("'", "''") + "'"
    return f"E{quoted}".replace("\\", "\\\\") if "\\" in text else quoted
