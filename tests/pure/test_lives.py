"""Lives through renames: nothing is copied, and nothing told twice."""

from __future__ import annotations

from auditor.history.lives import Lives
from auditor.model import Effect, Location, ObjectId

PLACE = Location("1.sql")


def rename(lives: Lives, old: str, new: str) -> None:
    effect = Effect("1", PLACE, 1, "rename", ObjectId("table", old), "certain", to=new)
    lives.record(effect, f"ALTER TABLE {old} RENAME TO {new}", None, None)


def create(lives: Lives, name: str) -> None:
    effect = Effect("1", PLACE, 1, "create", ObjectId("table", name), "certain")
    lives.record(effect, f"CREATE TABLE {name} ()", None, None)


def told(lives: Lives, name: str) -> list[str]:
    life = lives.by_id[ObjectId("table", name)]
    return [f"{effect.action} {effect.object.identity}" for effect in life.effects if effect.object is not None]


def test_a_life_goes_on_under_the_new_name_and_ends_under_the_old() -> None:
    lives = Lives()
    create(lives, "a")
    rename(lives, "a", "b")
    old, new = (lives.by_id[ObjectId("table", name)] for name in "ab")
    assert (old.exists, new.exists) == (False, True)
    assert told(lives, "a") == told(lives, "b") == ["create a", "rename a"]
    assert old.definitions == new.definitions
    assert new.last_definition is not None
    assert new.last_effect is not None
    assert new.last_effect.to == "b"


def test_a_name_that_is_taken_again_tells_of_both_but_has_the_definitions_of_the_one() -> None:
    lives = Lives()
    create(lives, "t")
    rename(lives, "t", "t_old")
    create(lives, "t_new")
    rename(lives, "t_new", "t")
    assert told(lives, "t") == ["create t", "rename t", "create t_new", "rename t_new"]
    life = lives.by_id[ObjectId("table", "t")]
    assert [one.text for one in life.definitions] == ["CREATE TABLE t_new ()"]


def test_names_to_and_fro_tell_each_effect_once() -> None:
    lives = Lives()
    create(lives, "a")
    for _ in range(500):
        rename(lives, "a", "b")
        rename(lives, "b", "a")
    assert len(told(lives, "a")) == 1001
    assert len(lives.by_id[ObjectId("table", "a")].definitions) == 1
    assert lives.by_id[ObjectId("table", "b")].last_effect is not None
