"""A catalog in memory: the objects that the statements read so far have left behind.

It knows names, what hangs on what, and what depends on what: enough to say which objects a statement
creates, renames and takes along. It holds no rows and evaluates no expression.

Identities are computed from the objects themselves, so renaming a table renames its columns.
Dependencies follow https://www.postgresql.org/docs/current/catalog-pg-depend.html: what depends
*automatically* goes with what it depends on, what depends *normally* goes with DROP ... CASCADE only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from auditor.history.object import (
    RELATION_KINDS,
    ROUTINE_KINDS,
    SCHEMA_QUALIFIED_KINDS,
    TYPE_KINDS,
    Object,
    TypeReference,
    child_key,
)
from auditor.model.change import Name, TypeName
from auditor.sql.builtin import BUILTIN_TYPES
from auditor.sql.names import format_type, qualified

_TEMPORARY = "pg_temp"


class Catalog:
    """Every object alive, found by name the way PostgreSQL finds it.

    Args:
        pg_major: 15 to 18; what differs by version follows it.
        search_path: schemas of a new session, in order.
    """

    def __init__(self, pg_major: int, search_path: Iterable[str]) -> None:
        self.pg_major = pg_major
        self.default_path = tuple(search_path)
        self.search_path = self.default_path
        self.relations: dict[tuple[str, str], Object] = {}
        self.types: dict[tuple[str, str], Object] = {}
        self.routines: dict[tuple[str, str], list[Object]] = {}
        self.others: dict[tuple[str, str | None, str], list[Object]] = {}
        self.schemas: dict[str, Object] = {"public": Object("schema", "public", external=True)}
        self.constraint_names: dict[tuple[str, str], int] = {}
        self._constraints: dict[str, list[Object]] = {}
        self._temporaries: list[Object] = []
        self.add(Object("extension", "plpgsql", external=True))

    # Lookup

    def creation_schema(self, name: Name) -> str:
        """The schema in which an object of that name would be made."""
        if name.schema is not None:
            return name.schema
        for schema in self.search_path:
            if schema == _TEMPORARY or (schema in self.schemas and self.schemas[schema].alive):
                return schema
        return next((s for s in self.search_path if s not in {"pg_catalog", "$user"}), "public")

    def relation(self, name: Name) -> Object | None:
        """The relation of that name along the search path, or None."""
        for schema in self._path(name, temporary=True):
            found = self.relations.get((schema, name.name))
            if found is not None:
                return found
        return None

    def relation_or_external(self, name: Name, kind: str = "table") -> Object:
        """The relation of that name; one that no migration made is noted as external."""
        found = self.relation(name)
        if found is None:
            found = Object(kind, name.name, self.creation_schema(name), external=True)
            self.relations[found.schema or "", found.name] = found
        return found

    def type(self, written: TypeName) -> TypeReference:
        """The type that a statement means; one that is not known is taken to be in the creation schema."""
        array = written.array > 0
        if written.of_column is not None:
            table = self.relation(Name(written.name, written.schema))
            column = table.column(written.of_column) if table else None
            reference = column.facts.get("type") if column else None
            if isinstance(reference, TypeReference):
                return TypeReference(reference.text, reference.object, array or reference.array)
            return TypeReference(
                f"{qualified(written.schema, written.name)}.{written.of_column}%TYPE", None, array
            )
        name = Name(written.name, written.schema)
        if (written.schema == "pg_catalog" and not written.name.startswith("_")) or (
            written.schema is None and written.name in BUILTIN_TYPES
        ):
            base = TypeName(written.name, written.schema)
            return TypeReference(format_type(base, pg_major=self.pg_major), None, array)
        found = self.type_object(name)
        element = name.name[1:] if name.name.startswith("_") else ""
        if found is None and (element in BUILTIN_TYPES or self.type_object(Name(element, name.schema))):
            # What PostgreSQL calls an array type (`makeArrayTypeName`).
            return self.type(TypeName(element, written.schema, 1))
        if found is None and name.schema is None:
            # A platform's search path has more schemas than the files tell.
            found = next(
                (t for (_, n), t in self.types.items() if n == name.name and "of_extension" in t.facts), None
            )
        if found is None:
            found = Object("type", name.name, self.creation_schema(name), external=True)
            self.types[found.schema or "", found.name] = found
        return TypeReference("", found, array)

    def type_object(self, name: Name) -> Object | None:
        """A type, domain, or the row type of a relation, along the search path, or None."""
        for schema in self._path(name, temporary=True):
            found = self.types.get((schema, name.name)) or self.relations.get((schema, name.name))
            if found is not None and found.kind not in {"index", "sequence"}:
                return found
        return None

    def routine(self, kind: str, name: Name, arguments: tuple[TypeName | None, ...] | None) -> Object | None:
        """The routine meant by a name and, unless there is only one, its input types."""
        for schema in self._path(name):
            candidates = [
                routine
                for routine in self.routines.get((schema, name.name), ())
                if kind == "routine"
                or routine.kind == kind
                or (kind == "function" and routine.kind != "procedure")
            ]
            if arguments is None:
                if candidates:
                    return candidates[0]
                continue
            wanted = [str(self.type(argument)) for argument in arguments if argument is not None]
            for routine in candidates:
                if wanted in ([str(a) for a in routine.arguments], routine.facts.get("all_arguments")):
                    return routine
        return None

    def routines_named(self, name: Name) -> list[Object]:
        """All overloads of a name in the first schema of the path that has one."""
        for schema in self._path(name):
            found = self.routines.get((schema, name.name))
            if found:
                return found
        return []

    def other(
        self,
        kind: str,
        name: Name,
        arguments: tuple[TypeName | None, ...] = (),
        method: str | None = None,
    ) -> Object | None:
        """An object of any kind that is not a relation, a type, a routine or a child.

        `method` is the access method of an operator class or family, the server of a user mapping.
        """
        if kind == "schema":
            return self.schemas.get(name.name)
        wanted = tuple(None if argument is None else str(self.type(argument)) for argument in arguments)
        schemas = self._path(name) if kind in SCHEMA_QUALIFIED_KINDS else (None,)
        for schema in schemas:
            for candidate in self.others.get((kind, schema, name.name), ()):
                if method is not None and candidate.facts.get("method", method) != method:
                    continue
                if tuple(None if a is None else str(a) for a in candidate.arguments) == wanted:
                    return candidate
        return None

    def constraint(self, name: str) -> Object | None:
        """A constraint of that name on any relation; of several that of the relation known longest."""
        parents = {id(one.parent): one.parent for one in self._constraints.get(name, ()) if one.parent is not None}
        standing = [parent for parent in parents.values() if self._stands(parent)]
        if len(standing) > 1:
            standing = [one for one in self.relations.values() if id(one) in parents]
        return standing[0].child("table constraint", name) if standing else None

    # Changing

    def add(self, item: Object) -> Object:
        """Put an object where lookups will find it."""
        item.alive = True
        if item.schema == _TEMPORARY or (item.parent is not None and item.parent.temporary):
            item.temporary = True
        if item.schema == _TEMPORARY:
            self._temporaries.append(item)
        if item.parent is not None and item.kind not in RELATION_KINDS:
            item.parent.children[child_key(item.kind), item.name] = item
            if child_key(item.kind) == "constraint":
                key = (item.parent.schema or "", item.name)
                self.constraint_names[key] = self.constraint_names.get(key, 0) + 1
                self._constraints.setdefault(item.name, []).append(item)
        elif item.kind in RELATION_KINDS:
            self.relations[item.schema or "", item.name] = item
        elif item.kind in TYPE_KINDS:
            self.types[item.schema or "", item.name] = item
        elif item.kind in ROUTINE_KINDS:
            self.routines.setdefault((item.schema or "", item.name), []).append(item)
        elif item.kind == "schema":
            self.schemas[item.name] = item
        else:
            self.others.setdefault((item.kind, item.schema, item.name), []).append(item)
        return item

    def remove(self, item: Object) -> None:
        """Take an object out of every lookup; its children and dependents are the caller's affair."""
        item.alive = False
        if item.parent is not None and item.kind not in RELATION_KINDS:
            if item.parent.children.get((child_key(item.kind), item.name)) is item:
                del item.parent.children[child_key(item.kind), item.name]
            if child_key(item.kind) == "constraint":
                key = (item.parent.schema or "", item.name)
                _discard(self._constraints, item.name, item)
                left = self.constraint_names.get(key, 0) - 1
                if left > 0:
                    self.constraint_names[key] = left
                else:
                    self.constraint_names.pop(key, None)
        elif item.kind in RELATION_KINDS:
            if self.relations.get((item.schema or "", item.name)) is item:
                del self.relations[item.schema or "", item.name]
        elif item.kind in TYPE_KINDS:
            if self.types.get((item.schema or "", item.name)) is item:
                del self.types[item.schema or "", item.name]
        elif item.kind in ROUTINE_KINDS:
            _discard(self.routines, (item.schema or "", item.name), item)
        elif item.kind == "schema":
            self.schemas.pop(item.name, None)
        else:
            _discard(self.others, (item.kind, item.schema, item.name), item)

    def move(self, item: Object, *, name: str | None = None, schema: str | None = None) -> None:
        """Rename an object, or put it into another schema."""
        self.remove(item)
        constraints = [c for (key, _), c in item.children.items() if key == "constraint"] if schema else []
        for constraint in constraints:
            self.remove(constraint)
        if name is not None:
            item.name = name
        if schema is not None:
            item.schema = schema
        self.add(item)
        for constraint in constraints:
            self.add(constraint)

    def end_session(self) -> None:
        """What is temporary goes with its session."""
        for item in self._temporaries:
            if item.alive:
                self.remove(item)
        self._temporaries.clear()

    @staticmethod
    def depend(item: Object, on: Object, *, automatic: bool = False) -> None:
        """Note that `item` depends on another object."""
        on.dependents.append((item, automatic))
        item.depends_on.append(on)

    @staticmethod
    def release(item: Object, on: Object) -> None:
        """Let `item` no longer depend on one other object."""
        on.dependents = [(one, automatic) for one, automatic in on.dependents if one is not item]
        item.depends_on = [one for one in item.depends_on if one is not on]

    @staticmethod
    def forget_dependencies(item: Object) -> None:
        """Let `item` depend on nothing, because its definition is replaced."""
        for on in item.depends_on:
            on.dependents = [(one, automatic) for one, automatic in on.dependents if one is not item]
        item.depends_on = []

    def taken_along(self, item: Object, *, cascade: bool) -> list[Object]:
        """What goes when `item` is dropped, itself first, each once."""
        gone: dict[int, Object] = {}
        work = [item]
        while work:
            current = work.pop(0)
            if id(current) in gone or not current.alive:
                continue
            gone[id(current)] = current
            work.extend(current.children.values())
            work.extend(d for d, automatic in current.dependents if d.alive and (automatic or cascade))
            if current.kind == "schema":
                work.extend(self.in_schema(current.name))
        return list(gone.values())

    def in_schema(self, schema: str) -> list[Object]:
        """Everything that lives directly in a schema."""
        found = [r for (s, _), r in self.relations.items() if s == schema]
        found += [t for (s, _), t in self.types.items() if s == schema]
        found += [r for (s, _), routines in self.routines.items() if s == schema for r in routines]
        found += [o for (_, s, _), others in self.others.items() if s == schema for o in others]
        return found

    def everything(self) -> Iterator[Object]:
        """Every object alive that the history made, children included."""
        roots: list[Object] = [*self.relations.values(), *self.types.values(), *self.schemas.values()]
        roots += [r for routines in self.routines.values() for r in routines]
        roots += [o for others in self.others.values() for o in others]
        for root in roots:
            if not root.external:
                yield root
            yield from (child for child in root.children.values() if not child.external)

    def relation_name_taken(self, schema: str) -> _Taken:
        """Whether a name is used by a relation of a schema, for choosing another."""
        return _Taken(self, schema, relations=True, constraints=False)

    def constraint_name_taken(self, schema: str, *, relations: bool = False) -> _Taken:
        """Whether a name is used by a constraint of a schema (with `relations`: or by a relation)."""
        return _Taken(self, schema, relations=relations, constraints=True)

    # Private

    def _stands(self, relation: Object) -> bool:
        return self.relations.get((relation.schema or "", relation.name)) is relation

    def _path(self, name: Name, *, temporary: bool = False) -> tuple[str, ...]:
        if name.schema is not None:
            return (name.schema,)
        # Temporary relations hide all others of their name; functions are never looked up among them.
        return (_TEMPORARY, *self.search_path) if temporary else self.search_path


@dataclass(frozen=True, slots=True)
class _Taken:
    catalog: Catalog
    schema: str
    relations: bool
    constraints: bool

    def __call__(self, name: str) -> bool:
        key = (self.schema, name)
        return (self.relations and key in self.catalog.relations) or (
            self.constraints and key in self.catalog.constraint_names
        )


def _discard(table: dict[Any, list[Object]], key: Any, item: Object) -> None:
    items = table.get(key)
    if items and item in items:
        items.remove(item)
        if not items:
            del table[key]
