"""Names exactly as PostgreSQL prints them: quoting, qualifying, types, identities.

Pure: no parser is loaded. The rules are those of `quote_identifier()` (ruleutils.c), `format_type_be_qualified()`
(format_type.c) and `getObjectIdentityParts()` (objectaddress.c), seen from SQL as `quote_ident()` and
`pg_identify_object()`: https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-OBJECT
"""

from __future__ import annotations

import re
from functools import cache

from auditor.model.change import TypeName
from auditor.sql.builtin import BUILTIN_FUNCTIONS, BUILTIN_RELATIONS, BUILTIN_TYPES

_KEYWORDS = """
all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both
case cast char character check coalesce collate collation column concurrently constraint create cross
current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query
json_scalar json_serialize json_table json_value lateral leading least left like limit localtime
localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on
only or order out outer overlaps overlay placing position precision primary real references returning right
row select session_user setof similar smallint some substring symmetric system_user table tablesample then
time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when
where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
xmlroot xmlserialize xmltable
"""
QUOTED_KEYWORDS: frozenset[str] = frozenset(_KEYWORDS.split())
"""Keywords of PostgreSQL 18 that are not UNRESERVED: as names they are quoted.

`json` and the `json_*` words joined the list with 16 and 17, `system_user` with 16, `merge_action` with 17.
"""

SQL_TYPE_NAMES: dict[str, str] = {
    "bit": "bit",
    "bool": "boolean",
    "bpchar": "character",
    "float4": "real",
    "float8": "double precision",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "interval": "interval",
    "json": "json",
    "numeric": "numeric",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
    "varchar": "character varying",
}
"""The types of pg_catalog that have an SQL spelling; every other is printed as `pg_catalog.NAME`."""

KIND_ALIASES: dict[str, str] = {
    "attribute": "table column",
    "column": "table column",
    "constraint": "table constraint",
    "default": "default value",
    "default privileges": "default acl",
    "domain": "type",
    "enum": "type",
    "fdw": "foreign-data wrapper",
    "foreign data wrapper": "foreign-data wrapper",
    "matview": "materialized view",
    "parameter acl": "parameter ACL",
    "proc": "procedure",
    "row security policy": "policy",
    "statistics": "statistics object",
    "text search config": "text search configuration",
    "user": "role",
}
"""Words a person may use for a kind, and what `pg_identify_object()` calls it."""

_SAFE = re.compile(r"[a-z_][a-z0-9_]*\Z")
_SAFE_GLOB = re.compile(r"[a-z0-9_*?]+\Z")

_CALLABLE = frozenset({"function", "procedure", "aggregate", "routine", "operator"})
_ON_TABLE = frozenset({"trigger", "policy", "rule", "table constraint", "domain constraint"})

# What a person may write for a built-in type, to its name in pg_type.
_TYPE_ALIASES: dict[str, str] = {
    "bit varying": "varbit",
    "boolean": "bool",
    "char varying": "varchar",
    "char": "bpchar",
    "character varying": "varchar",
    "character": "bpchar",
    "dec": "numeric",
    "decimal": "numeric",
    "double precision": "float8",
    "float": "float8",
    "int": "int4",
    "integer": "int4",
    "smallint": "int2",
    "bigint": "int8",
    "national character varying": "varchar",
    "national character": "bpchar",
    "nchar": "bpchar",
    "real": "float4",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}


@cache
def quote_identifier(name: str) -> str:
    """The name as SQL needs it: in double quotes unless it is safe and no reserved word.

    Same as `quote_ident()`: https://www.postgresql.org/docs/current/functions-string.html
    """
    if _SAFE.match(name) and name not in QUOTED_KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str | None, name: str) -> str:
    """`schema.name`, both quoted where needed; only the name when there is no schema."""
    if schema is None:
        return quote_identifier(name)
    return f"{quote_identifier(schema)}.{quote_identifier(name)}"


def clip(name: str, limit: int = 63) -> str:
    """A name cut to 63 bytes, as PostgreSQL cuts identifiers (`NAMEDATALEN`), never within a character."""
    data = name.encode(errors="surrogatepass")
    return name if len(data) <= limit else data[:limit].decode(errors="ignore")


