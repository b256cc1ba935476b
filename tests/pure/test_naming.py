"""Names as PostgreSQL chooses them; the same rules against a real server are in tests/database."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditor.history.naming import choose_name, clip, index_column_names, make_object_name, name_addition

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=80)


@given(names, names | st.none(), st.sampled_from(["pkey", "idx", "not_null"]))
def test_a_made_name_fits_and_ends_with_its_label(one: str, two: str | None, label: str) -> None:
    made = make_object_name(one, two, label)
    assert len(made.encode()) <= 63
    assert made.endswith(f"_{label}")


@given(names)
def test_clipping_never_cuts_a_character(name: str) -> None:
    assert name.startswith(clip(name))
    assert len(clip(name).encode()) <= 63


@given(st.lists(names | st.none(), min_size=1, max_size=8))
def test_key_names_are_distinct_and_fit(written: list[str | None]) -> None:
    chosen = index_column_names([clip(name) if name else None for name in written])
    assert len(set(chosen)) == len(written)
    assert all(len(name.encode()) <= 63 for name in chosen)


def test_the_longer_name_is_cut() -> None:
    made = make_object_name("t" * 10, "c" * 80, "check")
    assert made == "t" * 10 + "_" + "c" * 46 + "_check"


def test_a_number_is_put_behind_the_label_until_the_name_is_free() -> None:
    taken = {"t_a_idx", "t_a_idx1"}
    assert choose_name("t", "a", "idx", taken.__contains__) == "t_a_idx2"


def test_expressions_without_a_name_are_numbered() -> None:
    assert index_column_names([None, None, "lower", "lower"]) == ["expr", "expr1", "lower", "lower1"]


def test_the_column_part_ends_once_it_is_long_enough() -> None:
    assert name_addition(["a" * 40, "b" * 40, "c"]) == "a" * 40 + "_" + "b" * 40
