"""The options that commands share, each written once, and the way from them to one `Settings`."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.completion import outputs
from auditor.cli.program import Run
from auditor.config import SHADOW_VARIABLE, Output, Settings, database, find_config, given_config
from auditor.errors import CouldNotCheck

if TYPE_CHECKING:
    from auditor.model import Report

Decorator = Callable[[Any], Any]

PG_MAJORS = ("15", "16", "17", "18")

FINDINGS = ("text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown")
"""Formats of a command whose report is findings."""

LISTING = ("text", "json", "jsonl")
"""Formats of a command whose report is a list."""

_SHARED: dict[str, Decorator] = {
    "config": click.option(
        "--config",
        type=click.Path(path_type=Path),
        envvar="AUDITOR_CONFIG",
        metavar="FILE",
        help="classifications.yaml to use.  [default: the nearest one upwards, within the repository]",
    ),
    "db": click.option(
        "--db",
        metavar="URL",
        help="Live database, only read: a URL or a libpq connection string.  [default: "
        "AUDITOR_DATABASE_URL, DATABASE_URL, then libpq's PG* variables and service files]",
    ),
    "live": click.option("--db", metavar="URL", help="Compare this live database too; it is only read."),
    "source_db": click.option("--db", metavar="URL", help="Take it from this live database; it is only read."),
    "shadow": click.option(
        "--shadow",
        metavar="URL",
        envvar=SHADOW_VARIABLE,
        help="Replay on this scratch server (PostgreSQL 15 to 18, as superuser), in a database that is made "
        "for it and dropped.  [default: AUDITOR_SHADOW_URL, else a throw-away server]",
    ),
    "prelude": click.option(
        "--prelude",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        envvar="AUDITOR_PRELUDE",
        metavar="FILE",
        help="SQL to run before the first migration of a replay: what the migrations expect to be there.  "
        "[default: `replay: prelude:` of classifications.yaml]",
    ),
    "keep_going": click.option(
        "-k",
        "--keep-going",
        is_flag=True,
        help="Go on behind a migration that fails, as if it were not there, and compare what can be compared.",
    ),
    "pg_major": click.option(
        "--pg-major",
        type=click.Choice(PG_MAJORS),
        envvar="AUDITOR_PG_MAJOR",
        help="PostgreSQL version to follow, and to replay in.  [default: the newest at hand]",
    ),
    "fail_on": click.option(
        "--fail-on",
        type=click.Choice(("error", "warning")),
        default="error",
        show_default=True,
        envvar="AUDITOR_FAIL_ON",
        help="The least severity that makes the exit code 1.",
    ),
    "strict": click.option(
        "--strict", is_flag=True, envvar="AUDITOR_STRICT", help="Take every warning for an error."
    ),
}

_ALWAYS: tuple[Decorator, ...] = (
    click.option(
        "--output",
        "output",
        multiple=True,
        metavar="[FORMAT=]FILE",
        shell_complete=outputs,
        help="Write the report to FILE instead of stdout; with FORMAT= write it there as well. "
        "May be given several times.",
    ),
    click.option(
        "--color",
        type=click.Choice(("auto", "always", "never")),
        default="auto",
        show_default=True,
        envvar="AUDITOR_COLOR",
        help="Colours in the text report; auto honours NO_COLOR, FORCE_COLOR and CI.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Findings in one line each, and the verdict."),
    click.option("-v", "--verbose", count=True, help="Tell more, and what is being done (on stderr)."),
)


RECORD = click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Append one line of JSON about this run to FILE: time, revision, counts of each guard and compat entry.",
)
"""For commands whose counts a phase's gate looks at."""

_READ = frozenset({*_SHARED, "format_", "output", "color", "quiet", "verbose"})
"""Parameters that become part of `Settings`; a command's other parameters are handed to it."""


def reporting(
    *shared: str,
    formats: tuple[str, ...],
    settings: dict[str, str] | None = None,
    remembered: bool = False,
) -> Decorator:
    """Give a command its options; the command takes `Settings` and returns a `Report`, which is written.

    Args:
        shared: which of the shared options it takes besides those every command has.
        formats: the report formats it offers, the default first.
        settings: its own parameter -> the field of `Settings` that holds it.
        remembered: whether its report depends on nothing but the files of the histories and what was asked, so
            that an earlier one may stand for it.
    """
    own = settings or {}
    format_option = click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        multiple=True,
        default=(formats[0],),
        show_default=True,
        envvar="AUDITOR_FORMAT",
        help="Format of the report. May be given several times, each with its own --output, in the same order.",
    )

    def decorate(function: Callable[..., Report]) -> Callable[..., Any]:
        @functools.wraps(function)
        def command(**options: Any) -> None:
            ctx = click.get_current_context()
            made = _settings(options, formats, own, needs_config="config" in shared)
            if isinstance(ctx.obj, Run):
                ctx.obj.settings = made
            further = {name: value for name, value in options.items() if name not in _READ and name not in own}
            audit = functools.partial(function, made, **further)
            name = (ctx.info_name or "") if remembered else None
            ctx.exit(_run(audit, made, findings="fail_on" in shared, remembered=name))

        decorated: Callable[..., Any] = command
        for option in reversed([*(_SHARED[name] for name in shared), format_option, *_ALWAYS]):
            decorated = option(decorated)
        return decorated

    return decorate


