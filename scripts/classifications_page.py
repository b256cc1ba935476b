"""The reference page of `classifications.yaml`: every key of the JSON Schema, each with an example.

What a key means and what it may hold says the schema, which is made from the types that read the file; the
examples are those of docs/classifications.example.yaml. A key without an example there is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from auditor.declaration.schema import json_schema

PATTERNS = {"^[0-9]+$": "whole number", "^[0-9]+(ms|s|m|h|d)$": "duration"}
PLAIN = {"KindIdentity": "KIND IDENTITY"}
"""Definitions that are texts of a form of their own -> how they are called."""
Examples = dict[str, dict[str, yaml.Node]]
"""Definition of the schema -> key -> its first value in the example file."""

EXAMPLE = Path(__file__).parent.parent / "docs" / "classifications.example.yaml"
HEAD = """# classifications.yaml

Every key, as the [JSON Schema](classifications.schema.json) has it, which
[editors understand](integrations.md#in-an-editor). [A file that uses all of them](classifications.example.yaml)
gives the examples; [contract](contract.md), [guards](guards.md) and [forensics](forensics.md) say what each is
compared with. Only `version` is required. An unknown key, a key given twice and a value of another type are errors
with line and column (exit code 2); all are told at once. A duration is a number and `ms`, `s`, `m`, `h` or `d`.

Names of objects are PostgreSQL's own: a kind and an identity, as
[`pg_identify_object()`](https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-OBJECT) prints
them. [Kinds](kinds.md) lists the kinds.
"""
TITLES = {
    "Document": "The file",
    "Source": "migrations",
    "Classes": "classes",
    "OverrideEntry": "overrides",
    "Contract": "contract",
    "TriggerEntry": "contract: triggers",
    "FunctionEntry": "contract: functions",
    "DefinitionFile": "contract: functions: definition",
    "DedupeKeyEntry": "contract: dedupe_keys",
    "QueueEntry": "contract: queues",
    "JobTypes": "contract: queues: job_types",
    "Claim": "contract: queues: claims",
    "ProjectionEntry": "contract: projections",
    "RowsEntry": "contract: rows",
    "RoleEntry": "contract: roles",
    "DeployedEntry": "contract: deployed",
    "LedgerEntry": "ledger",
    "Guard": "guards",
    "Pipeline": "pipeline",
    "Events": "pipeline: events",
    "Jobs": "pipeline: jobs",
    "States": "pipeline: jobs: states",
    "Runs": "pipeline: runs",
    "Thresholds": "pipeline: thresholds",
    "Phase": "phases",
    "Criterion": "phases: criteria",
    "Replaying": "replay",
    "Review": "review",
    "Allowance": "allow",
    "Squawk": "squawk",
    "Severities": "severity",
}
"""Definition of the schema -> the heading of its section: the path of keys that leads to it."""


def page() -> str:
    """The text of docs/classifications.md."""
    schema = json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    sections = {name for name, definition in definitions.items() if "properties" in definition}
    if unknown := sections ^ TITLES.keys():
        raise ValueError(f"sections without a title, or titles without a section: {sorted(unknown)}")
    examples: Examples = {name: {} for name in sections}
    root = yaml.compose(EXAMPLE.read_text("utf-8"))
    _collect(root, schema, definitions, examples)
    parts = [HEAD]
    for name, title in TITLES.items():
        parts += [f"\n## {title}\n", definitions[name]["description"] + "\n"]
        parts += ["| key | value | default | example |", "|---|---|---|---|"]
        parts += _rows(name, definitions, examples)
    return "\n".join(parts) + "\n"


# Private


def _rows(name: str, definitions: dict[str, Any], examples: Examples) -> Iterator[str]:
    required = definitions[name].get("required", [])
    for key, field in definitions[name]["properties"].items():
        if key not in examples[name]:
            raise ValueError(f"no example of {TITLES[name]}: {key} in {EXAMPLE.name}")
        node = examples[name][key]
        nested = [*_references(field)] and not isinstance(node, yaml.ScalarNode)
        example = "below" if nested else f"`{_written(node)}`"
        meaning = f"{field['description'].strip()} *{_words(field)}*"
        default = "required" if key in required else _default(field)
        yield (
            "| " + " | ".join(cell.replace("|", r"\|") for cell in (f"`{key}`", meaning, default, example)) + " |"
        )


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    return "" if value is None or isinstance(value, (dict, list)) else f"`{value}`"


def _words(field: dict[str, Any]) -> str:
    """What may stand there, in words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        if name not in TITLES:
            return PLAIN[name]
        title = TITLES[name]
        return f"[{title}](#{title.lower().replace(':', '').replace(' ', '-')})"
    if "enum" in field:
        *others, last = dict.fromkeys(f"`{value}`" for value in field["enum"])
        return f"{', '.join(others)} or {last}" if others else last
    if "anyOf" in field:
        return " or ".join(_words(option) for option in field["anyOf"])
    if "pattern" in field and field["pattern"] in PATTERNS:
        return PATTERNS[field["pattern"]]
    kind = field.get("type")
    if isinstance(kind, list):
        return "text" if "boolean" in kind and "null" not in kind else "text or number"
    if kind == "array":
        items = field["items"]
        return (
            f"list of lists of {_words(items['items'])}"
            if items.get("type") == "array"
            else f"list of {_plural(items)}"
        )
    if kind == "object":
        return "names with texts"
    return "date" if field.get("format") == "date" else "text"


def _plural(items: dict[str, Any]) -> str:
    return {"text": "texts", "KIND IDENTITY": "KIND IDENTITY texts"}.get(_words(items), _words(items))


def _references(field: dict[str, Any]) -> Iterator[str]:
    if "$ref" in field and (name := field["$ref"].rpartition("/")[2]) in TITLES:
        yield name
    for option in field.get("anyOf", ()):
        yield from _references(option)
    if "items" in field:
        yield from _references(field["items"])


def _collect(node: yaml.Node, field: dict[str, Any], definitions: dict[str, Any], examples: Examples) -> None:
    """Note, for every definition, the first value that the example file gives each of its keys."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _collect(item, field.get("items", field), definitions, examples)
    elif isinstance(node, yaml.MappingNode):
        given = {key.value: inner for key, inner in node.value}
        for name in _references(field):
            properties = definitions[name]["properties"]
            if given.keys() <= properties.keys():
                for key, inner in given.items():
                    examples[name].setdefault(key, inner)
                    _collect(inner, properties[key], definitions, examples)


def _written(node: yaml.Node) -> str:
    """A value as the file has it; a list in a line of its own each, in brackets."""
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return "[" + ", ".join(_written(item) for item in node.value) + "]"
    start, end = node.start_mark, node.end_mark
    return str(start.buffer[start.pointer : end.pointer]).strip()
