"""Texts that stand for something else: `:name`, `${name}`, `{{ name }}`, or any text that a tool replaces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from auditor.sql.names import quote_identifier


class Edit(NamedTuple):
    """Characters `start` to `end` of a text are replaced by `new`."""

    start: int
    end: int
    new: str


def find_edits(text: str, values: Mapping[str, str]) -> list[Edit]:
    """Every place of a text where a configured placeholder stands, in order, without overlaps.

    A key that is a plain name is looked for as psql variable (`:name`, `:'name'` as a literal, `:"name"` as an
    identifier), as `${name}`, as `{{ name }}` (also `{{ .name }}` and `{{ index .Options "name" }}` of Go's
    templates) and as `/* TEMPLATE: name */` (River; a dot is put behind the value of `schema`). A name with a
    colon before it is looked for as psql variable only. Any other key is looked for as it stands. Tools replace in
    the text, before any parser sees it, so literals and function bodies are searched as well.
    https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-INTERPOLATION
    """
    if not values:
        return []
    variables = {key.removeprefix(":"): value for key, value in values.items() if _NAME.fullmatch(key)}
    templates = {key: value for key, value in variables.items() if key in values}
    literals = {key: value for key, value in values.items() if not _NAME.fullmatch(key)}
    patterns = []
    if variables:
        one = _any_of(variables)
        # `x::name` is a cast, `x:::name` a cast to a variable, and `:name2` another variable.
        patterns.append(
            r"(?:(?<!:)|(?<=(?<!:)::)):"
            rf"(?:(?P<plain>{one})(?![\w$])|'(?P<literal>{one})'|\"(?P<identifier>{one})\")"
        )
    if templates:
        one = _any_of(templates)
        patterns.append(
            rf"\$\{{\s*(?P<dollar>{one})\s*\}}|\{{\{{-?\s*\.?(?P<braces>{one})\s*-?\}}\}}"
            rf"|\{{\{{-?\s*index\s+\.\w+\s+(?P<quote>[\"`])(?P<index>{one})(?P=quote)\s*-?\}}\}}"
            rf"|/\*\s*TEMPLATE:\s*(?P<comment>{one})\s*\*/"
        )
    if literals:
        patterns.append(f"(?P<text>{_any_of(literals)})")
    edits = []
    for match in re.finditer("|".join(patterns), text):
        spelling = match.lastgroup
        key = match[spelling] if spelling else ""
        value = literals[key] if spelling == "text" else variables[key]
        if spelling == "literal":
            value = quote_literal(value)
        elif spelling == "identifier":
            value = quote_identifier(value)
        elif spelling == "comment" and key == "schema" and value and not value.endswith("."):
            value += "."
        edits.append(Edit(match.start(), match.end(), value))
    return edits


def configured_variables(values: Mapping[str, str]) -> frozenset[str]:
    """The names of psql variables that have a configured value."""
    return frozenset(key.removeprefix(":") for key in values if _NAME.fullmatch(key))


def yaml_line(written: str) -> str:
    """What to write in `classifications.yaml` so that a placeholder gets a value.

    Args:
        written: the placeholder as it stands in a file.
    """
    match = _SPELLINGS.fullmatch(written)
    key = match[match.lastgroup] if match and match.lastgroup else written
    return f"placeholders: {{{key if _NAME.fullmatch(key) else json.dumps(key)}: VALUE}}"


def apply_edits(text: str, start: int, end: int, edits: Iterable[Edit]) -> str:
    """Characters `start` to `end` of a text, with the edits that lie within carried out."""
    parts = []
    position = start
    for edit in edits:
        if edit.start >= position and edit.end <= end:
            parts += [text[position : edit.start], edit.new]
            position = edit.end
    parts.append(text[position:end])
    return "".join(parts)


def quote_literal(text: str) -> str:
    """A text as an SQL string constant."""
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in quoted else quoted


# Private

_NAME = re.compile(r":?[A-Za-z_][\w.-]*")
_SPELLINGS = re.compile(
    r"""\$\{\s*(?P<dollar>[A-Za-z_][\w.-]*)\s*\}
    | \{\{-?\s*(?:index\s+\.\w+\s+["`](?P<index>[A-Za-z_][\w.-]*)["`]|\.?(?P<braces>[A-Za-z_][\w.-]*))\s*-?\}\}
    | :['"]?(?:\{\?)?(?P<variable>\w+)['"}]?""",
    re.VERBOSE,
)


def _any_of(keys: Iterable[str]) -> str:
    return "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))
