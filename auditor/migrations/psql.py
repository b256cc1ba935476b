"""Commands of psql that stand in .sql files: which of them change nothing, and what the others would do.

https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMANDS
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import NamedTuple

from auditor.model import Statement


class MetaCommand(NamedTuple):
    """A backslash command.

    Attributes:
        name: without the backslash.
        arguments: the rest of its line.
        harmless: what it is, when it has no effect on any object; else None.
        problem: why what it does cannot be told, when it may have an effect; else None.
        variable: name and value that `set` gives, where the value is plain text.
        include: the file that the command includes, as written, and whether it is looked for beside the script.
    """

    name: str
    arguments: str
    harmless: str | None
    problem: str | None
    variable: tuple[str, str] | None = None
    include: tuple[str, bool] | None = None


Include = Callable[[str, bool], tuple[Statement, ...] | str]
"""Gives the statements of an included file, or why there are none; completes "psql command ...".

Arguments: the file as it is written, and whether it is looked for beside the script.
"""


@dataclass(frozen=True, slots=True)
class Script:
    """What psql knows while it runs a script and the files that it includes.

    Attributes:
        variables: set by the script so far; added to while it is split.
        configured: names of variables whose value is known beforehand and counts.
        include: reads an included file; None: none is read.
    """

    variables: dict[str, str] = field(default_factory=dict)
    configured: frozenset[str] = frozenset()
    include: Include | None = None


def read_command(line: str, configured: Container[str] = ()) -> MetaCommand:
    """The command of a line that begins with a backslash.

    Args:
        line: to its end.
        configured: names of variables whose value is known, wherever the script takes it from.
    """
    match = _COMMAND.match(line)
    name = match[1] if match else line[1:2]
    arguments = line[1 + len(name) :].strip()
    spelled = f"psql command \\{name}"
    if "\\\\" in arguments:
        return MetaCommand(name, arguments, None, f"{spelled} is followed by others on the same line")
    if name in ("set", "unset", "getenv") and arguments.partition(" ")[0] in configured:
        return MetaCommand(name, arguments, f"{spelled} of a variable that has a configured value", None)
    if name in ("set", "unset"):
        return _set(name, arguments, spelled)
    if name in _INCLUDES:
        return _include(name, arguments, spelled)
    if name in _HARMLESS or _LISTING.fullmatch(name):
        return MetaCommand(name, arguments, spelled, None)
    why = _EFFECTS.get(name, "is not known to be without effect")
    return MetaCommand(name, arguments, None, f"{spelled} {why}")


SENDS = {
    "g": None,
    "gx": None,
    "gset": None,
    "gdesc": "is only described, not run (\\gdesc)",
    "gexec": "runs the text of each value of its result as a statement (\\gexec)",
    "watch": "is run again and again (\\watch)",
    "crosstabview": None,
}
"""Commands that end a statement like a semicolon; why the statement is then not what its text says, or None."""


# Private

_COMMAND = re.compile(r"\\([A-Za-z_]+\+?)")
_LISTING = re.compile(r"d[A-Za-z]*\+?|l\+?|list\+?|z|s[fv]\+?")
_PLAIN = re.compile(r"([A-Za-z_]\w*)\s+(?:'((?:[^'\\]|'')*)'|([^\s'\"`:\\]+))")

_NOTHING_CHANGES = """
restrict unrestrict echo qecho warn timing pset encoding a t x H f C T o conninfo errverbose prompt h help
copyright p print s w write .
"""
_HARMLESS = frozenset(_NOTHING_CHANGES.split())

_INCLUDES = {"i": False, "include": False, "ir": True, "include_relative": True}  # relative to the script?
_FILE = re.compile(r"'((?:[^'\\`]|'')+)'|([^\s'\"`\\]+)")

_EFFECTS = {
    "getenv": "takes a value from the environment",
    "c": "connects to another database: what follows runs there",
    "connect": "connects to another database: what follows runs there",
    "copy": "reads or writes a file of the client",
    "q": "ends the script: what follows is never run",
    "quit": "ends the script: what follows is never run",
    "if": "makes what follows conditional",
    "elif": "makes what follows conditional",
    "else": "makes what follows conditional",
    "endif": "ends what was conditional",
    "!": "runs a shell command",
    "cd": "changes the directory of later commands",
    "password": "changes a role's password",
    "r": "throws away the statement before it",
    "reset": "throws away the statement before it",
}


def _set(name: str, arguments: str, spelled: str) -> MetaCommand:
    match = _PLAIN.fullmatch(arguments)
    if match and name == "set":
        value = match[3] if match[2] is None else match[2].replace("''", "'")
        return MetaCommand(name, arguments, spelled, None, (match[1], value))
    if "`" in arguments:
        return MetaCommand(name, arguments, None, f"{spelled} takes its value from a shell command")
    # An unknown value shows where the variable is used: it has no value there.
    return MetaCommand(name, arguments, spelled, None)


def _include(name: str, arguments: str, spelled: str) -> MetaCommand:
    match = _FILE.fullmatch(arguments)
    if match is None:
        return MetaCommand(name, arguments, None, f"{spelled} names its file in a way that was not read")
    file = match[2] if match[1] is None else match[1].replace("''", "'")
    problem = f"{spelled} includes another file: list that file as a migration of its own"
    return MetaCommand(name, arguments, None, problem, include=(file, _INCLUDES[name]))
