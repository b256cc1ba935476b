"""The generic comparison: every field of every kind, roles, parents."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.catalog.kinds import BY_KIND, KINDS
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.trigger import Trigger
from auditor.comparison.bodies import body_diff, body_hash, differs_in_layout_only
from auditor.comparison.snapshots import compare
from auditor.model import CatalogObject, Comparison, ObjectId, Snapshot


def sample(kind: type[CatalogObject], **given: Any) -> CatalogObject:
    """An object of a kind with a value of the right type in every field."""
    hints = typing.get_type_hints(kind)
    values = {f.name: given.get(f.name, value_of(hints[f.name])) for f in dataclasses.fields(kind)}
    return kind(**values)


def value_of(hint: Any, variant: int = 0) -> Any:
    if isinstance(hint, types.UnionType):
        options = [option for option in typing.get_args(hint) if option is not type(None)]
        return value_of(options[0], variant)
    if typing.get_origin(hint) is list:
        return [f"item {variant}"]
    return {str: f"text{variant}", int: variant + 1, float: variant + 1.5, bool: variant % 2 == 1}[hint]


def snapshot(*objects: CatalogObject, role: str | None = None) -> Snapshot:
    return Snapshot(180006, {item.id: item for item in objects}, migration_role=role)


FIELDS = [(kind, field.name) for kind in KINDS for field in dataclasses.fields(kind) if field.name != "identity"]


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda value: getattr(value, "KIND", value))
def test_one_field_of_one_object_is_one_comparison_of_that_field(kind: type[CatalogObject], field: str) -> None:
    before = sample(kind, identity="public.one")
    other = sample(kind, identity="public.other")
    changed = dataclasses.replace(before, **{field: value_of(typing.get_type_hints(kind)[field], 1)})

    (comparison,) = compare(snapshot(before, other), snapshot(changed, other))

    assert comparison.object == before.id
    assert list(comparison.changes) == [field]
    assert comparison.changes[field] == (getattr(before, field), getattr(changed, field))
    assert (comparison.expected, comparison.actual, comparison.under) == (before, changed, None)


identities = st.text("abcdef_.", min_size=1, max_size=12)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    objects = {}
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=8)):
        hints = typing.get_type_hints(kind)
        values = {
            field.name: value_of(hints[field.name], draw(st.integers(0, 3)))
            for field in dataclasses.fields(kind)
            if field.name != "identity"
        }
        item = kind(identity=draw(identities), **values)
        objects[item.id] = item
    return Snapshot(180006, objects, migration_role=draw(st.sampled_from([None, "text0", "text1"])))


@given(snapshots())
@settings(max_examples=60, deadline=None)
def test_a_snapshot_is_the_same_as_itself(one: Snapshot) -> None:
    assert compare(one, one) == []


@given(snapshots(), snapshots())
@settings(max_examples=60, deadline=None)
def test_turned_round_it_says_the_same_the_other_way(one: Snapshot, other: Snapshot) -> None:
    there = {(_name(c), frozenset(c.changes), c.expected, c.actual) for c in _hashable(compare(one, other))}
    back = {(_name(c), frozenset(c.changes), c.actual, c.expected) for c in _hashable(compare(other, one))}
    assert there == back


def _name(comparison: Comparison) -> ObjectId:
    """The object; what has another name on each side is called as on the actual one."""
    relative = {"database", "default acl", "role", "user mapping"}
    return ObjectId(comparison.object.kind, "") if comparison.object.kind in relative else comparison.object


def _hashable(comparisons: list[Any]) -> list[Any]:
    return [
        dataclasses.replace(
            one,
            expected=one.expected.id if one.expected else None,
            actual=one.actual.id if one.actual else None,
        )
        for one in comparisons
    ]


@given(snapshots(), st.data())
@settings(max_examples=60, deadline=None)
def test_one_change_anywhere_is_one_comparison(one: Snapshot, data: st.DataObject) -> None:
    if not one.objects:
        return
    item = data.draw(st.sampled_from(list(one.objects.values())))
    # A user mapping's identity is made of the rest of it: one of another role is another.
    its_name = {"identity"} | ({"role", "server"} if item.KIND == "user mapping" else set())
    names = [field.name for field in dataclasses.fields(item) if field.name not in its_name]
    if not names:
        return
    field = data.draw(st.sampled_from(names))
    changed = dataclasses.replace(item, **{field: value_of(typing.get_type_hints(type(item))[field], 9)})
    if changed == item:
        return
    after = dataclasses.replace(one, objects={**one.objects, item.id: changed})

    (comparison,) = compare(one, after)

    assert (comparison.object, list(comparison.changes)) == (item.id, [field])


def test_missing_and_extra_objects_are_told_with_their_parent() -> None:
    table = sample(BY_KIND["table"], identity="public.t", partition_of=None)
    column = sample(BY_KIND["table column"], identity="public.t.c", table="public.t", table_kind="table")
    index = sample(
        Index, identity="public.i", table="public.t", table_kind="table", keys=["c DESC"], partition_of=None
    )
    empty = snapshot()

    missing = {c.object: c.under for c in compare(snapshot(table, column, index), empty)}
    extra = {c.object: (c.expected, c.under) for c in compare(empty, snapshot(table, column, index))}

    assert missing == {table.id: None, column.id: table.id, index.id: table.id}
    assert extra == {table.id: (None, None), column.id: (None, table.id), index.id: (None, table.id)}


@pytest.mark.parametrize("key", ["c", "c DESC NULLS LAST", 'c COLLATE "C"'])
def test_an_index_goes_with_its_column(key: str) -> None:
    table = sample(BY_KIND["table"], identity="public.t", partition_of=None)
    column = sample(BY_KIND["table column"], identity="public.t.c", table="public.t", table_kind="table")
    index = sample(
        Index, identity="public.i", table="public.t", table_kind="table", keys=[key], include=[], partition_of=None
    )

    missing = {c.object: c.under for c in compare(snapshot(table, column, index), snapshot(table))}

    assert missing == {column.id: None, index.id: column.id}


def test_an_index_on_an_expression_is_not_said_to_hang_on_a_column_of_that_name() -> None:
    column = sample(BY_KIND["table column"], identity="public.t.lower", table="public.t", table_kind="table")
    index = sample(
        Index,
        identity="public.i",
        table="public.t",
        table_kind="table",
        keys=["lower(name)"],
        include=[],
        partition_of=None,
    )

    missing = {c.object: c.under for c in compare(snapshot(column, index), snapshot())}

    assert missing == {column.id: None, index.id: None}


def test_a_trigger_goes_with_its_function() -> None:
    function = sample(BY_KIND["function"], identity="public.f()")
    trigger = sample(
        Trigger, identity="tg on public.t", table="public.t", table_kind="table", function="public.f()"
    )

    missing = {c.object: c.under for c in compare(snapshot(function, trigger), snapshot())}

    assert missing == {function.id: None, trigger.id: function.id}


def test_the_migration_role_may_have_another_name() -> None:
    def side(role: str) -> Snapshot:
        table = sample(
            BY_KIND["table"], identity="public.t", owner=role, privileges=[f"{role}: SELECT", "owner: SELECT"]
        )
        policy = sample(BY_KIND["policy"], identity="p on public.t", roles=[role, "reader"])
        default = sample(BY_KIND["default acl"], identity=f"for role {role} in schema public on tables", role=role)
        return snapshot(table, policy, default, role=role)

    assert compare(side("postgres"), side("zoe")) == []
    assert compare(side("postgres"), dataclasses.replace(side("zoe"), migration_role="postgres")) != []


def test_an_owner_that_is_not_the_migration_role_is_a_difference() -> None:
    table = sample(BY_KIND["table"], identity="public.t", owner="postgres")
    expected = snapshot(table, role="postgres")

    (comparison,) = compare(expected, snapshot(table, role="app"))

    assert comparison.changes == {"owner": ("postgres", "postgres")}


def test_only_what_is_selected_is_compared() -> None:
    one, other = sample(BY_KIND["schema"], identity="one"), sample(BY_KIND["schema"], identity="other")

    found = compare(snapshot(one, other), snapshot(), select=lambda item: item.identity == "one")

    assert [c.object for c in found] == [ObjectId("schema", "one")]


def test_what_two_servers_print_differently_can_be_called_equal() -> None:
    before = sample(BY_KIND["view"], identity="public.v", definition="SELECT 1")
    after = dataclasses.replace(before, definition="SELECT  1")

    def forgiving(item: CatalogObject, field: str, expected: Any, actual: Any) -> bool:
        return field == "definition" and "".join(expected.split()) == "".join(actual.split())

    assert compare(snapshot(before), snapshot(after), equal=forgiving) == []
    assert len(compare(snapshot(before), snapshot(after))) == 1


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("BEGIN RETURN new; END", "begin\n  return NEW; -- as before\nend", True),
        ("BEGIN x := 'Done'; END", "BEGIN x := 'done'; END", False),
        ('BEGIN "X" := 1; END', 'BEGIN "x" := 1; END', False),
        ("BEGIN x := 1; END", "BEGIN x := 1; /* and */ y := 2; END", False),
        ("BEGIN x := 'a", "BEGIN x  := 'a", False),
        ("a", "a", False),
    ],
)
def test_layout_is_told_apart(left: str, right: str, same: bool) -> None:
    assert differs_in_layout_only(left, right) is same


def test_bodies_have_a_hash_and_a_diff() -> None:
    assert body_hash("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert body_diff("a\nb\n", "a\nc\n", "0001", "live") == "--- 0001\n+++ live\n@@ -1,2 +1,2 @@\n a\n-b\n+c"
