"""The map of the core as a picture: boxes in columns, lines between them. Positions only; the page draws."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

COLUMNS = ("writers", "tables", "triggers", "functions", "queues, tables", "claims, updates", "workers", "roles")
"""Headings, in the order in which an event goes through."""

ROLES = 7
"""The column whose nodes are told in the boxes that lead to them."""

WIDTH, GAP, LINE, SMALL, PAD, TOP, ROW_GAP = 150, 28, 14, 13, 12, 30, 12
CHARACTERS, SMALL_CHARACTERS = 20, 23
"""Of a line within a box, and of a note below it."""

MOST_LINES = 4
MOST_NOTES = 6


def drawn(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> dict[str, Any]:
    """Where everything stands.

    Args:
        nodes: each with `id`, `column` (index of :data:`COLUMNS`), `label`, `title`, `class`, `off`, and if need
            be `notes`.
        edges: each with `from`, `to`, `what`, `off`.
    """
    roles = {node["id"]: node["label"] for node in nodes if node["column"] == ROLES}
    notes: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        notes[node["id"]] += [*node.get("notes", ()), *(["disabled"] if node["off"] else [])]
    for edge in edges:
        if edge["to"] in roles:
            notes[edge["from"]].append(f"as {roles[edge['to']]}")
    shown = [node for node in nodes if node["id"] not in roles]
    used = sorted({node["column"] for node in shown})
    place = {column: number for number, column in enumerate(used)}
    boxes: dict[str, dict[str, Any]] = {}
    bottoms: dict[int, int] = defaultdict(lambda: TOP)
    for number, node in enumerate(_ordered(shown, edges)):
        column = place[node["column"]]
        box = _box(node, notes[node["id"]], 10 + column * (WIDTH + GAP), bottoms[column]) | {"number": number}
        boxes[node["id"]] = box
        bottoms[column] += box["height"] + ROW_GAP
    return {
        "width": 20 + len(used) * WIDTH + max(len(used) - 1, 0) * GAP,
        "height": max(bottoms.values(), default=TOP) + 4,
        "headings": [
            {"x": 10 + number * (WIDTH + GAP), "title": COLUMNS[column]} for column, number in place.items()
        ],
        "nodes": list(boxes.values()),
        "edges": [
            {
                "path": _path(boxes[edge["from"]], boxes[edge["to"]]),
                "title": told(edge),
                "off": edge["off"],
                "from": boxes[edge["from"]]["number"],
                "to": boxes[edge["to"]]["number"],
            }
            for edge in edges
            if edge["from"] in boxes and edge["to"] in boxes
        ],
    }


def told(edge: dict[str, Any]) -> str:
    """An edge in words."""
    return f"{edge['from']} {edge['what']} {edge['to']}" + (" (off)" if edge["off"] else "")


# Private


def _box(node: dict[str, Any], notes: list[str], x: int, y: int) -> dict[str, Any]:
    lines = _wrapped(node["label"], CHARACTERS)
    small = [line for note in dict.fromkeys(notes) for line in _wrapped(note, SMALL_CHARACTERS)]
    if len(small) > MOST_NOTES:
        small = [*small[: MOST_NOTES - 1], "..."]
    return {
        "id": node["id"],
        "x": x,
        "y": y,
        "width": WIDTH,
        "height": PAD + LINE * len(lines) + SMALL * len(small) + (3 if small else 0),
        "lines": lines,
        "notes": small,
        "title": node["title"],
        "kind": node["class"],
        "state": "off" if node["off"] else "on",
    }


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


def _wrapped(label: str, most: int) -> list[str]:
    """Lines of a box, broken behind `_`, `/` and, in names, dots; the title has what does not fit."""
    lines: list[str] = []
    line = ""
    for piece in re.findall(r"[^_/\s-]*[_/\s-]*" if "/" in label else r"[^_.\s]*[_.\s]*", label):
        if line and len((line + piece).rstrip()) > most:
            lines.append(line)
            line = ""
        line += piece
        while len(line.rstrip()) > most:
            lines.append(line[:most])
            line = line[most:]
    lines = [one.strip() for one in [*lines, line] if one.strip()]
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "..."]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 1.0


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
