"""The kinds: registered, paired with their queries, and compared in every field."""

from __future__ import annotations

import dataclasses
import re
import typing
from pathlib import Path
from typing import Any

import pytest

from auditor.catalog import kinds
from auditor.catalog.identity import names_in
from auditor.catalog.kinds import BY_KIND, KINDS
from auditor.catalog.reader import _query_of, _sql
from auditor.model import CatalogObject, ObjectId

FOLDER = Path(kinds.__file__).parent


def sample(kind: type[CatalogObject]) -> CatalogObject:
    """An object with some value of the right type in every field."""
    return kind(**{name: value(hint, 0) for name, hint in hints(kind).items()})


def hints(kind: type[CatalogObject]) -> dict[str, Any]:
    found = typing.get_type_hints(kind)
    return {field.name: found[field.name] for field in dataclasses.fields(kind)}


def value(hint: Any, number: int) -> Any:
    """A value of a field's type; another one for another number."""
    values: dict[Any, Any] = {
        str: f"text {number}",
        bool: bool(number),
        int: number,
        float: float(number),
        list[str]: [f"item {number}"],
    }
    options = typing.get_args(hint) if type(None) in typing.get_args(hint) else (hint,)
    return values[options[0]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
def test_a_change_of_any_field_is_a_change_of_that_field(kind: type[CatalogObject]) -> None:
    item = sample(kind)
    for name, hint in hints(kind).items():
        if name == "identity":
            continue
        changed = dataclasses.replace(item, **{name: value(hint, 1)})
        assert changed != item
        assert changed.id == item.id
        assert [field for field, old in item.values().items() if changed.values()[field] != old] == [name]
    assert dataclasses.replace(item) == item


def test_no_field_is_left_out_of_a_comparison() -> None:
    for kind in KINDS:
        assert {field.name for field in dataclasses.fields(kind) if not field.compare} == set()
        assert set(sample(kind).values()) == {field.name for field in dataclasses.fields(kind)} - {"identity"}


def test_every_file_is_registered() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    queries = {path.name.split(".")[0] for path in FOLDER.glob("*.sql")}
    assert modules == queries == {_query_of(kind) for kind in KINDS}
    assert len(BY_KIND) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
def test_every_kind_says_what_its_fields_are(kind: type[CatalogObject]) -> None:
    documented = "".join(base.__doc__ or "" for base in kind.__mro__) + (kinds.__doc__ or "")
    plain = {"identity", "comment", "owner", "privileges"}
    undocumented = [
        name
        for name in hints(kind)
        if name not in plain and f"{name}:" not in documented and f"{name}," not in documented
    ]
    assert undocumented == [] or kind.KIND == "extension"


def test_the_query_of_the_newest_version_not_above_the_server() -> None:
    assert _sql("publication", 17) == _sql("publication", 15) == (FOLDER / "publication.sql").read_text("utf-8")
    assert (
        _sql("publication", 18) == _sql("publication", 19) == (FOLDER / "publication.pg18.sql").read_text("utf-8")
    )
    assert _sql("policy", 18) == (FOLDER / "policy.sql").read_text("utf-8")


@pytest.mark.parametrize("path", sorted(FOLDER.parent.rglob("*.sql")), ids=lambda path: path.name)
def test_queries_read_the_system_catalog_only(path: Path) -> None:
    """Every relation is pg_catalog's, so that no temporary table and no search_path comes in between."""
    text = re.sub("--.*", "", path.read_text("utf-8"))
    assert ";" not in text
    own = set(re.findall(r"(?:with|,)\s+(\w+)(?:\([\w, ]+\))? as (?:materialized )?\(", text))
    read = set(re.findall(r"\b(?:from|join) (?!lateral)([\w.]+)(?![\w.]*\()", text))
    assert {name for name in read - own if not name.startswith("pg_catalog.")} == (
        {"cron.job"} if path.name == "cron_job.sql" else set()
    )
    assert read - own


@pytest.mark.parametrize("name", ["table_constraint", "publication"])
def test_versions_of_a_query_differ_where_they_have_to(name: str) -> None:
    old, new = _sql(name, 17).splitlines(), _sql(name, 18).splitlines()
    assert len(old) == len(new)
    differing = [(before, after) for before, after in zip(old[1:], new[1:], strict=True) if before != after]
    assert 1 <= len(differing) <= 2
    for before, after in differing:
        assert before.split(" as ")[-1] == after.split(" as ")[-1]


def test_parents() -> None:
    def parent(kind: str, **fields: str | None) -> ObjectId | None:
        return dataclasses.replace(sample(BY_KIND[kind]), **fields).parent

    assert parent("trigger", table="s.v", table_kind="view") == ObjectId("view", "s.v")
    assert parent("foreign table column", table="s.f", table_kind="foreign table") == ObjectId(
        "foreign table", "s.f"
    )
    assert parent("domain constraint", domain="s.d") == ObjectId("type", "s.d")
    assert parent("sequence", owned_by="s.t.c") == ObjectId("table column", "s.t.c")
    assert parent("sequence", owned_by=None) is None
    assert parent("table", partition_of="s.p") == ObjectId("table", "s.p")
    assert parent("table", partition_of=None) is None
    assert parent("function") is None


@pytest.mark.parametrize(
    ("identity", "names", "rest"),
    [
        ("public.t", ("public", "t"), ""),
        ('public."A.b ""c"""."d e"', ("public", 'A.b "c"', "d e"), ""),
        ("public.f(integer,public.mood)", ("public", "f"), "(integer,public.mood)"),
        ("t_pkey on public.t", ("t_pkey",), " on public.t"),
        ('" on " on public.t', (" on ",), " on public.t"),
        ("", (), ""),
        ("public.", ("public",), ""),
        ('"open', (), '"open'),
    ],
)
def test_names_in_an_identity(identity: str, names: tuple[str, ...], rest: str) -> None:
    assert names_in(identity) == (names, rest)
