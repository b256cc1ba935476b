"""The JSON Schema of `classifications.yaml` (draft 2020-12), made from the types and their descriptions.

https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

from auditor.declaration.base import Text
from auditor.declaration.document import Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema, ready for `json.dumps`.

    Editors that know the YAML language server use it through a first line
    `# yaml-language-server: $schema=FILE`.
    """
    (root,), components = msgspec.json.schema_components(
        [Document], schema_hook=_text, ref_template="#/$defs/{name}"
    )
    del components["Location"]
    for component in components.values():
        properties = component.get("properties", {})
        properties.pop("location", None)
        for field in properties.values():
            _tidy(field)
        if "description" in component:
            component["description"] = inspect.cleandoc(component["description"])
    schema = {"$schema": DIALECT, "title": "classifications.yaml", **root, "$defs": components}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))  # tuples are lists there
    return plain


# Private


def _text(kind: type) -> dict[str, Any]:
    if kind is Text:
        return {"type": "string"}
    raise NotImplementedError  # msgspec's own sign for "no schema"; a test reads every type


_CELL = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def _tidy(field: dict[str, Any]) -> None:
    """A key may be left out but not be null or empty; a number or a boolean does where a text is wanted."""
    options = [option for option in field.pop("anyOf", ()) if option != {"type": "null"}]
    for option in options:
        if option.get("items", {}).get("items") == _CELL:  # a list of rows: NULL and numbers are values too
            option["items"]["items"] = {"type": ["string", "number", "boolean", "null"]}
    if len(options) == 1:
        field.update({key: value for key, value in options[0].items() if key not in field})
    elif options:
        field["anyOf"] = options
    if field.get("default") in (None, [], {}):
        field.pop("default", None)
    if field.get("additionalProperties") == {"type": "string"}:
        field["additionalProperties"] = {"type": ["string", "number", "boolean"]}
