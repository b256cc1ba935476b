"""What audits share: the configuration, the migrations as read, the history, and the end of every report."""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auditor.config import CONFIG_NAME, Settings
from auditor.declaration.document import Source
from auditor.declaration.load import Configuration, load
from auditor.errors import ConfigurationError, ConfigurationProblem, CouldNotCheck
from auditor.known_names import remember
from auditor.model import Finding, Report, Severity

if TYPE_CHECKING:
    from auditor.history.fold import History
    from auditor.migrations.discovery import MigrationSet
    from auditor.migrations.read import ReadMigration
    from auditor.rules.allow import Inline

log = logging.getLogger("auditor")

BOOKKEEPING = frozenset({"CFG002", "CFG003", "CFG004"})
"""Codes of the findings about allowances, which `report` makes whatever was audited."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What was found before anything is read of it.

    Attributes:
        settings: of the run.
        configuration: `classifications.yaml`, or None if there is none.
        migrations: as they lie in files.
    """

    settings: Settings
    configuration: Configuration | None
    migrations: MigrationSet

    @property
    def missing_places(self) -> tuple[str, ...]:
        """Places that should hold migrations and hold none, though others do."""
        return tuple(f"migrations: {p.message}" for p in self.migrations.problems if p.kind == "nothing-to-check")


@dataclass(frozen=True, slots=True)
class Inputs(Sources):
    """What was read before anything is judged.

    Attributes:
        reads: each migration with what its statements ask for.
        history: the same, folded.
    """

    reads: tuple[ReadMigration, ...]
    history: History


def read_inputs(settings: Settings, *, configured: bool = False, only: Sequence[Source] = ()) -> Inputs:
    """Read the configuration, if there is one, and the history.

    Args:
        settings: of the run.
        configured: there must be a configuration; without one nothing is searched for migrations.
        only: places to read in the place of those that are configured or found.

    Raises:
        ConfigurationError: `classifications.yaml` is wrong, or missing where there must be one.
        CouldNotCheck: there are no migrations.
    """
    return read_sources(find_sources(settings, configured=configured, only=only))


def find_sources(settings: Settings, *, configured: bool = False, only: Sequence[Source] = ()) -> Sources:
    """As :func:`read_inputs`, but no statement is read."""
    from auditor.migrations.discovery import read_migrations

    configuration = read_configuration(settings)
    if configuration is None and configured:
        required(configuration, settings)
    sources = only or (configuration.migrations if configuration else ())
    migrations = read_migrations(settings.root, sources)
    if not migrations.migrations:
        reasons = [f"{p.message}. {p.help}" for p in migrations.problems] or [
            f"no migrations below {settings.root}"
        ]
        raise CouldNotCheck(" ".join(reasons))
    for history in migrations.histories:
        log.info("migrations: %s (%s)", settings.shown(history.path), history.format.name)
    return Sources(settings, configuration, migrations)


def read_sources(sources: Sources) -> Inputs:
    """The same, with every statement read and folded."""
    from auditor.history.fold import NEWEST_MAJOR, fold
    from auditor.migrations.read import read

    settings, configuration, migrations = sources.settings, sources.configuration, sources.migrations
    reads = read(migrations)
    folded = fold(reads, pg_major=settings.pg_major or NEWEST_MAJOR)
    remember(settings.root, ((item.kind, item.identity) for item in folded.lives))
    return Inputs(settings, configuration, migrations, reads, folded)


def read_configuration(settings: Settings) -> Configuration | None:
    """`classifications.yaml`, or None if there is none."""
    if settings.config is None:
        log.info("no %s", CONFIG_NAME)
        return None
    log.info("configuration: %s", settings.config)
    return load(settings.config, settings.root)


def required(configuration: Configuration | None, settings: Settings) -> Configuration:
    """The configuration of a command that cannot do without.

    Raises:
        ConfigurationError: there is none.
    """
    if configuration is None:
        message = (
            f"no {CONFIG_NAME} here or above, within the repository; `auditor init` proposes one, which says "
            "what is core, legacy and infra; or name it with --config"
        )
        raise ConfigurationError([ConfigurationProblem(settings.root, None, None, message)])
    return configuration


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one part of an audit found; parts are added up.

    Attributes:
        findings: in any order.
        evaluated: codes of the rules that were looked at.
        checked: see :class:`~auditor.model.Report`, as are the others.
        inline: allowances in comments of source files; those of migrations are found by `report`.
    """

    findings: tuple[Finding, ...] = ()
    evaluated: frozenset[str] = frozenset()
    checked: dict[str, int] = field(default_factory=dict)
    not_understood: int = 0
    not_checked: tuple[str, ...] = ()
    could_not_check: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    inline: tuple[Inline, ...] = ()

    def __add__(self, other: Outcome) -> Outcome:
        """Both, this one first."""
        return Outcome(
            self.findings + other.findings,
            self.evaluated | other.evaluated,
            self.checked | other.checked,
            self.not_understood + other.not_understood,
            self.not_checked + other.not_checked,
            self.could_not_check + other.could_not_check,
            self.notes + other.notes,
            self.data | other.data,
            self.inline + other.inline,
        )


def report(
    command: str,
    outcome: Outcome,
    inputs: Sources | None,
    settings: Settings,
    configuration: Configuration | None = None,
) -> Report:
    """The report: `allow:`, comments that allow, and `--strict` applied, worst first.

    Args:
        command: whose report it is.
        outcome: all that was found.
        inputs: the configuration and the history, or None: no migrations were read. Without a history the class
            of a finding's object does not follow from the table that it hangs on.
        settings: of the run.
        configuration: where there are no inputs.
    """
    if inputs is not None:
        configuration = inputs.configuration
    findings, allowed = outcome.findings, 0
    if configuration is not None:
        from auditor.audits.parts.comments import allowances_in_migrations
        from auditor.rules.allow import sift

        inline = outcome.inline
        if isinstance(inputs, Inputs):
            findings = classed(findings, configuration, inputs.history)
        if inputs is not None:
            from auditor.audits.parts.comments import allowances_in_migrations

            inline += allowances_in_migrations(inputs.migrations)
        findings = classed(findings, configuration, None)
        sifted = sift(findings, configuration.allow, today=_today(), evaluated=outcome.evaluated, inline=inline)
        findings, allowed = sifted.findings, len(sifted.allowed)
    if settings.strict:
        findings = tuple(_stricter(finding) for finding in findings)
    return Report(
        command,
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        checked=outcome.checked,
        not_understood=outcome.not_understood,
        allowed=allowed,
        not_checked=outcome.not_checked,
        could_not_check=outcome.could_not_check,
        notes=outcome.notes,
        data=outcome.data,
    )


def classed(
    findings: Iterable[Finding], configuration: Configuration, history: History | None
) -> tuple[Finding, ...]:
    """Findings about an object say whose it is, by the table that it hangs on if there is a history."""
    return tuple(_classed(finding, configuration, history) for finding in findings)


# Private


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _classed(finding: Finding, configuration: Configuration, history: History | None) -> Finding:
    if finding.object is None or finding.owner_class is not None:
        return finding
    ancestors = history.ancestors(finding.object) if history is not None else ()
    owner_class, _ = configuration.ownership.owner_of(finding.object, ancestors)
    return dataclasses.replace(finding, owner_class=owner_class)


def _stricter(finding: Finding) -> Finding:
    if finding.severity is Severity.WARNING:
        return dataclasses.replace(finding, severity=Severity.ERROR)
    return finding
