"""The JSON Schema of `classifications.yaml` (draft 2020-12), made from the types and their descriptions.

An editor with the YAML language server completes, explains and checks by it. It refuses only what the program
refuses; what no schema can say (two entries that contradict each other) the program alone tells.
https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import msgspec

from auditor.declaration.base import Entry, Text
from auditor.declaration.document import Document
from auditor.declaration.readers import KINDS
from auditor.sql.names import KIND_ALIASES

DIALECT = "https://json-schema.org/draft/2020-12/schema"

FILE = "classifications.schema.json"
"""How the file with the schema is called."""

BESIDE = f".auditor/{FILE}"
"""Where `auditor init` puts it, relative to `classifications.yaml`: an editor needs neither network nor `auditor`,
and the whole team has the same.
"""

MODELINE = "# yaml-language-server: $schema="
"""Before the path or URL of the schema it is the first line of a file:
https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
"""


def schema_text() -> str:
    """The schema as the text of a file."""
    return json.dumps(json_schema(), indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """The schema, ready for `json.dumps`."""
    (root,), components = msgspec.json.schema_components(
        [Document], schema_hook=_text, ref_template="#/$defs/{name}"
    )
    del components["Location"]
    readers = dict(_readers(msgspec.inspect.type_info(Document)))
    for name, component in components.items():
        del component["title"]  # the name of a class, which editors would show
        component["properties"].pop("location", None)
        for key, field in component["properties"].items():
            _tidy(field, readers[name, key])
        component["description"] = inspect.cleandoc(component["description"])
    for owner_class in components["Classes"]["properties"].values():
        owner_class["items"] = _OBJECT
    components["Document"]["properties"]["version"]["enum"] = [1, "1"]  # as it may be quoted
    components["KindIdentity"] = _object()
    schema = {"$schema": DIALECT, "title": "classifications.yaml", **root, "$defs": components}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))  # tuples are lists there
    return plain


# Private

_ANY = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
"""A text may be written without quotes whatever YAML makes of it; blanks alone are none."""

_PART = r"(\*\*|(?!\.{1,2}(/|\s*$))([^/\\*\[\]]|\*(?!\*)|\[[^\]/\\]*\])+)"
_IN_SCHEMA = r"^([^.\"]|\"[^\"]*\")+\.\s*[^.\s]"

_TEXTS: dict[str, tuple[str, str]] = {
    "column": (r"\S", "the name of a column"),
    "fires": (
        r"^\s*([Bb][Ee][Ff][Oo][Rr][Ee]|[Aa][Ff][Tt][Ee][Rr]|[Ii][Nn][Ss][Tt][Ee][Aa][Dd]\s+[Oo][Ff])\s+\S",
        "BEFORE, AFTER or INSTEAD OF, and the events",
    ),
    "function": (_IN_SCHEMA, "SCHEMA.NAME(ARGUMENT TYPES), such as `public.claim(integer)`"),
    "glob": (f"^\\s*({_PART}/)*{_PART}\\s*$", "a glob relative to this file, such as `services/**`"),
    "grantee": (r"\S", "the name of a role, or PUBLIC"),
    "membership": (r"\S", "the name of a role; `app WITH ADMIN`, `app WITHOUT INHERIT`"),
    "path": (r"\S", "a path relative to this file"),
    "role": (r"\S", "the name of a role"),
    "table": (_IN_SCHEMA, "SCHEMA.NAME, such as `public.orders`"),
    "trigger": (r"\s[Oo][Nn]\s+([^.\"]|\"[^\"]*\")+\.\s*[^.\s]", "NAME on SCHEMA.TABLE"),
}
"""Reader -> what it asks of a text, as far as a pattern can say it, and in words; others stand beside their type.

Patterns are those of ECMA 262 and Python's alike: no flags.
"""

_OBJECT = {"$ref": "#/$defs/KindIdentity"}


def _object() -> dict[str, Any]:
    """A kind in any case, and an identity."""
    kinds = "|".join(_in_any_case(kind) for kind in sorted(KINDS | KIND_ALIASES.keys(), reverse=True))
    return {
        "description": "KIND IDENTITY, with `*` and `?`: `table public.orders`, `function public.claim_*`.",
        "type": "string",
        "pattern": f"^\\s*({kinds})\\s+\\S",
        "patternErrorMessage": "write a kind and an identity, such as `table public.orders`",
    }


def _in_any_case(kind: str) -> str:
    letters = (f"[{one.upper()}{one.lower()}]" if one.isalpha() else one for one in kind)
    return "".join(letters).replace(" ", r"\s+")


def _readers(kind: Any, seen: tuple[type, ...] = ()) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """(class, key) -> what the types say of the key beside its type."""
    if isinstance(kind, msgspec.inspect.StructType) and issubclass(kind.cls, Entry) and kind.cls not in seen:
        for field in kind.fields:
            extra = field.type.extra if isinstance(field.type, msgspec.inspect.Metadata) else None
            yield (kind.cls.__name__, field.encode_name), dict(extra or {})
            yield from _readers(field.type, (*seen, kind.cls))
    for name in ("type", "item_type", "value_type"):
        if hasattr(kind, name):
            yield from _readers(getattr(kind, name), seen)
    for one in getattr(kind, "types", ()):
        yield from _readers(one, seen)


def _text(kind: type) -> dict[str, Any]:
    if kind is Text:
        return {"type": "string"}
    raise NotImplementedError  # msgspec's own sign for "no schema"; a test reads every type


_CELL = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def _tidy(field: dict[str, Any], extra: dict[str, Any]) -> None:
    """A key may be left out but not be null or empty; a number or a boolean does where a text is wanted."""
    options = [option for option in field.pop("anyOf", ()) if option != {"type": "null"}]
    for option in options:
        if option.get("items", {}).get("items") == _CELL:  # a list of rows: NULL and numbers are values too
            option["items"]["items"] = {"type": ["string", "number", "boolean", "null"]}
        _tidy_text(option, extra)
    if len(options) == 1:
        field.update({key: value for key, value in options[0].items() if key not in field})
    elif options:
        field["anyOf"] = options
    if not isinstance(field.get("default"), str | int):
        field.pop("default", None)
    if field.get("additionalProperties") == {"type": "string"}:
        field["additionalProperties"] = {"type": ["string", "number", "boolean"]}
    if "items" in field:
        field["uniqueItems"] = True
        for item in field["items"].get("anyOf", [field["items"]]):
            _tidy_text(item, extra)
    _tidy_text(field, extra)


def _tidy_text(schema: dict[str, Any], extra: dict[str, Any]) -> None:
    if schema.get("type") != "string" or not {"pattern", "format", "enum"}.isdisjoint(schema):
        return
    reader = extra.get("read")
    if reader is None:
        schema.update(_ANY)
    elif reader == "object":
        del schema["type"]
        schema.update(_OBJECT)
    elif reader in _TEXTS:
        pattern, words = _TEXTS[reader]
        schema.update({"pattern": pattern, "patternErrorMessage": f"write {words}"})
