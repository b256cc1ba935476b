"""What every rule is: a code that never changes its meaning, a name, a severity, a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.model.finding import Finding, Severity

Example = Mapping[str, str]
"""A small project: file name -> text.

`live.sql` is not a file of the project: it is what somebody ran by hand in the live database.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """The identity of a rule.

    Attributes:
        code: three letters and three digits, such as `DRF003`; never used again for another meaning.
        name: the same in words, such as `function-body-changed`.
        severity: of its findings about a core object; other classes may lower it.
        help: what to do, in one line; each finding carries it unless it knows better.
        page: docstring of the rule's module, from which `auditor explain` and `docs/rules` are made.
        bad: a project in which the rule finds something.
        good: the same project, mended.
    """

    code: str
    name: str
    severity: Severity
    help: str
    page: str | None = field(repr=False)
    bad: Example = field(repr=False, hash=False)
    good: Example = field(repr=False, hash=False)

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return (self.page or self.name).strip().splitlines()[0]

    def finding(self, message: str, **fields: Any) -> Finding:
        """A finding of this rule.

        Args:
            message: what is wrong, one line.
            fields: any other field of :class:`~auditor.model.finding.Finding`; `severity` and `help` are
                the rule's own unless given.

        Raises:
            TypeError: for a field that a finding does not have.
        """
        return Finding(
            self.code,
            self.name,
            fields.pop("severity", None) or self.severity,
            message,
            fields.pop("help", None) or self.help,
            **fields,
        )
