"""What differs between two snapshots: one generic comparison for every kind of object.

Both sides are dictionaries of the same values, so that the whole is: what is only here, what is only there,
and for what is on both sides every field that is not equal. Three things make a difference that is none:

- a name of the role that ran the migrations. It is `postgres` here and `app_owner` there; owner, grantees and
  policies are compared with its name replaced by one placeholder on each side;
- what follows from a parent. A column of a table that is not there is told with the table
  (:attr:`~auditor.model.Comparison.under`), and so is the index of a column that is gone;
- what one side does not know: a field or a kind that the file of a snapshot lacks, or what lies beyond a replay
  (:mod:`auditor.comparison.beyond`);
- what two spellings have in common, or two server versions print differently, carry or know (a privilege).
  `equal` may say more.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from auditor.catalog.identity import names_in
from auditor.catalog.kinds import KINDS
from auditor.catalog.kinds.default_acl import DefaultAcl
from auditor.catalog.kinds.event_trigger import EventTrigger
from auditor.catalog.kinds.extension import Extension
from auditor.catalog.kinds.function import Function
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.policy import Policy
from auditor.catalog.kinds.rule import Rule
from auditor.catalog.kinds.sequence import Sequence
from auditor.catalog.kinds.statistics_object import StatisticsObject
from auditor.catalog.kinds.table import Table
from auditor.catalog.kinds.table_column import TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.trigger import Trigger
from auditor.catalog.kinds.user_mapping import UserMapping
from auditor.catalog.spelling import without_late_quotes
from auditor.catalog.table_part import TablePart
from auditor.comparison.beyond import beyond_a_replay
from auditor.comparison.dependencies import lost_with, more_needs, types_in
from auditor.model import CatalogObject, Comparison, ObjectId, Snapshot
from auditor.sql.printed import same_printed_expression, same_printed_query

Equal = Callable[[CatalogObject, str, Any, Any], bool]
"""Whether two values of a field mean the same: (expected object, field, expected, actual)."""

MIGRATION_ROLE = "<migration role>"
"""What the role that ran the migrations is called on both sides; no quoted name can be the same."""

DATABASE = "<database>"
"""What the database is called on both sides."""


_EXPRESSIONS = frozenset({"check", "default", "expression", "predicate", "using", "when"})
_QUERIES = frozenset({"definition"})
_VERBATIM = frozenset({"comment", "labels", "options", "settings", "initial_value"})
_LISTS_OF_EXPRESSIONS = frozenset({"elements", "keys", "column_defaults"})
_NAMED = re.compile(r'(?:"(?:[^"]|"")+"|[^"=]+)=')
"""In front of a column's default: its name."""


def equal_in_meaning(expected_object: CatalogObject, field: str, expected: Any, actual: Any) -> bool:  # noqa: ARG001
    """Whether two servers of one version printed two spellings of the same expression."""
    if field == "column_defaults":
        names = [[match[0] for one in side if (match := _NAMED.match(one))] for side in (expected, actual)]
        if names[0] != names[1]:
            return False
        expected, actual = ([_NAMED.sub("", one, count=1) for one in side] for side in (expected, actual))
    if field == "on" and isinstance(expected, str) and isinstance(actual, str):
        return same_printed_expression(f"ROW({expected})", f"ROW({actual})")
    if field in _LISTS_OF_EXPRESSIONS:
        return len(expected) == len(actual) and all(map(same_printed_expression, expected, actual))
    return (
        field in _EXPRESSIONS
        and isinstance(expected, str)
        and isinstance(actual, str)
        and same_printed_expression(expected, actual)
    )


def equal_across_majors(expected_object: CatalogObject, field: str, expected: Any, actual: Any) -> bool:
    """Whether two servers of different versions may have the same, and print or carry it differently."""
    if isinstance(expected_object, Extension) and field == "version":
        return True  # each server carries its own; the report says so
    if field in _QUERIES:
        return same_printed_query(expected, actual)
    if without_late_quotes(expected) == without_late_quotes(actual) and not _is_verbatim(field, expected):
        return True
    return equal_in_meaning(expected_object, field, expected, actual)


