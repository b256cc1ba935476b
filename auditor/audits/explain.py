"""What a code of a finding means, from its own page; of a rule of another program, what is known of it here."""

from __future__ import annotations

import difflib
import inspect
import subprocess
from collections.abc import Iterator
from typing import Any

from auditor.config import Settings
from auditor.errors import UsageError
from auditor.model import Report
from auditor.model.rule import Rule
from auditor.rules import BY_CODE, BY_NAME, RULES, plpgsql_check, squawk
from auditor.rules.neighbour import Neighbour

SECTIONS = ("What it means", "Why it matters", "What to do", "How to allow it")
"""The headings of every page, in this order."""

Explained = Rule | Neighbour


def run(settings: Settings) -> Report:
    """The rule that `settings.subject` names by code or name, or all of them.

    Raises:
        UsageError: no rule is called so.
    """
    rules = (_find(settings.subject),) if settings.subject else tuple(all_rules())
    return Report("explain", data={"rules": [_values(rule) for rule in rules]})


def all_rules() -> Iterator[Explained]:
    """Everything that can be explained: rules, then those of squawk and plpgsql_check that are known by name."""
    yield from RULES
    yield from (squawk.neighbour(name) for name in squawk.RULES)
    yield from (one for name in plpgsql_check.CONDITIONS if (one := plpgsql_check.neighbour(name)) is not None)


# Private

_NEAR = 3
"""Suggestions for a code that is none."""


def _find(subject: str) -> Explained:
    word = subject.strip().lower()
    rule = BY_CODE.get(word.upper()) or BY_NAME.get(word) or _neighbour(word)
    if rule is None:
        known = {word: one.code for one in all_rules() for word in (one.code.lower(), one.name)}
        near = dict.fromkeys(known[one] for one in difflib.get_close_matches(word, known, n=_NEAR))
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"no rule is called {subject!r}{hint} (`auditor explain --list` lists all)")
    return rule


def _neighbour(word: str) -> Neighbour | None:
    """The rule of another program, with its name in front or without it."""
    program, _, name = word.rpartition("/")
    if program in ("", "squawk") and (name in squawk.RULES or _newer_squawk_has(name)):
        return squawk.neighbour(name)
    if program == "" and word == "plpgsql-check":  # the name of all its findings
        return plpgsql_check.neighbour("error")
    if program == "plpgsql_check" or (program == "" and name in plpgsql_check.CONDITIONS and name != "error"):
        return plpgsql_check.neighbour(name)
    return next(
        (
            plpgsql_check.neighbour(code)
            for code, (condition, _) in plpgsql_check.CONDITIONS.items()
            if condition == word
        ),
        None,
    )


def _newer_squawk_has(name: str) -> bool:
    """Whether the squawk that is installed has a rule which is not known here."""
    from auditor.audits.parts.squawk import find_squawk  # heavier than an explanation needs

    program = find_squawk() if name and name.replace("-", "").isalpha() and "-" in name else None
    if program is None:
        return False
    try:
        done = subprocess.run(
            [program, f"--exclude={name}", "--reporter", "json", "--stdin-filepath", "x.sql"],
            input="",
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _values(rule: Explained) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value if isinstance(rule, Rule) else rule.severity,
        "summary": rule.summary,
        "help": rule.help if isinstance(rule, Rule) else "",
        "page": inspect.cleandoc(rule.page or ""),
        "sections": list(SECTIONS),
        "bad": dict(rule.bad) if isinstance(rule, Rule) else {},
        "good": dict(rule.good) if isinstance(rule, Rule) else {},
    }
