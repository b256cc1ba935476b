"""An object of the catalog in memory, and how it is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from auditor.model import ObjectId
from auditor.sql.names import qualified, quote_identifier

RELATION_KINDS = frozenset(
    {"table", "foreign table", "view", "materialized view", "index", "sequence", "composite type"}
)


TABLE_KINDS = frozenset({"table", "foreign table"})


ROUTINE_KINDS = frozenset({"function", "procedure", "aggregate"})


HANGING_KINDS = frozenset({"table constraint", "domain constraint", "trigger", "policy", "rule"})


TYPE_KINDS = frozenset({"type"})


SCHEMA_QUALIFIED_KINDS = (
    RELATION_KINDS
    | ROUTINE_KINDS
    | TYPE_KINDS
    | {
        "collation",
        "conversion",
        "operator",
        "operator class",
        "operator family",
        "statistics object",
        "text search configuration",
        "text search dictionary",
        "text search parser",
        "text search template",
    }
)


EXTENSION_TYPES = {
    "citext": ("citext",),
    "hstore": ("hstore",),
    "ltree": ("ltree", "lquery", "ltxtquery"),
    "vector": ("vector", "halfvec", "sparsevec"),
    "postgis": ("geometry", "geography", "box2d", "box3d", "raster"),
    "cube": ("cube",),
    "intarray": ("query_int",),
    "isn": ("ean13", "isbn", "issn", "ismn", "upc", "isbn13", "issn13", "ismn13"),
    "seg": ("seg",),
    "pg_trgm": ("gtrgm",),
    "h3": ("h3index",),
    "semver": ("semver",),
    "uint": ("uint1", "uint2", "uint4", "uint8"),
}
"""Types that an extension brings, for those that histories use: they are named with its schema."""


GRANTED_KINDS = {
    "table": ("table", "foreign table", "view", "materialized view"),
    "sequence": ("sequence",),
    "function": ("function", "aggregate"),
    "procedure": ("procedure",),
    "routine": ("function", "procedure", "aggregate"),
    "type": ("type",),
    "schema": ("schema",),
}
"""Object kinds that a grant on (all objects of) a kind of the grammar reaches."""


@dataclass(eq=False, slots=True)
class Object:
    """One object of the catalog in memory; two are the same only if they are one.

    Attributes:
        parent: the table of a column, constraint, trigger, policy, rule; the column of a default; the domain of
            a domain constraint; the index's table is `table`, since an index has a schema of its own.
        arguments: input types of a routine, operand types of an operator or a cast.
        external: not made by the history, only mentioned: a platform's, or a forgotten history's.
        facts: what handlers need to remember of this kind (a column's type, a constraint's type...).
    """

    kind: str
    name: str
    schema: str | None = None
    parent: Object | None = None
    arguments: tuple[TypeReference | None, ...] = ()
    external: bool = False
    temporary: bool = False
    alive: bool = True
    children: dict[tuple[str, str], Object] = field(default_factory=dict)
    dependents: list[tuple[Object, bool]] = field(default_factory=list)
    depends_on: list[Object] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """As `pg_identify_object()` gives it."""
        kind = self.kind
        if self.parent is not None:
            if kind.endswith(" column"):
                return f"{self.parent.identity}.{quote_identifier(self.name)}"
            if kind in HANGING_KINDS:
                return f"{quote_identifier(self.name)} on {self.parent.identity}"
            if kind == "default value":
                return f"for {self.parent.identity}"
        member = self.facts.get("member")
        if self.parent is not None and isinstance(member, Object):
            # Unquoted, both a schema and the publication.
            name = member.name if member.kind == "schema" else member.identity
            return f"{name} in publication {self.parent.name}"
        if kind in ROUTINE_KINDS:
            return f"{qualified(self.schema, self.name)}({self._arguments()})"
        if kind == "operator":
            schema = "" if self.schema is None else f"{quote_identifier(self.schema)}."
            operands = ",".join("NONE" if a is None else str(a) for a in self.arguments)
            return f"{schema}{self.name}({operands})"
        if kind == "cast":
            source, target = self.arguments
            return f"({source} AS {target})"
        if kind in {"operator class", "operator family"}:
            return f"{qualified(self.schema, self.name)} USING {self.facts.get('method', 'btree')}"
        if kind == "user mapping":
            return f"{quote_identifier(self.name)} on server {quote_identifier(self.facts['method'])}"
        if kind in SCHEMA_QUALIFIED_KINDS:
            return qualified(self.schema, self.name)
        return quote_identifier(self.name)

    @property
    def id(self) -> ObjectId:
        """Kind and identity, now."""
        return ObjectId(self.kind, self.identity)

    @property
    def table(self) -> Object | None:
        """The relation that an index stands on, or that owns a sequence; else the parent."""
        owner = self.facts.get("table")
        return owner if isinstance(owner, Object) else self.parent

    @property
    def columns(self) -> list[Object]:
        """Columns of a relation, in order."""
        return [child for (kind, _), child in self.children.items() if kind == "column"]

    def column(self, name: str) -> Object | None:
        """The column of that name, or None."""
        return self.children.get(("column", name))

    def child(self, kind: str, name: str) -> Object | None:
        """What hangs on this object under that kind and name, or None."""
        return self.children.get((child_key(kind), name))

    def _arguments(self) -> str:
        if self.kind == "aggregate" and not self.arguments:
            return "*"
        return ",".join(str(argument) for argument in self.arguments)


@dataclass(frozen=True, slots=True)
class TypeReference:
    """A type as an argument or a column has it: one of the catalog in memory, or the text of a built-in one."""

    text: str
    object: Object | None = None
    array: bool = False

    def __str__(self) -> str:
        """As `format_type()` with the schema always written."""
        base = self.text if self.object is None else qualified(self.object.schema, self.object.name)
        return f"{base}[]" if self.array else base


def child_key(kind: str) -> str:
    """Namespace of a child: a table's column and a composite type's column share one."""
    return "column" if kind.endswith(" column") else "constraint" if kind.endswith(" constraint") else kind
