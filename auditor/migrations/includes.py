r"""Files that a script includes with `\i` and `\ir`: read where psql would read them.

https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMAND-INCLUDE
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from auditor.migrations.input import bytes_of
from auditor.migrations.placeholders import configured_variables
from auditor.migrations.psql import Script
from auditor.migrations.statements import UnreadableText, decode, split_statements
from auditor.model import Statement

MAX_INCLUDED = 1000
"""So many files may be included for one migration."""

INCLUDES = re.compile(rb"^[ \t]*\\i(?:r|nclude|nclude_relative)?[ \t]", re.MULTILINE)
"""Stands in the bytes of a script that includes others."""


def script_of(file: Path, root: Path, placeholders: Mapping[str, str]) -> Script:
    """The state in which psql begins to run a file.

    Args:
        file: the script.
        root: no file outside of it is read, and places are relative to it.
        placeholders: those of its history.
    """
    return _Including(root, placeholders).script((file,))


# Private

_VARIABLE = re.compile(r":(?:(\w+)|'(\w+)'|\"(\w+)\")")


class _Including:
    """What the scripts of one migration share."""

    def __init__(self, root: Path, placeholders: Mapping[str, str]) -> None:
        self.root = root.resolve()
        self.placeholders = placeholders
        self.variables: dict[str, str] = {}
        self.files = 0

    def script(self, stack: tuple[Path, ...]) -> Script:
        """For the last file of a stack; each but the first is included by the one before it."""

        def include(written: str, relative: bool) -> tuple[Statement, ...] | str:
            return self.include(written, relative, stack)

        return Script(self.variables, configured_variables(self.placeholders), include)

    def include(self, written: str, relative: bool, stack: tuple[Path, ...]) -> tuple[Statement, ...] | str:
        """The statements of an included file, or why there are none."""
        values = {**self.variables, **{key.removeprefix(":"): value for key, value in self.placeholders.items()}}
        name = _VARIABLE.sub(lambda match: values.get(match[match.lastindex or 0], match[0]), written)
        found = next((path for path in self._places(name, relative, stack) if path.is_file()), None)
        if found is None:
            return f"includes {name}, which is not there"
        path = found.resolve()
        if not path.is_relative_to(self.root):
            return f"includes {name}, which lies outside the project"
        if path in [file.resolve() for file in stack]:
            return f"includes {name}, which includes this file"
        self.files += 1
        if self.files > MAX_INCLUDED:
            return f"includes {name}, and more than {MAX_INCLUDED} files were included already"
        try:
            source = decode(bytes_of(path))
        except OSError as error:
            return f"includes {name}, which cannot be opened: {error.strerror}"
        except UnreadableText as error:
            return f"includes {name}, which cannot be read: {error}"
        file = path.relative_to(self.root).as_posix()
        script = self.script((*stack, path))
        return tuple(split_statements(source, file, placeholders=self.placeholders, script=script))

    def _places(self, name: str, relative: bool, stack: tuple[Path, ...]) -> Iterator[Path]:
        """Where a file may lie. The command without `r` starts at the directory of psql: some directory above."""
        beside = stack[-1].parent
        yield beside / name
        if relative:
            return
        for directory in (*beside.parents, *stack[0].parents):
            if directory.resolve().is_relative_to(self.root):
                yield directory / name
