"""The history as a time line: a lane for each class and one for findings, a tick for each migration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LANES = ("core", "legacy", "infra", "unclassified")

STEP, LANE, WIDEST = 10, 20, 40
"""Width of a tick's place and height of a lane in the picture's units; pixels of a place at most."""


def strip(migrations: Sequence[Mapping[str, Any]], flagged: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """Lanes from top to bottom and the ticks in them. Which lane a tick is in says its class, without any colour.

    Args:
        migrations: in order, each with `migration`, `class` and `anchor`.
        flagged: anchor -> worst severity and number of the findings of that migration.
    """
    names = [name for name in LANES if any(one["class"] == name for one in migrations)]
    lanes = [
        {"name": name, "kind": name, "count": sum(one["class"] == name for one in migrations)} for name in names
    ]
    if flagged:
        lanes.append({"name": "findings", "kind": "findings", "count": sum(n for _, n in flagged.values())})
    ticks = []
    for at, one in enumerate(migrations):
        tick = {"x": at * STEP + 1, "href": one["anchor"], "title": f"{one['migration']}: {one['class']}"}
        ticks.append(tick | {"y": names.index(one["class"]) * LANE + 3, "kind": one["class"]})
        if one["anchor"] in flagged:
            severity, count = flagged[one["anchor"]]
            told = f"{one['migration']}: {count} findings, the worst an {severity}"
            ticks.append(tick | {"y": len(names) * LANE + 3, "kind": severity, "title": told})
    return {
        "lanes": lanes,
        "ticks": ticks,
        "width": max(len(migrations), 1) * STEP,
        "height": len(lanes) * LANE,
        "pixels": max(len(migrations), 1) * WIDEST,
        "first": migrations[0]["migration"] if migrations else "",
        "last": migrations[-1]["migration"] if migrations else "",
    }