def _is_verbatim(field: str, value: Any) -> bool:
    """Whether somebody wrote the text, and not the server: a body, unless it is kept as a parsed statement."""
    return field in _VERBATIM or (field == "body" and not value.startswith(("BEGIN ATOMIC", "RETURN ")))


def compare(
    expected: Snapshot,
    actual: Snapshot,
    *,
    select: Callable[[ObjectId], bool] | None = None,
    equal: Equal | None = None,
    replayed: bool = False,
) -> list[Comparison]:
    """Every object that is not the same on both sides, in order of kind and identity.

    Args:
        expected: what should be.
        actual: what is.
        select: which objects to compare; all if not given.
        equal: decides where values of a field are not equal in text. If not given: :func:`equal_in_meaning`, or
            :func:`equal_across_majors` where the servers' majors differ.
        replayed: whether `expected` is a replay, which knows nothing of what lies beyond it.
    """
    if equal is None:
        equal = equal_in_meaning if _major(expected) == _major(actual) else equal_across_majors
    unknown = frozenset({"MAINTAIN"}) if min(_major(expected), _major(actual)) < 17 else frozenset()
    wanted = _by_relative_id(expected, replayed)
    found = _by_relative_id(actual, replayed)
    lacking = expected.lacking | actual.lacking
    if min(_major(expected), _major(actual)) < 16:
        lacking |= {("subscription", "run_as_owner")}  # 15 has no other way, 16 has it off by default
    incomplete_here, incomplete_there = ({kind for kind, _ in side.unread} for side in (expected, actual))
    left_side, right_side = _Side(expected.migration_role, unknown), _Side(actual.migration_role, unknown)
    comparisons: list[Comparison] = []
    for key in sorted(wanted.keys() | found.keys()):
        left, right = wanted.get(key), found.get(key)
        one = right if right is not None else wanted[key]
        if select is not None and not select(one.id):
            continue
        if (left is None and key.kind in incomplete_here) or (right is None and key.kind in incomplete_there):
            continue
        if left is None or right is None:
            here, there = (expected, actual) if right is None else (actual, expected)
            comparisons.append(Comparison(one.id, left, right, {}, explained_by(one, here, there)))
        elif changes := _changes(left, right, left_side, right_side, equal):
            known = {
                field: values
                for field, values in changes.items()
                if (key.kind, field) not in lacking and not (replayed and beyond_a_replay(left, right, field))
            }
            if known:
                comparisons.append(Comparison(one.id, left, right, known))
    return _with_followers(comparisons, actual)


def explained_by(item: CatalogObject, here: Snapshot, there: Snapshot) -> ObjectId | None:
    """The outermost object that is missing `there` and whose absence explains that of `item`, or None.

    Args:
        item: an object of `here` which is not in `there`.
        here: the snapshot that holds it.
        there: the snapshot that does not.
    """
    outermost: ObjectId | None = None
    seen = {item.id}
    work = [*needs(item), *_origins(item, here)]
    while work:
        need = work.pop(0)
        if need in seen or need in there or need not in here:
            continue
        seen.add(need)
        outermost = need
        work += [*needs(here.objects[need]), *_origins(here.objects[need], here)]
    return outermost


def needs(item: CatalogObject) -> Iterator[ObjectId]:
    """Objects without which this one cannot be: its parent, its columns, its types, a trigger's function.

    Some that are named may be of a kind they are not, or not exist: who asks looks them up.
    """
    if isinstance(item, Trigger | EventTrigger):
        yield ObjectId("function", item.function)
    if isinstance(item, TableConstraint):
        for column in item.columns:
            yield ObjectId(f"{item.table_kind} column", f"{item.table}.{column}")
        if item.references is not None:
            yield ObjectId("table", item.references)
        yield from _columns_in(item, item.expression, item.predicate, *item.elements)
    if isinstance(item, Index):
        if item.partition_of is not None:
            yield ObjectId("index", item.partition_of)
        yield from _columns_in(item, item.predicate, *item.keys, *item.include)
    if isinstance(item, Trigger):
        yield from _columns_in(item, item.when, *item.columns)
    if isinstance(item, Policy):
        yield from _columns_in(item, item.using, item.check)
    if isinstance(item, Rule):
        yield from _columns_in(item, item.definition)
    if isinstance(item, StatisticsObject):
        yield from _columns_in(item, item.on)
    if isinstance(item, Function):
        yield from types_in(f"{item.returns or ''} {item.arguments}")
        yield ObjectId("language", item.language)
    yield from more_needs(item)
    if isinstance(item, TableColumn):
        yield from types_in(item.type)
    if item.parent is not None:
        yield item.parent
    elif schema := _schema_of(item):
        yield ObjectId("schema", schema)


