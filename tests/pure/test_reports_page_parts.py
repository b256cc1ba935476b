"""What the page is made of: colours that can be read, differences side by side, the time line."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest

from auditor.reports.html_anchors import Anchors
from auditor.reports.html_objects import live_told
from auditor.reports.html_parts import duration
from auditor.reports.sides import sides, unified
from auditor.reports.strip import strip

STYLE = (files("auditor.reports") / "templates" / "page.css").read_text("utf-8")

WORDS = ("ink", "soft", "link", "core", "legacy", "infra", "unclassified", "bad", "doubt", "good")
GROUNDS = ("paper", "panel", "raised")
PAIRS = [(word, ground) for word in WORDS for ground in GROUNDS] + [
    ("ink", "add"),
    ("ink", "del"),
    ("ink", "addmark"),
    ("ink", "delmark"),
    ("ink", "badwash"),
    ("bad", "badwash"),
    ("ink", "doubtwash"),
    ("doubt", "doubtwash"),
    ("good", "goodwash"),
    ("soft", "doubtwash"),
    ("soft", "badwash"),
    ("paper", "good"),
    ("paper", "bad"),
    ("paper", "doubt"),
]
"""What is written on what."""


def palettes() -> Iterator[dict[str, str]]:
    for block in re.findall(r":root[^{]*\{(color-scheme[^}]*)\}", STYLE):
        yield dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})", block))


def luminance(color: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_theme_has_every_color() -> None:
    light, dark, chosen, printed = palettes()
    assert dark == chosen, "the theme of the system and the one of the button are not the same"
    assert light.keys() == dark.keys() == printed.keys()
    assert contrast("#000", "#fff") == pytest.approx(21)


@pytest.mark.parametrize(("word", "ground"), PAIRS)
def test_what_is_written_can_be_read(word: str, ground: str) -> None:
    for palette in palettes():
        assert contrast(palette[word], palette[ground]) >= 4.5, palette
        assert contrast(palette["edge"], palette["paper"]) >= 3, "the edge of a control"


DIFF = """\
--- 0016
+++ live
@@ -5,4 +5,5 @@
     BEGIN
-        RETURN NEW;
+        RETURN OLD;
+        RAISE NOTICE 'x';
     END
@@ -40,1 +41,0 @@
-    gone"""


def test_expected_and_actual_stand_side_by_side() -> None:
    rows = [(row["kind"], row["left"]["number"], row["right"]["number"]) for row in sides(DIFF)]
    assert rows == [
        ("gap", 5, 5),
        ("same", 5, 5),
        ("changed", 6, 6),
        ("only-right", None, 7),
        ("same", 7, 8),
        ("gap", 40, 41),
        ("only-left", 40, None),
    ]
    changed = sides(DIFF)[2]
    assert changed["left"]["pieces"] == [("    RETURN ", False), ("NEW", True), (";", False)]
    assert changed["right"]["pieces"] == [("    RETURN ", False), ("OLD", True), (";", False)]


@pytest.mark.parametrize("diff", [DIFF, "-a\n+b", "@@ -1 +0,0 @@\n---- a comment", "+++ b", "-", ""])
def test_no_line_of_a_difference_is_lost(diff: str) -> None:
    lines = [line for line in diff.split("\n") if line and not line.startswith("@@")]
    lines = lines[2:] if lines[:2] == ["--- 0016", "+++ live"] else lines
    left = [line[1:].strip() for line in lines if line[0] in " -"]
    right = [line[1:].strip() for line in lines if line[0] in " +"]
    for side, wanted in (("left", left), ("right", right)):
        cells = [row[side] for row in sides(diff) if row["kind"] != "gap" and row[side]["number"] is not None]
        found = ["".join(text for text, _ in cell["pieces"]).strip() for cell in cells]
        assert [one for one in found if one] == [one for one in wanted if one]
    assert len(unified(diff)) == max(len(diff.split("\n")) - (2 if diff.startswith("--- 0016") else 0), 1)


def test_a_lane_says_the_class_without_any_color() -> None:
    names = ["core", "infra", "core", "legacy"]
    found = strip(
        [{"migration": str(n), "class": name, "anchor": f"m{n}"} for n, name in enumerate(names)],
        {"m2": ("error", 2)},
    )
    assert [(lane["name"], lane["count"]) for lane in found["lanes"]] == [
        ("core", 2),
        ("legacy", 1),
        ("infra", 1),
        ("findings", 2),
    ]
    lanes = {tick["href"]: [] for tick in found["ticks"]}
    for tick in found["ticks"]:
        lanes[tick["href"]].append(found["lanes"][tick["y"] // 20]["name"])
    assert lanes == {"m0": ["core"], "m1": ["infra"], "m2": ["core", "findings"], "m3": ["legacy"]}
    assert all(tick["x"] + 8 <= found["width"] for tick in found["ticks"])


def test_anchors_are_told_once_and_are_the_same_for_the_same() -> None:
    objects = [{"kind": "table", "identity": "public.a"}, {"kind": "index", "identity": "public.a"}]
    one, other = Anchors(), Anchors()
    one.objects(objects)
    other.objects(reversed(objects))
    names = {one.object(item["kind"], item["identity"]) for item in objects}
    assert len(names) == 2
    assert names == {other.object(item["kind"], item["identity"]) for item in objects}
    assert [one.take("m", "0001"), one.take("m", "0001"), one.take("\u202e")] == ["m-0001", "m-0001--2", "it"]


LIVE = {"newest": "0015", "matches": None, "differs": [], "diff": None, "unknown": None, "switched": []}


@pytest.mark.parametrize(
    ("now", "state", "told"),
    [
        ({"word": "same", "matches": "0015"}, "good", "live as 0015 made it"),
        ({"word": "older", "matches": "0012"}, "bad", "live is the version of 0012; 0015 replaced it"),
        ({"word": "missing"}, "bad", "missing; 0015 made it"),
        ({"word": "extra"}, "bad", "live, though 0018 dropped it"),
        ({"word": "absent"}, "plain", "dropped by 0018, and not there"),
        ({"word": "altered", "diff": "x"}, "bad", "live with a text that no migration wrote"),
        ({"word": "altered", "differs": [{"field": "owner"}]}, "bad", "live with other owner"),
        (
            {
                "word": "altered",
                "differs": [{"field": "enabled"}],
                "switched": [{"told": "disabled", "on": False}],
            },
            "bad",
            "live, but disabled",
        ),
        (
            {"word": "unknown", "unknown": "no replay"},
            "unknown",
            "is there; which version cannot be told: no replay",
        ),
    ],
)
def test_the_live_state_in_words(now: dict[str, object], state: str, told: str) -> None:
    assert live_told({"live": LIVE | now, "made": True, "last": "0018"}, live=True) == (state, told)


def test_without_a_database_nothing_is_told_to_be_live() -> None:
    assert live_told({"live": None, "exists": True, "made": True, "last": "0018"}, live=False) == ("plain", "")


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (59.9, "59 s"), (900, "15 min"), (4228, "1 h 10 min"), (90_000, "1 d 1 h")]
)
def test_a_time_for_people(seconds: float, told: str) -> None:
    assert duration(seconds) == told
