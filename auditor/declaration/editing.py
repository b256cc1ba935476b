"""Values of a YAML file changed where they stand; every other byte of it stays.

A file that a person wrote is theirs: comments, order, quotes, blanks, lines. So nothing is parsed and written
anew: an edit is a piece of text put in the place of another, at the positions that the tree of nodes knows.
https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Value = str | Sequence[Sequence[str | None]]
"""A text, or rows of values; None is null."""

_PLAIN_CELL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})|true|false")
_PLAIN_TEXT = re.compile(r"\w[\w.:()/ -]*", re.ASCII)
_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of text in the place of another.

    Attributes:
        start, end: characters of the text, counted from 0; equal for what is put in between.
        text: what stands there afterwards.
    """

    start: int
    end: int
    text: str


def edit_of(text: str, mapping: yaml.MappingNode, key: str, value: Value, after: Iterable[str]) -> Edit | None:
    """The edit that gives a key of a mapping its value.

    Args:
        text: the file, of which `mapping` is a node.
        mapping: where the key stands, or is to stand.
        key: the key.
        value: its value.
        after: keys behind which a new one is put: the last of them that is there.

    Returns:
        None where it cannot be done without losing something: comments that stand within the value.
    """
    there = {name.value: (name, node) for name, node in mapping.value}
    if key in there:
        name, old = there[key]
        start, end = old.start_mark.index, _end(text, old)
        if isinstance(value, str):
            return Edit(start, end, _replacing(text, mapping, old, value))
        start = text.index(":", name.end_mark.index) + 1  # the lines of a list begin behind it
        if "#" in text[start:end]:
            return None
        written = _replacing(text, mapping, old, value)
        return Edit(start, end, written if written[:1] in "\r\n" else f" {written}")
    behind = [there[name] for name in after if name in there]
    _, last = max(behind, key=lambda pair: pair[1].start_mark.index)
    at = _end(text, last)
    if mapping.flow_style:
        return Edit(at, at, f", {key}: {in_flow(value)}")
    at = text.find("\n", at)
    at = len(text) if at < 0 else at
    at -= text[at - 1 : at] == "\r"
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = mapping.value[0][0].start_mark.column
    return Edit(at, at, f"{newline}{' ' * indent}{key}: {_in_block(value, indent, newline)}")


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits; of those at one place the first comes first."""
    ordered = sorted(edits, key=lambda one: one.start)
    for edit in reversed(ordered):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def plain(node: yaml.Node) -> Any:
    """The values of a tree as dicts, lists and texts, without places; a plain null is None."""
    if isinstance(node, yaml.MappingNode):
        return {name.value: plain(value) for name, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(one) for one in node.value]
    return None if node.tag == "tag:yaml.org,2002:null" and getattr(node, "style", None) is None else node.value


def scalar(value: Any) -> str:
    """A value as YAML has it on one line, in quotes only where it must be."""
    dumped: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True)
    return dumped.removesuffix("\n").removesuffix("\n...")


def in_flow(value: Value) -> str:
    """A value as it may stand between the brackets of a list or mapping."""
    if isinstance(value, str):
        short = scalar(value)  # PyYAML would put all that has a colon in quotes
        return short if short == value and _PLAIN_TEXT.fullmatch(value) else scalar([value])[1:-1]
    return "[" + ", ".join(f"[{', '.join(map(_cell, row))}]" for row in value) + "]"


# Private


def _end(text: str, node: yaml.Node) -> int:
    """Where the text of a node ends; PyYAML lets a block end where the next token begins."""
    end: int = node.end_mark.index
    while end > node.start_mark.index and text[end - 1] in " \t\r\n":
        end -= 1
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False):
        return end
    return max(_end(text, child) for child in _children(node)) if _children(node) else end


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _replacing(text: str, mapping: yaml.MappingNode, old: yaml.Node, value: Value) -> str:
    """The new value as the old one was written: in its quotes, in its lines."""
    if not isinstance(value, str):
        if mapping.flow_style:
            return in_flow(value)
        newline = "\r\n" if "\r\n" in text else "\n"
        return _in_block(value, mapping.value[0][0].start_mark.column, newline)
    if isinstance(old, yaml.ScalarNode) and old.style == "'":
        return "'" + value.replace("'", "''") + "'"
    if isinstance(old, yaml.ScalarNode) and old.style == '"':
        return scalar(value) if scalar(value).startswith('"') else '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    return in_flow(value) if mapping.flow_style else scalar(value)


def _in_block(value: Value, indent: int, newline: str) -> str:
    if isinstance(value, str):
        return scalar(value)
    short = in_flow(value)
    if indent + len(short) <= _WIDTH or not value:
        return short
    return "".join(f"{newline}{' ' * (indent + 2)}- {in_flow([row])[1:-1]}" for row in value)


def _cell(value: str | None) -> str:
    if value is None:
        return "null"
    return value if _PLAIN_CELL.fullmatch(value) else in_flow(value)
