"""One module per output format: `render(report, view) -> str`; the command line does the writing."""

from auditor.reports import json, jsonl, text
from auditor.reports.view import Renderer, View

REPORTS: dict[str, Renderer] = {
    "text": text.render,
    "json": json.render,
    "jsonl": jsonl.render,
}
"""Format -> renderer."""

__all__ = ["REPORTS", "Renderer", "View"]
