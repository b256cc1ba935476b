"""The map of the core as a picture: boxes in columns, lines between them. Positions only; the page draws."""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from typing import Any

COLUMNS = ("writers", "tables", "triggers", "functions", "queues, tables", "claims", "roles")
"""Headings, in the order in which an event goes through."""

WIDTH, GAP, LINE, PAD, TOP, ROW_GAP = 190, 60, 14, 12, 30, 14
CHARACTERS = 24
"""Of a line within a box."""

MOST_LINES = 4


def drawn(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> dict[str, Any]:
    """Where everything stands.

    Args:
        nodes: each with `id`, `column` (index of :data:`COLUMNS`), `label`, `title`, `class`, `off`.
        edges: each with `from`, `to`, `what`, `off`.
    """
    used = sorted({node["column"] for node in nodes})
    place = {column: number for number, column in enumerate(used)}
    boxes: dict[str, dict[str, Any]] = {}
    bottoms: dict[int, int] = defaultdict(lambda: TOP)
    for node in _ordered(nodes, edges):
        lines = _wrapped(node["label"])
        height = PAD + LINE * len(lines)
        column = place[node["column"]]
        boxes[node["id"]] = {
            "x": 10 + column * (WIDTH + GAP),
            "y": bottoms[column],
            "width": WIDTH,
            "height": height,
            "lines": lines,
            "title": node["title"],
            "kind": node["class"],
            "state": "off" if node["off"] else "on",
        }
        bottoms[column] += height + ROW_GAP
    return {
        "width": 20 + len(used) * WIDTH + max(len(used) - 1, 0) * GAP,
        "height": max(bottoms.values(), default=TOP) + 4,
        "headings": [
            {"x": 10 + number * (WIDTH + GAP), "title": COLUMNS[column]} for column, number in place.items()
        ],
        "nodes": list(boxes.values()),
        "edges": [
            {"path": _path(boxes[edge["from"]], boxes[edge["to"]]), "title": _told(edge), "off": edge["off"]}
            for edge in edges
            if edge["from"] in boxes and edge["to"] in boxes
        ],
    }


# Private


def _ordered(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns from left to right; within one, beside what leads there, so that lines cross less."""
    rank: dict[str, float] = {}
    ordered: list[dict[str, Any]] = []
    into: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        into[edge["to"]].append(edge["from"])
        into[edge["from"]].append(edge["to"])
    for column in sorted({node["column"] for node in nodes}):
        here = [node for node in nodes if node["column"] == column]
        weights = {node["id"]: [rank[one] for one in into[node["id"]] if one in rank] for node in here}
        here.sort(key=lambda node: (_mean(weights[node["id"]]), node["label"]))
        for number, node in enumerate(here):
            rank[node["id"]] = number / max(len(here), 1)
        ordered += here
    return ordered


def _wrapped(label: str) -> list[str]:
    """Lines of a box, broken behind `_` and `.` where names allow; the title has what does not fit."""
    spaced = re.sub(r"(?<=[_.])(?=.)", "\0 ", label)
    lines = textwrap.wrap(spaced, CHARACTERS + 2, break_on_hyphens=False)
    lines = [piece for line in lines for piece in textwrap.wrap(line.replace("\0 ", ""), CHARACTERS)]
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "..."]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 1.0


def _told(edge: dict[str, Any]) -> str:
    return f"{edge['from']} {edge['what']} {edge['to']}" + (" (off)" if edge["off"] else "")


def _path(start: dict[str, Any], end: dict[str, Any]) -> str:
    """A curve from one box's side to the other's."""
    if start["x"] == end["x"]:
        x, y1, y2 = start["x"] + start["width"], _middle(start), _middle(end)
        return f"M{x} {y1} C{x + 40} {y1} {x + 40} {y2} {x} {y2}"
    forward = start["x"] < end["x"]
    x1 = start["x"] + (start["width"] if forward else 0)
    x2 = end["x"] + (0 if forward else end["width"])
    bend = (x2 - x1) / 2
    return (
        f"M{x1} {_middle(start)} C{x1 + bend:g} {_middle(start)} {x2 - bend:g} {_middle(end)} {x2} {_middle(end)}"
    )


def _middle(box: dict[str, Any]) -> int:
    return int(box["y"] + box["height"] // 2)
