"""What a rule over bodies may ask about: routines, tables with their columns, triggers, views, rules, keys.

Made from a snapshot, in which PostgreSQL itself has resolved every name; or, where the history could not be
replayed, from the history alone, which knows less and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from auditor.bodies.names import UNKNOWN, Columns
from auditor.bodies.references import query_columns
from auditor.bodies.routines import Routine
from auditor.contract.arbiters import Candidate
from auditor.model import ObjectId, OwnerClass
from auditor.model.change import Name
from auditor.sql import UnreadableSql, grammar
from auditor.sql.names import own_name, qualified, split_name
from auditor.sql.tree import Node

ROUTINES = ("function", "procedure")
TABLES = ("table", "foreign table", "view", "materialized view")


@dataclass(frozen=True, slots=True)
class TriggerFacts:
    """A trigger.

    Attributes:
        table: identity of its table or view.
        function: identity of its function, with `()`.
        events: among `insert`, `update`, `delete`, `truncate`.
        timing: `before`, `after`, `instead of`.
        row: FOR EACH ROW.
        enabled: False if it is switched off.
        transition_tables: names of REFERENCING.
    """

    id: ObjectId
    table: str
    function: str
    events: tuple[str, ...] = ()
    timing: str = "after"
    row: bool = True
    enabled: bool = True
    transition_tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    """One catalog, seen by the rules.

    Attributes:
        routines: functions and procedures, by kind and identity.
        tables: identity -> kind, of tables, views, materialized views, foreign tables.
        table_columns: identity -> columns, where they are known.
        triggers: all.
        views: identity -> the query as text, of views and materialized views.
        rules: (rule, table, CREATE RULE) of rewrite rules.
        keys_of: the unique keys of a table that ON CONFLICT may infer; None if they are not known.
        constraints: identities of keys and exclusion constraints, which ON CONFLICT may name; None if not known.
        mentioned: texts of defaults, checks, policies, index expressions: what may call a function.
        composite_types: identities of composite types.
        class_of: the class of an object.
        default_path: where names without a schema are looked up.
        whole: False if the catalog holds only a part.
        source: `replay`, `live` or `history`: for messages.
    """

    routines: Mapping[ObjectId, Routine]
    tables: Mapping[str, str]
    table_columns: Mapping[str, Columns]
    triggers: tuple[TriggerFacts, ...]
    views: Mapping[str, str]
    rules: tuple[tuple[ObjectId, str, str], ...]
    keys_of: Callable[[str], list[Candidate]] | None
    constraints: frozenset[str] | None
    mentioned: tuple[tuple[ObjectId, str], ...]
    composite_types: frozenset[str]
    class_of: Callable[[ObjectId], OwnerClass]
    default_path: tuple[str, ...] = ("public",)
    whole: bool = True
    source: str = "replay"
    _view_columns: dict[str, Columns] = field(default_factory=dict, repr=False)

    # Names

    def find_table(self, name: Name, path: tuple[str, ...] | None) -> str | None:
        """The identity of the relation that a name means.

        Args:
            name: as written in a body.
            path: the routine's own search path; None: that of the session, so that a relation whose name no
                other one has is meant wherever it lies.
        """
        if name.schema is not None:
            identity = qualified(name.schema, name.name)
            return identity if identity in self.tables else None
        for schema in path if path is not None else self.default_path:
            identity = qualified(schema, name.name)
            if identity in self.tables:
                return identity
        if path is not None:
            return None
        others = self._by_name.get(name.name, ())
        return others[0] if len(others) == 1 else None

    def find_routines(self, name: Name, path: tuple[str, ...] | None) -> list[Routine]:
        """All overloads that a name may mean."""
        if name.schema is not None:
            return self._routines_by_name.get((name.schema, name.name), [])
        for schema in path if path is not None else self.default_path:
            found = self._routines_by_name.get((schema, name.name))
            if found:
                return found
        if path is not None:
            return []
        anywhere = [found for (_, one), found in self._routines_by_name.items() if one == name.name]
        return anywhere[0] if len(anywhere) == 1 else []

    def columns(self, identity: str) -> Columns:
        """The columns of a relation; those of a view are read from its query."""
        known = self.table_columns.get(identity)
        if known is not None:
            return known
        if identity not in self.views:
            return UNKNOWN
        if identity not in self._view_columns:
            self._view_columns[identity] = UNKNOWN  # a view of itself ends here
            self._view_columns[identity] = self._columns_of_view(self.views[identity])
        return self._view_columns[identity]

    def columns_in(self, routine: Routine) -> Callable[[Name], Columns]:
        """What the relations that a routine's body names have as columns."""
        local = self._transition_columns(routine)

        def columns(name: Name) -> Columns:
            if name.schema is None and name.name in local:
                return local[name.name]
            identity = self.find_table(name, routine.search_path)
            return self.columns(identity) if identity is not None else UNKNOWN

        return columns

    def function_columns_in(self, routine: Routine) -> Callable[[Name], Columns | None]:
        """What the functions that a routine's body names give in FROM."""

        def columns(name: Name) -> Columns | None:
            found = self.find_routines(name, routine.search_path)
            return self._result_columns(found[0]) if len(found) == 1 else UNKNOWN

        return columns

    def is_row_type(self, routine: Routine) -> Callable[[str], bool]:
        """Whether a type as written in a routine's body is a composite one."""

        def is_row(written: str) -> bool:
            if written.lower().rstrip().endswith("%rowtype"):
                return True
            parts = split_name(written)
            if not parts or len(parts) > 2 or "%" in written or "(" in written or "[" in written:
                return False
            name = Name(parts[-1], parts[-2] if len(parts) == 2 else None)
            if self.find_table(name, routine.search_path) is not None:
                return True
            schemas = (name.schema,) if name.schema else (routine.search_path or self.default_path)
            return any(qualified(schema, name.name) in self.composite_types for schema in schemas)

        return is_row

    def triggers_of(self, routine: Routine) -> list[TriggerFacts]:
        """The triggers that call a function."""
        return [trigger for trigger in self.triggers if trigger.function == routine.id.identity]

    # Private

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for identity in self.tables:
            found.setdefault(split_name(identity)[-1], []).append(identity)
        return found

    @cached_property
    def _routines_by_name(self) -> dict[tuple[str, str], list[Routine]]:
        found: dict[tuple[str, str], list[Routine]] = {}
        for routine in self.routines.values():
            parts = _routine_parts(routine.id.identity)
            if len(parts) == 2:
                found.setdefault((parts[0], parts[1]), []).append(routine)
        return found

    def _transition_columns(self, routine: Routine) -> dict[str, Columns]:
        found: dict[str, Columns] = {}
        for trigger in self.triggers_of(routine):
            for name in trigger.transition_tables:
                columns = self.columns(trigger.table)
                if name in found and found[name] != columns:
                    columns = UNKNOWN  # one function for the triggers of several tables
                found[name] = columns
        return found

    def _columns_of_view(self, text: str) -> Columns:
        statement = parsed(text)
        if statement is None:
            return UNKNOWN

        def relation(name: Name) -> Columns:
            identity = self.find_table(name, None)
            return self.columns(identity) if identity is not None else UNKNOWN

        return query_columns(statement, relation, lambda _: UNKNOWN)

    def _result_columns(self, routine: Routine) -> Columns | None:
        """Columns of a function in FROM: its result columns, those of its row type, or None for one value."""
        outputs = [one.name for one in routine.definition.arguments if one.mode in "obt"]
        if outputs:
            names = tuple(name for name in outputs if name)
            return Columns(names, complete=len(names) == len(outputs))
        returned = routine.definition.returns
        if returned is None or returned.name == "record":
            return UNKNOWN
        identity = self.find_table(Name(returned.name, returned.schema), None)
        if identity is not None:
            return self.columns(identity)
        return None if returned.schema == "pg_catalog" else UNKNOWN


def parsed(text: str) -> Node | None:
    """The only statement of a text, or None."""
    try:
        statements = grammar.parse(text)
    except UnreadableSql:
        return None
    return statements[0]["stmt"] if len(statements) == 1 else None


def column_name(identity: str) -> str:
    """`events` of `public.documents.events`, unquoted."""
    parts = split_name(identity)
    return parts[-1] if parts else identity


def routines_in(scene: Scene, classes: Iterable[OwnerClass] | None = None) -> Iterator[Routine]:
    """The routines of a scene whose bodies can be asked, in order of identity."""
    wanted = frozenset(classes) if classes is not None else None
    for item in sorted(scene.routines):
        routine = scene.routines[item]
        if wanted is None or routine.owner_class in wanted:
            yield routine


def _routine_parts(identity: str) -> list[str]:
    """Schema and name of `app.f(integer)`, unquoted."""
    parts = split_name(identity)
    return [*parts[:1], own_name(identity)] if len(parts) > 1 else parts
