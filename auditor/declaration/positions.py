"""YAML as a tree of nodes with line and column, within bounds.

`compose()` builds no objects, so that nothing in a file can run, and it keeps the place of every key and
value. Aliases stay shared nodes: whoever walks the tree counts what he visits (:class:`Budget`), so that the
"billion laughs" of nested aliases ends early. https://yaml.org/spec/1.1/#id899912
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from auditor.errors import ConfigurationError, ConfigurationProblem
from auditor.model import Location

MAX_BYTES = 2_000_000
"""Largest file that is read; the largest real one has about 3,000 entries and 200 kB."""

MAX_NODES = 100_000
"""Most nodes that are visited, those behind aliases counted each time."""


class Budget:
    """Counts visited nodes; raises :class:`OverflowError` behind the last one allowed."""

    __slots__ = ("left",)

    def __init__(self, nodes: int = MAX_NODES) -> None:
        self.left = nodes

    def spend(self) -> None:
        """One node more."""
        self.left -= 1
        if self.left < 0:
            raise OverflowError


def compose(text: str, shown: str, *, ends: bool = False) -> yaml.Node:
    """The root node of a YAML file.

    Args:
        text: of the file.
        shown: how the file is named in messages.
        ends: whether it matters where nodes end, and not only where they begin.

    Raises:
        ConfigurationError: it is not YAML, or is empty.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader) if ends else _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise _problem(shown, f"this is not YAML: {what}", mark) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise _at(shown, line, column, "a control character stands here, which YAML does not allow") from None
    except RecursionError:
        raise _at(shown, None, None, "the values are nested too deeply") from None
    except yaml.YAMLError as error:
        raise _at(shown, None, None, f"this is not YAML: {error}") from None
    if node is None:
        raise _at(shown, 1, 1, "the file is empty; it begins with `version: 1`")
    return node


def text_of(path: Path, shown: str) -> str:
    """The text of a YAML file.

    Raises:
        ConfigurationError: the file cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _at(shown, None, None, "there is no such file") from None
    except IsADirectoryError:
        raise _at(shown, None, None, "this is a directory, not a file") from None
    except OSError as error:
        raise _at(shown, None, None, f"the file cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise _at(shown, None, None, f"the file is larger than {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _at(shown, line, None, "this is not UTF-8; save the file as UTF-8") from None


def place(node: yaml.Node, shown: str) -> Location:
    """Where a node begins."""
    mark = node.start_mark
    return Location(shown, mark.line + 1, mark.column + 1)


# Private


def _composed(text: str) -> yaml.Node | None:
    """Libyaml reads, Python composes: composing in C would end the process where values are nested deeply."""
    if _Fast is not None:
        try:
            node: yaml.Node | None = _Fast(text).get_single_node()
        except yaml.YAMLError:
            pass  # what is wrong is said in the words of the other
        else:
            return node
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _fast() -> Any:
    """The reader of libyaml, or None where PyYAML was built without it."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return None

    class Fast(Composer, CParser, Resolver):
        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)

        def compose_scalar_node(self, anchor: dict[str, yaml.Node]) -> yaml.ScalarNode:
            node: yaml.ScalarNode = super().compose_scalar_node(anchor)
            node.style = node.style or None
            if not node.value and node.style is None:
                raise yaml.YAMLError("libyaml has another place for what is not there")
            return node

    return Fast


_Fast = _fast()


def _problem(shown: str, message: str, mark: yaml.Mark | None) -> ConfigurationError:
    if mark is None:
        return _at(shown, None, None, message)
    return _at(shown, mark.line + 1, mark.column + 1, message)


def _at(shown: str, line: int | None, column: int | None, message: str) -> ConfigurationError:
    return ConfigurationError([ConfigurationProblem(shown, line, column, message)])
