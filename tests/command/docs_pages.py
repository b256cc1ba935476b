"""The blocks of the documentation's pages, and the commands in them."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import yaml

from auditor.cli import COMMANDS, main

TOP = Path(__file__).parent.parent.parent
GENERATED = "<!-- made by scripts/docs"
FENCE = re.compile(
    r"(?:^`(?P<file>[\w./-]+)`:\n\n)?^(?P<indent> *)```(?P<language>[\w-]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
NOT_RUN = re.compile(r"^ *\*Not run by the tests: (?P<reason>[^*]+)\*\n\n\Z", re.MULTILINE)
NAMES = "|".join(COMMANDS)
SHELL = {"console", "sh", "bash", "shell"}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it is, its language and text, the file that it is, the reason why it is not run."""

    page: str
    line: int
    language: str
    text: str
    file: str | None
    not_run: str | None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[str]:
    """README and all of docs/, relative to the top; evidence that `auditor gate` files is none of it."""
    found = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
    return [path.relative_to(TOP).as_posix() for path in found if "reports" not in path.parts]


def blocks(page: str) -> Iterator[Block]:
    text = (TOP / page).read_text("utf-8")
    for found in FENCE.finditer(text):
        reason = NOT_RUN.search(text[: found.start()])
        yield Block(
            page,
            text.count("\n", 0, found.start()) + 1,
            found["language"],
            textwrap.dedent(found["text"]),
            found["file"],
            " ".join(reason["reason"].split()) if reason else None,
        )


def generated(page: str) -> bool:
    return (TOP / page).read_text("utf-8").startswith(GENERATED)


def commands(text: str) -> Iterator[list[str]]:
    """The words of each `auditor COMMAND ...` in a script, a schedule, a pipeline or a pod."""
    text = re.sub(r"\\\n\s*", " ", text)
    for found in re.finditer(
        rf"(?:^|(?<=[\s\"'(=])|(?<=/bin/))auditor(?= +(?:{NAMES})\b)[^\n]*", text, re.MULTILINE
    ):
        line = re.split(r"\s(?:#|&&|\|\||\||;|>>?|2>)|;", found.group(0))[0].rstrip(")]},`")
        for quote in "'\"":
            line = line if line.count(quote) % 2 == 0 else line.rpartition(quote)[0]
        yield shlex.split(line)[1:]
    for found in re.finditer(r"^ *args: (\[.*\])$", text, re.MULTILINE):
        yield [str(word) for word in yaml.safe_load(found.group(1))]


def parse(words: list[str]) -> None:
    """Let click read a command without running it; raises click.UsageError if it would not."""
    context = main.make_context("auditor", list(words), resilient_parsing=False)
    command: click.Command = main
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        command, context = found, found.make_context(name, rest, parent=context)
