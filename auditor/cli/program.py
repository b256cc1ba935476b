"""The group that loads a command when it is called, and the one place where errors become exit codes."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from auditor.config import DATABASE_VARIABLES, SHADOW_VARIABLE, Settings, redact, secrets_of
from auditor.errors import AuditorError, ConfigurationError

DEFECT = 70
INTERRUPTED = 130

COMPLETION_VARIABLE = "_AUDITOR_COMPLETE"
"""Set by a shell that asks what may follow, or for the script that does so: `bash_complete`, `bash_source`."""

_COLLECTOR = (100_000, 50, 100)
"""When the garbage collector runs: seldom. A history is a million values that stay and are looked through."""


@dataclass
class Run:
    """What is known of the run while it runs; the object of every click context."""

    settings: Settings | None = None

    @property
    def verbosity(self) -> int:
        """As asked; 0 until the options are read."""
        return self.settings.verbosity if self.settings else 0


_REPORTING = ("format_", "output", "fail_on", "strict", "color", "quiet", "verbose")
"""Options about the report, which every command has; in its help they stand apart from its own."""


class Command(click.Command):
    """A command whose help tells its own options first, and ends with examples and exit codes."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two groups of options."""
        groups: dict[str, list[tuple[str, str]]] = {"Options": [], "Report options": []}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)) is not None:
                groups["Report options" if param.name in _REPORTING else "Options"].append(record)
        for title, records in groups.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, and what the exit code says."""
        from auditor.cli.examples import EXAMPLES, EXIT_CODES_IN_SHORT

        path = ctx.command_path.partition(" ")[2]
        if path in EXAMPLES:
            with formatter.section("Examples"):
                for line in EXAMPLES[path]:
                    formatter.write(f"{'':>{formatter.current_indent}}auditor {line}\n")
        with formatter.section("Exit codes"):
            formatter.write_text(EXIT_CODES_IN_SHORT)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, not when they are listed.

    Args:
        commands_in: command -> (module, what the listing says).
    """

    def __init__(self, *args: Any, commands_in: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_in = commands_in

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of the literal: the order in which one meets them."""
        return list(self.commands_in)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported."""
        if cmd_name not in self.commands_in:
            return None
        module = importlib.import_module(self.commands_in[cmd_name][0])
        command = getattr(module, cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.{cmd_name} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The listing, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in self.commands_in.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest name for one that is not there."""
        name = args[0]
        if name not in self.commands_in and not name.startswith("-") and not ctx.resilient_parsing:
            import difflib  # only now: start-up time

            near = difflib.get_close_matches(name, self.commands_in, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; commands: {', '.join(self.commands_in)}"
            raise click.UsageError(f"no command {name!r}{hint}", ctx)
        return super().resolve_command(ctx, args)


class Program(LazyGroup):
    """The whole program: every error ends here, in one line on stderr and one exit code."""

    def main(self, args: Sequence[str] | None = None, *pos: Any, **extra: Any) -> NoReturn:
        """Run, and exit with one of the documented codes."""
        run = Run()
        given = list(sys.argv[1:] if args is None else args)
        if args is None:  # a process of its own, and a short one
            gc.set_threshold(*_COLLECTOR)
        if os.environ.get(COMPLETION_VARIABLE):
            _complete(super().main, pos, extra)
        try:
            code = super().main(given, *pos, **{**extra, "standalone_mode": False, "obj": run})
        except click.ClickException as error:
            code = _say(_usage(error), error.exit_code, given)
        except click.Abort:
            code = _say("interrupted", INTERRUPTED, given)
        except ConfigurationError as error:
            lines = [str(problem) for problem in error.problems] or ["configuration is wrong"]
            code = _say("\n".join(lines), error.exit_code, given)
        except AuditorError as error:
            code = _say(_one_line(error), error.exit_code, given)
        except Exception as error:  # noqa: BLE001 - whatever is left is a defect, and must not look like a verdict
            code = _defect(error, run, given)
        if args is None:
            gc.freeze()  # what Python would look through once more before it ends
        sys.exit(code if isinstance(code, int) else 0)


# Private


def _complete(main: Callable[..., Any], pos: tuple[Any, ...], extra: dict[str, Any]) -> NoReturn:
    """Answer a shell; whatever happens, nothing is said in the middle of somebody's line."""
    from auditor.cli.completion import install

    install()
    try:
        options = {"prog_name": "auditor", **extra, "complete_var": COMPLETION_VARIABLE, "standalone_mode": True}
        main([], *pos, **options)
    except Exception:  # noqa: BLE001
        sys.exit(1)
    sys.exit(0)


def _usage(error: click.ClickException) -> str:
    message = error.format_message().rstrip(".")
    ctx = getattr(error, "ctx", None)
    return f"{message} (see '{ctx.command_path} --help')" if ctx is not None else message


def _one_line(error: Exception) -> str:
    """The message on one line: libpq's own go over several."""
    return " ".join(str(error).split()) or type(error).__name__


def _defect(error: Exception, run: Run, given: Sequence[str]) -> int:
    if run.verbosity > 0:
        import traceback

        text = "".join(traceback.format_exception(error))
        sys.stderr.write(redact(text, _secrets(given)))
        hint = "please report it with the traceback above"
    else:
        hint = "run again with -v for the traceback, and please report it"
    return _say(
        f"{type(error).__name__}: {_one_line(error)}\n"
        f"this is a defect of auditor itself, not a verdict about the input: {hint}",
        DEFECT,
        given,
    )


def _say(message: str, code: int, given: Sequence[str]) -> int:
    for line in redact(message, _secrets(given)).splitlines():
        sys.stderr.write(f"auditor: error: {line}\n")
    return code


def _secrets(given: Sequence[str]) -> frozenset[str]:
    """Every password that this run was given, wherever it stood."""
    found = secrets_of([*given, *(os.environ.get(name, "") for name in (*DATABASE_VARIABLES, SHADOW_VARIABLE))])
    return found | {os.environ["PGPASSWORD"]} if os.environ.get("PGPASSWORD") else found
