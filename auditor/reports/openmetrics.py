"""Gauges as OpenMetrics text, for a scraper or a textfile collector.

https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.model import Report
from auditor.reports.view import View

UP = "auditor_up"
"""1 if everything that was asked for could be looked at, else 0: no other figure then says anything."""


def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
    """The gauges of the report, the numbers of findings, and whether it could be looked at."""
    up = {"name": UP, "help": "whether the database could be looked at", "unit": None}
    counts: dict[str, int] = {}
    for finding in report.findings:
        counts[finding.severity.value] = counts.get(finding.severity.value, 0) + 1
    lines: list[str] = []
    for metric in (
        up | {"samples": [{"labels": {}, "value": 0 if report.could_not_check else 1}]},
        *report.data.get("metrics", ()),
        {
            "name": "auditor_findings",
            "help": "what is wrong, by severity",
            "unit": None,
            "samples": [
                {"labels": {"severity": s}, "value": counts.get(s, 0)} for s in ("error", "warning", "note")
            ],
        },
        {
            "name": "auditor_broken",
            "help": "whether there is anything at the level that fails",
            "unit": None,
            "samples": [{"labels": {}, "value": int(report.failed(view.fail_on))}],
        },
    ):
        lines += _gauge(metric)
    return "\n".join([*lines, "# EOF", ""])


# Private


def _gauge(metric: dict[str, Any]) -> Iterator[str]:
    name = metric["name"] + (f"_{metric['unit']}" if metric["unit"] else "")
    yield f"# TYPE {name} gauge"
    if metric["unit"]:
        yield f"# UNIT {name} {metric['unit']}"
    yield f"# HELP {name} {_escaped(metric['help'])}"
    for sample in metric["samples"]:
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample["labels"].items())
        yield f"{name}{{{labels}}} {_number(sample['value'])}" if labels else f"{name} {_number(sample['value'])}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
