"""One module per output format: `render(report, view) -> str`; the command line does the writing."""

from __future__ import annotations

import importlib

from auditor.model import Report
from auditor.reports.view import Renderer, View

FORMATS = ("text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "openmetrics", "html")
"""Each the name of its module."""


def _renderer(name: str) -> Renderer:
    """The renderer of a format, whose module is imported when it is used."""

    def render(report: Report, view: View = View()) -> str:  # noqa: B008 - a frozen value
        module = importlib.import_module(f"auditor.reports.{name}")
        text: str = module.render(report, view)
        return text

    return render


REPORTS: dict[str, Renderer] = {name: _renderer(name) for name in FORMATS}
"""Format -> renderer."""

__all__ = ["FORMATS", "REPORTS", "Renderer", "View"]
