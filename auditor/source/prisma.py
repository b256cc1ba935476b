"""Models of a Prisma schema: which table `prisma.job` is.

https://www.prisma.io/docs/orm/reference/prisma-schema-reference: a schema is blocks of lines; `@@map` and
`@@schema` name table and schema, else the table has the model's name, as it is spelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.source.model import Definition

_MODEL = re.compile(r"^\s*(?:model|view)\s+(\w+)\s*\{(.*?)^\s*\}", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*")
_MAP = re.compile(r"@@map\(\s*(?:name\s*:\s*)?\"([^\"]+)\"\s*\)")
_SCHEMA = re.compile(r"@@schema\(\s*\"([^\"]+)\"\s*\)")


def definitions(text: str) -> Iterator[Definition]:
    """The models of a `schema.prisma`, each under the name that the client has for it."""
    for name, body in _MODEL.findall(_COMMENT.sub("", text)):
        table, schema = _MAP.search(body), _SCHEMA.search(body)
        yield Definition(
            name=f"prisma.{name[:1].lower()}{name[1:]}",
            kind="table",
            table=table[1] if table else name,
            schema=schema[1] if schema else None,
        )