def is_builtin_type(name: str) -> bool:
    """Whether an unqualified type name means one of pg_catalog's, arrays (`_text`) included."""
    return name in BUILTIN_TYPES or (name.startswith("_") and name[1:] in BUILTIN_TYPES)


def is_builtin_function(name: str) -> bool:
    """Whether pg_catalog has a function of this name.

    A user's function of that name with other argument types is taken for the built-in one.
    """
    return name in BUILTIN_FUNCTIONS


def is_builtin_relation(name: str) -> bool:
    """Whether an unqualified relation name means a system catalog or view."""
    return name in BUILTIN_RELATIONS


def format_type(type_name: TypeName, schema: str | None = None, *, pg_major: int = 18) -> str:
    """A type as an identity of `pg_identify_object()` spells it.

    `integer`, `timestamp with time zone`, `pg_catalog.text`, `public.status[]`. Type modifiers and SETOF are no
    part of it, and however many dimensions are written there is one array type.

    Args:
        type_name: the type as written; not of the form `t.c%TYPE`, which only a catalog can resolve.
        schema: where the type was found, if it is neither written nor pg_catalog's.
        pg_major: `json` has its short spelling since 17.
    """
    name, array = type_name.name, type_name.array > 0
    written = type_name.schema
    if written in (None, "pg_catalog") and is_builtin_type(name):
        if name not in BUILTIN_TYPES:
            name, array = name[1:], True
        text = SQL_TYPE_NAMES.get(name) or qualified("pg_catalog", name)
        if name == "json" and pg_major < 17:
            text = "pg_catalog.json"
    else:
        text = qualified(written if written is not None else schema, name)
    return f"{text}[]" if array else text


def normalise_kind(kind: str) -> str:
    """A person's word for a kind as `pg_identify_object()` has it: `domain` is `type`, `column` `table column`."""
    words = " ".join(kind.lower().split())
    return KIND_ALIASES.get(words, words)


def normalise_identity(kind: str, text: str, *, schema: str | None = None) -> str:
    """A person's spelling of an identity as `pg_identify_object()` prints it.

    `public.f(int, varchar)` becomes `public.f(integer,character varying)`, `T on Public.docs` becomes
    `t on public.docs`: unquoted letters fold to lower case as in SQL, quotes stay where they are needed, and
    `*` and `?` of a pattern are left alone.

    Args:
        kind: as `pg_identify_object()` names it, or one of :data:`KIND_ALIASES`.
        text: as written.
        schema: put before a name that has none, for kinds that live in a schema; None leaves it bare.
    """
    kind = normalise_kind(kind)
    text = text.strip()
    if kind in _ON_TABLE:
        name, separator, table = _partition_outside_quotes(text, " on ")
        if separator:
            return f"{_dotted(name)} on {_dotted(table, schema)}"
        return _dotted(text)
    if kind == "default value":
        column = text[4:] if text.lower().startswith("for ") else text
        return f"for {_dotted(column)}"
    if kind in _CALLABLE:
        return _routine(text, schema, operator=kind == "operator")
    if kind == "type":
        return normalise_type(text, schema=schema)
    if kind == "cast":
        source, separator, target = _partition_outside_quotes(text.strip("() "), " as ")
        return f"({normalise_type(source)} AS {normalise_type(target)})" if separator else text
    return _dotted(text, schema if kind in _IN_SCHEMA else None)


