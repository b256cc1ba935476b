"""How the documentation is built: `scripts/docs site DIRECTORY` (Sphinx with MyST; extra `docs`).

The pages are plain Markdown that reads well on a code host too, so their order stands here and not in them. A
page that no list names, a link that leads nowhere and a heading that does not exist are errors. Nothing is fetched
when a page is looked at: style, scripts and search come with the theme, fonts are those of the reader.
"""

import re
from pathlib import Path

from pygments.lexers.shell import BashLexer
from pygments.lexers.sql import PostgresLexer
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# Groups of pages after Diataxis (https://diataxis.fr): to learn from, to work from, to look up, to understand.
NAVIGATION = {
    "README": {
        "Tutorial": ["docs/README", "docs/tutorial"],
        "How to": [
            "docs/how-to/add-to-a-project",
            "docs/how-to/review-a-change",
            "docs/how-to/before-a-deploy",
            "docs/how-to/fix-drift",
            "docs/how-to/after-an-incident",
            "docs/how-to/check-on-a-schedule",
            "docs/how-to/run-in-a-container",
            "docs/how-to/rights-of-the-role",
            "docs/how-to/allow-an-exception",
            "docs/how-to/from-compat-to-strict",
            "docs/shadow-server",
            "docs/integrations",
        ],
        "Reference": [
            "docs/commands/README",
            "docs/classifications",
            "docs/contract",
            "docs/guards",
            "docs/forensics",
            "docs/report",
            "docs/rules/README",
            "docs/formats",
            "docs/exit-codes",
            "docs/layouts",
            "docs/platforms",
            "docs/kinds",
        ],
        "Explanation": [
            "docs/explanation/drift",
            "docs/explanation/provenance",
            "docs/explanation/reading",
            "docs/explanation/classes",
            "docs/explanation/gates",
            "docs/reference-system",
            "docs/design",
        ],
        "Comparison and measurements": [
            "docs/neighbours",
            "docs/comparison",
            "docs/accuracy",
            "docs/performance",
            "docs/forensics-at-size",
            "docs/first-hour",
        ],
        "Changes": ["CHANGELOG"],
    },
    "docs/how-to/after-an-incident": {"": ["docs/runbooks/README"]},
    "docs/runbooks/README": {"": ["docs/runbooks/*"]},
    "docs/commands/README": {"": ["docs/commands/*"]},
    "docs/rules/README": {"": ["docs/rules/*"]},
}

project = "auditor"
copyright = "the authors of auditor"  # noqa: A001 - Sphinx's name
extensions = ["myst_parser"]
include_patterns = ["README.md", "CHANGELOG.md", "docs/**"]
exclude_patterns = ["docs/reports/**"]  # evidence that `auditor gate` files
root_doc = "README"
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # of colours alone: psql's \\i within SQL
html_theme = "furo"
html_title = "auditor"
html_copy_source = False
html_show_sourcelink = False


def add_navigation(_app: Sphinx, page: str, source: list[str]) -> None:
    """Put the table of contents of a page behind its text."""
    for caption, pages in NAVIGATION.get(page, {}).items():
        options = [":hidden:", ":glob:", *([f":caption: {caption}"] if caption else [])]
        names = [f"/{name}" for name in pages]
        source[0] += "\n".join(["", "```{toctree}", *options, "", *names, "```", ""])


START = (
    '<!doctype html><meta charset="utf-8"><title>auditor</title>'
    '<meta http-equiv="refresh" content="0; url=README.html">\n'
)
ELSEWHERE = r"""["']?\s*(?:https?:)?//"""
FETCHED = re.compile(rf"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)={ELSEWHERE}|(?:@import|url\(){ELSEWHERE}")


def finish(app: Sphinx, error: Exception | None) -> None:
    """Lead from index.html, which servers show, to the start page; let nothing be fetched by a page or style."""
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    (site / "index.html").write_text(START, encoding="utf-8")
    for file in sorted(site.rglob("*")):
        if file.suffix in {".html", ".css"} and (found := FETCHED.search(file.read_text(encoding="utf-8"))):
            raise ExtensionError(f"{file.relative_to(site)} fetches from elsewhere: {found.group(0)}")


def setup(app: Sphinx) -> None:
    """SQL here is PostgreSQL's, and crontabs are nearly shell."""
    app.add_lexer("sql", PostgresLexer)
    app.add_lexer("cron", BashLexer)
    app.connect("source-read", add_navigation)
    app.connect("build-finished", finish)
