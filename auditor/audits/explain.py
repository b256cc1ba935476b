"""What a rule means, from its own page."""

from __future__ import annotations

import difflib
import inspect
from typing import Any

from auditor.config import Settings
from auditor.errors import UsageError
from auditor.model import Report
from auditor.model.rule import Rule
from auditor.rules import BY_CODE, BY_NAME, RULES

SECTIONS = ("What it means", "Why it matters", "What to do", "How to allow it")
"""The headings of every page, in this order."""


def run(settings: Settings) -> Report:
    """The rule that `settings.subject` names by code or name, or all of them.

    Raises:
        UsageError: no rule is called so.
    """
    rules = (_find(settings.subject),) if settings.subject else RULES
    return Report("explain", data={"rules": [_values(rule) for rule in rules]})


# Private


def _find(subject: str) -> Rule:
    rule = BY_CODE.get(subject.upper()) or BY_NAME.get(subject.lower())
    if rule is None:
        near = difflib.get_close_matches(subject, [*BY_CODE, *BY_NAME], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"no rule is called {subject!r}{hint} (all rules: auditor explain --list)")
    return rule


def _values(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "summary": rule.summary,
        "help": rule.help,
        "page": inspect.cleandoc(rule.page or ""),
        "sections": list(SECTIONS),
        "bad": dict(rule.bad),
        "good": dict(rule.good),
    }