def normalise_type(text: str, *, schema: str | None = None) -> str:
    """A person's spelling of a type as :func:`format_type` prints it: `varchar(20)[]` is `character varying[]`."""
    text = text.strip()
    bare = re.sub(r"(\s*\[\d*\])+\Z|\s+array(\s*\[\d*\])?\Z", "", text, flags=re.IGNORECASE)
    array = int(bare != text)
    parts = _split_dotted(re.sub(r'\s*\([^()"]*\)', "", bare))
    if not parts or any("*" in part or "?" in part for part, _ in parts):
        return "".join(text.split())
    *qualifiers, (last, quoted) = parts
    written = qualifiers[-1][0] if qualifiers else None
    if written in (None, "pg_catalog") and not quoted:
        words = " ".join(last.split())
        if words == "float" and (precision := re.search(r"\(\s*(\d+)\s*\)", bare)):
            last = "float4" if int(precision[1]) <= 24 else "float8"
        elif written is None or words != "char":  # pg_catalog.char is the one-byte type
            last = _TYPE_ALIASES.get(words, words)
    elif written is None and last != "char":
        return format_type(TypeName(last, schema, array)) if schema else quote_identifier(last) + "[]" * array
    return format_type(TypeName(last, written, array), schema)


def split_name(text: str) -> list[str]:
    """The parts of a name as `regclass` reads it, unquoted and folded: `App."T"` is `["app", "T"]`."""
    return [part for part, _ in _split_dotted(text)]


def own_name(identity: str) -> str:
    """The object's own name, unquoted: `note` of `note on public.jobs`, `f` of `public.f(integer)`.

    Quotes are minded: a policy may be called `"rows on hold"`.
    """
    text, _, _ = _partition_outside_quotes(identity, " on ")
    text, _, _ = _partition_outside_quotes(text, "(")
    parts = _split_dotted(text)
    return parts[-1][0] if parts else ""


# Private


_IN_SCHEMA = frozenset(
    {
        "table", "view", "materialized view", "foreign table", "sequence", "index", "composite type", "collation",
        "conversion", "statistics object", "text search configuration", "text search dictionary",
        "text search parser", "text search template", "operator class", "operator family",
    }
)  # fmt: skip

_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^".]+))\s*')


def _split_dotted(text: str) -> list[tuple[str, bool]]:
    """The parts of a dotted name, unquoted, folded to lower case unless quoted, and whether each was quoted."""
    parts: list[tuple[str, bool]] = []
    at = 0
    while match := _PART.match(text, at):
        quoted = match[1] is not None
        parts.append((match[1].replace('""', '"'), True) if quoted else (match[2].strip().lower(), False))
        at = match.end()
        if at >= len(text) or text[at] != ".":
            break
        at += 1
    return parts


def _dotted(text: str, schema: str | None = None) -> str:
    text = text.strip()
    suffix = ""
    head, separator, method = _partition_outside_quotes(text, " using ")  # operator classes
    if separator:
        text, suffix = head, f" USING {method.strip()}"
    parts = [
        name if not quoted and _SAFE_GLOB.match(name) and not _SAFE.match(name) and re.search(r"[*?]", name)
        else quote_identifier(name)
        for name, quoted in _split_dotted(text)
    ]  # fmt: skip
    if len(parts) == 1 and schema is not None and parts[0] != "*":
        parts.insert(0, quote_identifier(schema))
    return ".".join(parts) + suffix


def _routine(text: str, schema: str | None, *, operator: bool) -> str:
    name, separator, rest = _partition_outside_quotes(text, "(")
    if operator:
        prefix, dot, symbol = name.strip().rpartition(".")
        spelled = f"{_dotted(prefix)}.{symbol}" if dot else symbol
    else:
        spelled = _dotted(name, schema)
    if not separator:
        return spelled
    arguments = rest.rstrip().removesuffix(")").strip()
    if not arguments:
        return f"{spelled}()"
    return f"{spelled}({','.join(normalise_type(argument) for argument in _split_commas(arguments))})"


def _partition_outside_quotes(text: str, separator: str) -> tuple[str, str, str]:
    """`str.partition`, without regard to case, and not within double quotes."""
    folded, at, quoted = text.lower(), 0, False
    while at < len(text):
        if text[at] == '"':
            quoted = not quoted
        elif not quoted and folded.startswith(separator, at):
            return text[:at], separator, text[at + len(separator) :]
        at += 1
    return text, "", ""


def _split_commas(text: str) -> list[str]:
    pieces, start, depth, quoted = [], 0, 0, False
    for at, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "," and depth == 0:
            pieces.append(text[start:at])
            start = at + 1
    return [*pieces, text[start:]]
