"""A tree of YAML nodes read into the types of `auditor.declaration.document`, with every problem and its place.

msgspec describes the types; the walk is our own because msgspec stops at the first problem and knows nothing
of lines. Plain scalars are read by the type that is wanted, not by what YAML 1.1 makes of them: the job type
`on` stays `on`, and the migration 0010 does not become 8.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import msgspec
import yaml
from msgspec import inspect

from auditor.declaration.base import Entry, Text
from auditor.declaration.positions import Budget, place
from auditor.declaration.readers import READERS, suggestion
from auditor.errors import ConfigurationProblem

MAX_DEPTH = 40
"""Deepest nesting; the format itself needs six levels. Ends recursive aliases."""

WRONG: Any = msgspec.UNSET
"""Stands for a value that could not be read; its problem is noted.

What can be read around it is: one run shows the problems of the whole file.
"""


class Reading:
    """One walk over one file.

    Args:
        shown: how the file is named in places and messages.
    """

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.problems: list[ConfigurationProblem] = []
        self._budget = Budget()

    def note(self, node: yaml.Node, message: str) -> Any:
        """Note a problem at a node; gives :data:`WRONG`, for returning."""
        where = place(node, self.shown)
        self.problems.append(ConfigurationProblem(self.shown, where.line, where.column, message))
        return WRONG

    def value(self, node: yaml.Node, wanted: inspect.Type, name: str, depth: int = 0) -> Any:
        """The value of a node as the type wanted.

        Args:
            node: the node.
            wanted: as msgspec describes it.
            name: the key, for messages.
            depth: how deep the node lies.

        Raises:
            OverflowError: the file unfolds to too many values.
        """
        self._budget.spend()
        if depth > MAX_DEPTH:
            return self.note(node, "the values are nested too deeply")
        extra: dict[str, Any] = {}
        if isinstance(wanted, inspect.Metadata):
            extra = wanted.extra or {}
            wanted = wanted.type
        options = list(wanted.types) if isinstance(wanted, inspect.UnionType) else [wanted]
        for option in options:
            if isinstance(option, inspect.StructType) and isinstance(node, yaml.MappingNode):
                return self._struct(node, option, depth)
            if isinstance(option, inspect.DictType) and isinstance(node, yaml.MappingNode):
                return self._dict(node, option, name, depth)
            if isinstance(option, inspect.VarTupleType) and isinstance(node, yaml.SequenceNode):
                return self._list(node, option, name, extra, depth)
            if not isinstance(
                option, inspect.StructType | inspect.DictType | inspect.VarTupleType | inspect.NoneType
            ) and isinstance(node, yaml.ScalarNode):
                read = self._scalar(node, option, name, extra)
                # Where a mapping may stand too the text is the short form of an entry, which has a place.
                short = isinstance(read, str) and any(isinstance(one, inspect.StructType) for one in options)
                return Text(read, place(node, self.shown)) if short else read
        return self.note(node, f"`{name}` must be {_described(options)}, not {_found(node)}")

    # Private

    def _struct(self, node: yaml.MappingNode, wanted: inspect.StructType, depth: int) -> Any:
        fields = {field.encode_name: field for field in wanted.fields if field.name != "location"}
        values: dict[str, Any] = {}
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name not in fields:
                written = f'"{name}"' if name is not None else "this"
                known = ", ".join(fields)
                hint = suggestion(name or "", fields)
                self.note(key, f"{written} is no key here{hint or f'; known: {known}'}")
                continue
            line = place(key, self.shown).line
            if name in seen:
                self.note(key, f'"{name}" stands here twice, first in line {seen[name]}; keep one')
                continue
            seen[name] = line
            field = fields[name]
            read = self.value(value, field.type, name, depth + 1)
            if read is not WRONG:
                values[field.name] = read
        for name, field in fields.items():
            if field.required and name not in seen:
                why = f": {text}" if (text := _description(field.type)) else ""
                self.note(node, f"`{name}` is missing{why}")
        if any(field.required and field.name not in values for field in fields.values()):
            return WRONG
        make: type[Entry] = wanted.cls  # type: ignore[assignment]  # every struct of the types is an Entry
        entry = make(location=place(node, self.shown), **values)
        for where, message in entry.contradictions():
            self.problems.append(ConfigurationProblem(self.shown, where.line, where.column, message))
        return entry

    def _dict(self, node: yaml.MappingNode, wanted: inspect.DictType, name: str, depth: int) -> Any:
        values: dict[str, Any] = {}
        for key, value in node.value:
            read = self.value(key, inspect.StrType(), f"a key of {name}", depth + 1)
            if read is WRONG:
                continue
            if read in values:
                self.note(key, f'"{read}" stands here twice; keep one')
                continue
            values[read] = self.value(value, wanted.value_type, f"{name}.{read}", depth + 1)
        return {key: value for key, value in values.items() if value is not WRONG}

    def _list(
        self, node: yaml.SequenceNode, wanted: inspect.VarTupleType, name: str, extra: dict[str, Any], depth: int
    ) -> Any:
        item = inspect.Metadata(wanted.item_type, None, extra)
        values = [self.value(child, item, f"an item of {name}", depth + 1) for child in node.value]
        if len(values) < extra.get("at_least", 0):
            return self.note(node, f"`{name}` must have at least one item")
        seen: dict[str, int] = {}
        for child, value in zip(node.value, values, strict=True):
            if isinstance(value, str) and not extra.get("cells"):
                line = place(child, self.shown).line
                if value in seen:
                    self.note(child, f'"{value}" stands in `{name}` twice, first in line {seen[value]}; keep one')
                seen.setdefault(value, line)
        return tuple(value for value in values if value is not WRONG)

    def _scalar(self, node: yaml.ScalarNode, wanted: inspect.Type, name: str, extra: dict[str, Any]) -> Any:
        text: str = node.value
        cell = extra.get("cells") and isinstance(wanted, inspect.StrType)
        if node.tag == "tag:yaml.org,2002:null" and node.style is None:
            if cell:
                return None
            return self.note(node, f"`{name}` is empty")
        if "\0" in text:
            return self.note(node, f"`{name}` contains a NUL character")
        if isinstance(wanted, inspect.LiteralType):
            return self._literal(node, wanted.values, name)
        if isinstance(wanted, inspect.DateType):
            try:
                return datetime.date.fromisoformat(text)
            except ValueError:
                return self.note(node, f'`{name}`: "{text}" is no date; write YYYY-MM-DD')
        if not text.strip() and not cell:
            return self.note(node, f"`{name}` is empty")
        if reader := extra.get("read"):
            try:
                text = READERS[reader](text)
            except ValueError as error:
                return self.note(node, f"`{name}`: {error}")
        return text if isinstance(wanted, inspect.StrType) else Text(text, place(node, self.shown))

    def _literal(self, node: yaml.ScalarNode, values: Sequence[Any], name: str) -> Any:
        for value in values:
            if node.value == str(value):
                return value
        shown = [str(value) for value in values]
        return self.note(
            node,
            f'`{name}` must be {" or ".join(shown)}, not "{node.value}"{suggestion(node.value, shown)}',
        )


# Private


def _description(wanted: inspect.Type) -> str:
    if isinstance(wanted, inspect.Metadata) and wanted.extra_json_schema:
        text: str = wanted.extra_json_schema.get("description", "")
        return text.removesuffix(".")
    return ""


def _described(options: Sequence[inspect.Type]) -> str:
    words = []
    for option in options:
        match option:
            case inspect.StructType() | inspect.DictType():
                words.append("a mapping")
            case inspect.VarTupleType():
                words.append("a list")
            case inspect.LiteralType(values=values):
                words.append(" or ".join(str(value) for value in values))
            case inspect.DateType():
                words.append("a date")
            case inspect.NoneType():
                continue
            case _:
                words.append("a text")
    return " or ".join(words)


def _found(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return f'"{node.value}"' if node.value else "nothing"