# Private


def _settings(
    options: dict[str, Any], formats: tuple[str, ...], own: dict[str, str], *, needs_config: bool
) -> Settings:
    here = Path.cwd()
    config = None
    if needs_config:
        given = options.get("config")
        config = given_config(given) if given else find_config(here)
    url, url_from = database(options.get("db"), os.environ)
    major = options.get("pg_major")
    return Settings(
        root=config.parent if config else here,
        config=config,
        db=url,
        db_from=url_from,
        shadow=options.get("shadow") or "",
        prelude=options.get("prelude"),
        keep_going=options.get("keep_going", False),
        outputs=_outputs(options["format_"], options["output"], formats),
        fail_on=options.get("fail_on", "error"),
        strict=options.get("strict", False),
        color=options["color"],
        verbosity=-1 if options["quiet"] else options["verbose"],
        pg_major=int(major) if major else None,
        **{field: options[name] for name, field in own.items() if options[name] is not None},
    )


def _outputs(asked: tuple[str, ...], given: tuple[str, ...], formats: tuple[str, ...]) -> tuple[Output, ...]:
    """`FILE` takes the place of stdout, `FORMAT=FILE` is written besides; several formats have a FILE each.

    Raises:
        click.BadParameter: for an unknown format, a directory that is not there, more files than formats or fewer.
    """
    plain: list[Path] = []
    more: list[Output] = []
    for text in given:
        prefix, equals, rest = text.partition("=")
        if equals and prefix.isidentifier():
            if prefix not in formats:
                raise _bad_output(
                    f"no format {prefix!r} here; formats: {', '.join(formats)} (a file of that name: ./{text})"
                )
            more.append(Output(prefix, _writable(rest)))
        else:
            plain.append(_writable(text))
    if not plain:  # the last one counts, as for any option
        return Output(asked[-1], None), *more
    if len(asked) != len(plain):
        counts = f"--format is given {_times(len(asked))} and FILE {_times(len(plain))}"
        raise _bad_output(f"{counts}; give each FILE its format: --output FORMAT=FILE")
    return *(Output(format_, path) for format_, path in zip(asked, plain, strict=True)), *more


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _writable(text: str) -> Path:
    path = Path(text)
    if not text or path.is_dir():
        raise _bad_output(f"{text!r} is not a file name")
    if not path.parent.is_dir():
        raise _bad_output(f"directory {str(path.parent)!r} does not exist")
    return path


def _bad_output(message: str) -> click.BadParameter:
    return click.BadParameter(message, ctx=click.get_current_context(), param_hint="'--output'")


def _run(audit: Callable[[], Report], settings: Settings, *, findings: bool, remembered: str | None) -> int:
    """Call the audit, write what it reports, and say with which code to exit.

    `remembered` is the command's name if an earlier report may stand for this one.
    """
    from auditor.cli.delivery import deliver, deliver_unchecked, render, write
    from auditor.cli.progress import progress

    _log_to_stderr(settings.verbosity)
    question = None
    if remembered is not None:
        from auditor.cli.answers import Question

        question = Question(remembered, settings)
        if (known := question.recall()) is not None:
            return write(known, settings)
    try:
        # Migrations written in Python run while they are read, and may print: stdout is for the report.
        with progress(settings.verbosity), contextlib.redirect_stdout(sys.stderr):
            report = audit()
    except SystemExit as error:
        raise CouldNotCheck(f"a file that was read ended the program itself: exit({error.code})") from error
    except CouldNotCheck as error:
        if findings:
            deliver_unchecked(error, settings, click.get_current_context().info_name or "")
        raise
    if question is None:
        return deliver(report, settings)
    rendered = render(report, settings)
    code = write(rendered, settings)
    question.remember(rendered)
    return code


def _log_to_stderr(verbosity: int) -> None:
    """Only our own messages: what libraries log is theirs."""
    logger = logging.getLogger("auditor")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("auditor: %(message)s"))
    logger.addHandler(handler)
    # What the driver has to say of a lost connection is in our own one line; it must not come beside it.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    logger.setLevel({-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG))
    logger.propagate = False
