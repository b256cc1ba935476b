"""Snapshots as JSON: what is written is read back, and what is wrong is said with file and reason."""

from __future__ import annotations

import dataclasses
import json
import random
import typing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.catalog.kinds import KINDS
from auditor.catalog.snapshot_file import FIRST_KINDS, dump, load
from auditor.errors import ConfigurationError
from auditor.model import CatalogObject, Snapshot

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def objects() -> st.SearchStrategy[CatalogObject]:
    return st.one_of([st.builds(kind, **fields(kind)) for kind in KINDS])


def fields(kind: type[CatalogObject]) -> dict[str, st.SearchStrategy[Any]]:
    strategies: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXT,
        int: st.integers(-(2**63), 2**63 - 1),
        bool: st.booleans(),
        float: st.floats(0, 1e6),
        list[str]: st.lists(TEXT, max_size=3),
        type(None): st.none(),
    }
    hints = typing.get_type_hints(kind)
    return {
        field.name: st.one_of(
            [strategies[option] for option in (typing.get_args(hints[field.name]) or (hints[field.name],))]
            if hints[field.name] != list[str]
            else strategies[list[str]]
        )
        for field in dataclasses.fields(kind)
    }


SNAPSHOTS = st.builds(
    lambda version, items, role, unread: Snapshot(version, {item.id: item for item in items}, role, tuple(unread)),
    st.integers(150000, 190000),
    st.lists(objects(), max_size=6),
    st.none() | TEXT,
    st.lists(st.tuples(TEXT, TEXT), max_size=2),
)


@settings(deadline=None)
@given(SNAPSHOTS)
def test_what_is_written_is_read_back(snapshot: Snapshot) -> None:
    assert load(dump(snapshot)) == snapshot


@settings(deadline=None)
@given(SNAPSHOTS, st.randoms(use_true_random=False))
def test_the_text_does_not_depend_on_the_order(snapshot: Snapshot, chance: random.Random) -> None:
    items = list(snapshot.objects.items())
    chance.shuffle(items)
    assert dump(dataclasses.replace(snapshot, objects=dict(items))) == dump(snapshot)


def schema(**changes: Any) -> dict[str, Any]:
    return {"kind": "schema", "identity": "app", "owner": "o", "privileges": [], "comment": None} | changes


def file(*items: Any, **changes: Any) -> str:
    return json.dumps({"version": 1, "server_version_num": 180006, "objects": list(items)} | changes)


def test_the_form_that_is_promised() -> None:
    snapshot = dataclasses.replace(load(file(schema(comment="für alle"))), unread=(), lacking=frozenset())
    assert json.loads(dump(snapshot)) == {
        "version": 1,
        "server_version_num": 180006,
        "migration_role": None,
        "unread": [],
        "kinds": {kind.KIND: [field.name for field in dataclasses.fields(kind)] for kind in KINDS},
        "objects": [
            {"kind": "schema", "identity": "app", "owner": "o", "privileges": [], "comment": "für alle"},
        ],
    }
    assert "für alle" in dump(snapshot)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1:1: no JSON: Expecting value"),
        ('{"version": 1,\n "objects": [}', ":2:14: no JSON: Expecting value"),
        ("[]", ": no snapshot: expected an object with version, server_version_num and objects"),
        ("[" * 100_000, ": no snapshot: nested too deeply"),
        (file(version=2), ": a snapshot of version 2; this program reads version 1"),
        (file(objects=3), ": no snapshot: Expected `array`, got `int` - at `$.objects`"),
        (file(7), ": no snapshot: Expected `object`, got `int` - at `$.objects[0]`"),
        (file(server_version_num=""), ": no snapshot: Expected `int`, got `str` - at `$.server_version_num`"),
        (file(schema(kind="shape")), ": object 1 (shape app): 'shape' is no kind that a snapshot holds"),
        (
            file(schema(kind="shape"), kinds={"shape": ["identity"]}),
            ": object 1 (shape app): 'shape' is no kind that a snapshot holds, of a later version of this program",
        ),
        (
            file({"kind": "schema", "identity": "a", "owner": "o"}, kinds={"schema": ["owner", "comment"]}),
            ": object 1 (schema a): Object missing required field `comment`",
        ),
        (file(schema(kind=None)), ": object 1 (None app): None is no kind that a snapshot holds"),
        (file(schema(colour=1)), ": object 1 (schema app): unknown field 'colour'"),
        (file(schema(owner=None)), ": object 1 (schema app): Expected `str`, got `null` - at `$.owner`"),
        (file(schema(privileges="")), ": object 1 (schema app): Expected `array`, got `str` - at `$.privileges`"),
        (file({"kind": "schema"}), ": object 1 (schema): Object missing required field `identity`"),
        (file(schema(), schema()), ": object 2: schema app stands there twice"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(text, "old.json")
    assert str(raised.value) == f"old.json{message}"
    assert raised.value.exit_code == 2


def test_every_problem_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(file(schema(owner=1), schema(identity="b"), schema(kind="x")))
    assert len(raised.value.problems) == 2


def test_what_an_older_program_did_not_read_is_said() -> None:
    old = load(file(schema(), {"kind": "extension", "identity": "e", "schema": "app", "version": "1"}))
    assert {kind for kind, _ in old.unread} == {kind.KIND for kind in KINDS} - FIRST_KINDS
    assert ("extension", "owner") in old.lacking
    assert ("extension", "version") not in old.lacking
    again = load(dump(old))
    assert (again.objects, again.lacking) == (old.objects, old.lacking)
    assert dict(again.unread) == dict(old.unread)

    newer = file({"kind": "schema", "identity": "app", "owner": "o"}, kinds={"schema": ["owner"]})
    assert load(newer).lacking == {("schema", "privileges"), ("schema", "comment")}
    assert {kind for kind, _ in load(newer).unread} == {kind.KIND for kind in KINDS} - {"schema"}
