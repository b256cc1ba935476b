"""Values changed in a YAML file in place: what is asked for changes, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.declaration.editing import Value, edit_of, edited, in_flow, plain, scalar

AFTER = ("name", "role")


def change(text: str, key: str, value: Value) -> str | None:
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    entry = root.value[0][1].value[0]
    edit = edit_of(text, entry, key, value, AFTER)
    return None if edit is None else edited(text, [edit])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("e:\n  - name: f()  # dear\n    d: old   # why\n", "e:\n  - name: f()  # dear\n    d: NEW   # why\n"),
        ("e:\n- d: 'old'\n  name: f()\n", "e:\n- d: 'NEW'\n  name: f()\n"),
        ('e:\n-   name: f()\n    d: "old"\n', 'e:\n-   name: f()\n    d: "NEW"\n'),
        ("e: [{name: f(), d: old, x: 1}]\n", "e: [{name: f(), d: NEW, x: 1}]\n"),
        ("e:\n  - name: f()  # dear\n    x: 1\n", "e:\n  - name: f()  # dear\n    d: NEW\n    x: 1\n"),
        ("e:\n  - x: 1\n    name: 'f()'\n", "e:\n  - x: 1\n    name: 'f()'\n    d: NEW\n"),
        ("e:\n  - name: f()", "e:\n  - name: f()\n    d: NEW"),
        ("e:\r\n  - name: f()\r\n    x: 1\r\n", "e:\r\n  - name: f()\r\n    d: NEW\r\n    x: 1\r\n"),
        ('e:\n  - {name: "f(a, b)",\n     x: 1}  # t\n', 'e:\n  - {name: "f(a, b)", d: NEW,\n     x: 1}  # t\n'),
        ("e:\n  - name: f()\n    role: r\n\n    # far\n    x: 1\n", "e:\n  - name: f()\n    role: r\n    d: NEW\n\n    # far\n    x: 1\n"),  # noqa: E501
        ("e:\n  - name: f()\n    d: file\n      over lines\n\n# end\n", "e:\n  - name: f()\n    d: NEW\n\n# end\n"),  # noqa: E501
    ],
)  # fmt: skip
def test_a_text_is_put_where_it_belongs(before: str, after: str) -> None:
    assert change(before, "d", "NEW") == after


ROWS = [["a", "1"], ["on", None]]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("e:\n  - {name: t, d: old}\n", "e:\n  - {name: t, d: [[a, 1], ['on', null]]}\n"),
        ("e:\n  - name: t\n    d: [[x, 2]]  # c\n", "e:\n  - name: t\n    d: [[a, 1], ['on', null]]  # c\n"),
        ("e:\n  - name: t\n", "e:\n  - name: t\n    d: [[a, 1], ['on', null]]\n"),
        ("e:\n  - name: t\n    d:\n      - [x, 2]\n      - [y, 2]\n# end\n", "e:\n  - name: t\n    d: [[a, 1], ['on', null]]\n# end\n"),  # noqa: E501
    ],
)  # fmt: skip
def test_rows_are_put_where_they_belong(before: str, after: str) -> None:
    made = change(before, "d", ROWS)
    assert made == after
    assert plain(yaml.compose(made, Loader=yaml.SafeLoader))["e"][0]["d"] == [["a", "1"], ["on", None]]


def test_many_rows_stand_on_their_own_lines() -> None:
    rows = [[f"a name of some length {number}", str(number)] for number in range(9)]
    for before in (
        "e:\n  - name: t\n    x: 1\n",
        "e:\n  - name: t\n    d:\n    - [x, 1]\n    - [y, 1]\n    x: 1\n",
    ):
        made = change(before, "d", rows)
        assert made is not None
        assert "\n      - [a name of some length 8, 8]\n    x: 1\n" in made
        assert plain(yaml.compose(made, Loader=yaml.SafeLoader))["e"][0] == {"name": "t", "d": rows, "x": "1"}


def test_comments_among_rows_are_not_lost() -> None:
    assert change("e:\n  - name: t\n    d:\n      - [x]  # ours\n      - [y]\n", "d", ROWS) is None


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff\ufffe\uffff")
)


@given(TEXTS)
def test_whatever_is_written_is_read_again(value: str) -> None:
    assert yaml.safe_load(f"a: {scalar(value)}\n") == {"a": value}
    assert yaml.safe_load(f"[x, {in_flow(value)}, y]") == ["x", value, "y"]


@given(st.lists(st.lists(st.none() | TEXTS, min_size=2, max_size=2), min_size=1, max_size=5), st.booleans())
def test_whatever_rows_are_written_are_read_again(rows: list[list[str | None]], flow: bool) -> None:
    before = "e: [{name: t, x: 1}]\n" if flow else "e:\n  - name: t  # c\n    x: 1\n"
    made = change(before, "d", rows)
    assert made is not None
    assert plain(yaml.compose(made, Loader=yaml.SafeLoader)) == {"e": [{"name": "t", "d": rows, "x": "1"}]}