# Private

_FOLLOWING = (("owner", {"owner"}), ("persistence", {"persistence"}), ("type", {"type", "minimum", "maximum"}))
"""A change of the field in a table or column makes PostgreSQL change these of the sequence that it owns."""

_WORD = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")+"(?!\()|(?<!::)\b[a-z_][a-z0-9_$]*(?![a-z0-9_$(])""")
_SPELLED_NAME = r'"(?:[^"]|"")+"|[^".]+'
_COMPARED_FIELDS = {
    kind: tuple(field.name for field in dataclasses.fields(kind) if field.name != "identity") for kind in KINDS
}
_ROLE_FIELDS = frozenset({"owner", "role"})
_PRIVILEGE_FIELDS = frozenset({"privileges", "column_privileges"})
_RELATIVE_FIELDS = _ROLE_FIELDS | _PRIVILEGE_FIELDS | {"roles"}


def _columns_in(item: TablePart, *texts: str | None) -> Iterator[ObjectId]:
    """Columns of the table that the words of some expressions may mean."""
    for text in texts:
        for word in _WORD.findall(text or ""):
            if not word.startswith("'"):
                yield ObjectId(f"{item.table_kind} column", f"{item.table}.{word}")


def _schema_of(item: CatalogObject) -> str | None:
    """The schema, as it is spelled, of an object that lies in one."""
    if isinstance(item, DefaultAcl):
        return item.schema
    own, _ = names_in(item.identity)
    return re.match(_SPELLED_NAME, item.identity)[0] if len(own) > 1 else None  # type: ignore[index]


def _origins(item: CatalogObject, snapshot: Snapshot) -> Iterator[ObjectId]:
    """What an inherited column or constraint, or the index of a partition, is inherited from."""
    if isinstance(item, Index) and item.partition_of is not None:
        yield ObjectId("index", item.partition_of)
    if isinstance(item, TableColumn | TableConstraint) and item.inherited:
        for parent in _parents_of(snapshot.objects.get(ObjectId(item.table_kind, item.table))):
            if isinstance(item, TableColumn):
                yield ObjectId(item.KIND, parent + item.identity.removeprefix(item.table))
            else:
                yield ObjectId(item.KIND, item.identity.removesuffix(item.table) + parent)


def _parents_of(table: CatalogObject | None) -> list[str]:
    if not isinstance(table, Table):
        return []
    return [table.partition_of] if table.partition_of is not None else table.inherits


def _with_followers(comparisons: list[Comparison], actual: Snapshot) -> list[Comparison]:
    """The same, where what only followed a change of something else is said to be under it."""
    changed = {comparison.object: comparison.changes for comparison in comparisons if comparison.changes}
    missing = {one.object: one.under or one.object for one in comparisons if one.actual is None}
    leaders = {item: leader for item in changed if (leader := _leader(item, changed, actual)) is not None}
    for item, changes in changed.items():
        lost = lost_with(actual.objects.get(item), changes)
        if lost and all(one in missing for one in lost):
            leaders[item] = missing[lost[0]]
    return [
        dataclasses.replace(comparison, under=_outermost(comparison.object, leaders))
        if comparison.object in leaders
        else comparison
        for comparison in comparisons
    ]


def _leader(
    object_id: ObjectId, changed: Mapping[ObjectId, Mapping[str, tuple[Any, Any]]], actual: Snapshot
) -> ObjectId | None:
    """The object whose change made PostgreSQL make all those of this one, or None."""
    item, changes = actual.objects.get(object_id), changed[object_id]
    if isinstance(item, Sequence) and item.parent is not None:
        for owner in (item.parent, ObjectId("table", item.parent.identity.rpartition(".")[0])):
            for field, following in _FOLLOWING:
                if field in changed.get(owner, {}) and changes.keys() <= following:
                    return owner
    if isinstance(item, TableColumn | TableConstraint | Index) and changes.keys() <= {"inherited", "partition_of"}:
        table = ObjectId(item.table_kind, item.table)
        if changed.get(table, {}).keys() & {"partition_of", "inherits"}:
            return table
    for origin in _origins(item, actual) if item is not None else ():
        if origin in changed and all(changed[origin].get(name) == values for name, values in changes.items()):
            return origin
    return None


def _outermost(item: ObjectId, leaders: Mapping[ObjectId, ObjectId]) -> ObjectId:
    """The last of a chain of leaders; none leads to itself."""
    while item in leaders:
        item = leaders[item]
    return item


def _by_relative_id(snapshot: Snapshot, replayed: bool) -> dict[ObjectId, CatalogObject]:
    """Objects by identity.

    Default privileges and user mappings of the migration role carry its name in theirs, and so does the role
    itself, unless a replay made roles by their names. A database has another name on each side.
    """
    role = snapshot.migration_role
    databases = sum(1 for item in snapshot.objects if item.kind == "database")
    objects: dict[ObjectId, CatalogObject] = {}
    for item in snapshot.objects.values():
        key = item.id
        if key.kind == "default acl" and role is not None:
            words = key.identity.replace(f"for role {role} ", f"for role {MIGRATION_ROLE} ", 1)
            key = ObjectId(key.kind, words)
        elif isinstance(item, UserMapping) and item.role == role:
            key = ObjectId(key.kind, f"{MIGRATION_ROLE} on server {item.server}")
        elif key.kind == "role" and item.identity == role and not replayed:
            key = ObjectId(key.kind, MIGRATION_ROLE)
        elif key.kind == "database" and databases == 1:
            key = ObjectId(key.kind, DATABASE)
        objects[key] = item
    return objects


@dataclasses.dataclass(frozen=True, slots=True)
class _Side:
    """What to know of a snapshot to compare its values with another's.

    Attributes:
        migration_role: its name here.
        unknown: privileges that one of the two servers does not have (MAINTAIN came with 17).
    """

    migration_role: str | None
    unknown: frozenset[str]


def _major(snapshot: Snapshot) -> int:
    return snapshot.server_version_num // 10_000


def _changes(
    left: CatalogObject, right: CatalogObject, left_side: _Side, right_side: _Side, equal: Equal
) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    for name in _COMPARED_FIELDS[type(left)]:
        expected, actual = getattr(left, name), getattr(right, name)
        if expected == actual and (left_side == right_side or name not in _RELATIVE_FIELDS):
            continue
        if _relative(name, expected, left_side) == _relative(name, actual, right_side):
            continue
        # Two owners of one name are not the same if only one of them is the migration role.
        if expected == actual or not equal(left, name, expected, actual):
            changes[name] = (expected, actual)
    return changes


def _relative(field: str, value: Any, side: _Side) -> Any:
    """The value with the migration role's name replaced by the placeholder."""
    migration_role = side.migration_role
    if field == "privileges":
        value = [text for text in value if text.rpartition(": ")[2].rstrip("*") not in side.unknown]
    if migration_role is None:
        return value
    if field in _ROLE_FIELDS:
        return MIGRATION_ROLE if value == migration_role else value
    if field == "roles":
        return sorted(MIGRATION_ROLE if role == migration_role else role for role in value)
    if field in _PRIVILEGE_FIELDS:
        prefix = f"{migration_role}: "
        return sorted(
            f"{MIGRATION_ROLE}: {text.removeprefix(prefix)}" if text.startswith(prefix) else text for text in value
        )
    return value
