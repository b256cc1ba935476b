"""The table of docs/accuracy.md: public histories, what was read from their text beside what PostgreSQL recorded.

Runs `auditor replay` and `auditor effects` on each history of histories.toml that lies below a directory; nothing
is downloaded. Prints the table as Markdown, and below it what did not run to its end.

    python benchmarks/accuracy.py DIRECTORY [NAME...] [--seconds 900]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).with_name("histories.toml")
OUTCOMES = (
    "matched",
    "implied",
    "conditional-happened",
    "conditional-did-not",
    "in-unknown",
    "missed",
    "wrong",
)
COLUMNS = (
    "history",
    "migrations",
    "statements",
    "replayed",
    "recorded",
    *OUTCOMES,
    "unknown statements",
    "parsers disagree",
    "last definers",
    "differing",
    "seconds",
)
SHOWN = 3  # remarks about one history


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", type=Path, help="where the histories lie")
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--seconds", type=float, default=900, help="for one history at most")
    arguments = parser.parse_args()
    histories = tomllib.loads(MANIFEST.read_text())["history"]
    for more in (False, True):
        rows, remarks = [], []
        for history in histories:
            if history.get("more", False) != more or (arguments.names and history["name"] not in arguments.names):
                continue
            missing = [folder for folder in _folders(history) if not (arguments.directory / folder).exists()]
            if missing:
                remarks.append(f"- {history['name']}: not there, {', '.join(missing)}")
                continue
            row, said = measure(history, arguments.directory.resolve(), arguments.seconds)
            print(f"{history['name']}: {row['seconds']} s", file=sys.stderr, flush=True)
            rows.append(row)
            remarks += [f"- {history['name']}: {remark}" for remark in said]
        _print_table(rows, remarks)


def measure(history: dict[str, Any], directory: Path, seconds: float) -> tuple[dict[str, Any], list[str]]:
    """One row of the table, and what is to be said about it."""
    with tempfile.TemporaryDirectory(prefix="accuracy-") as temporary:
        root = Path(temporary)
        sources: list[dict[str, Any]] = []
        for file in history.get("also", ()):
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).symlink_to(directory / file)
        for folder in _folders(history):
            # Under the names that it has in its repository: some layouts go by them.
            (root / folder).parent.mkdir(parents=True, exist_ok=True)
            (root / folder).symlink_to(directory / folder)
            source = {"path": folder, "layout": history["layout"]}
            source |= {key: history[key] for key in ("placeholders", "search_path") if key in history}
            sources.append(source)
        # JSON is YAML as well.
        (root / "classifications.yaml").write_text(json.dumps({"version": 1, "migrations": sources}))
        began = time.monotonic()
        replayed = _run(root, seconds, "replay", "--keep-going", "--format", "json")
        took = time.monotonic() - began
        effects = _run(root, seconds, "effects", "--format", "jsonl")
    row: dict[str, Any] = {"history": history["name"], "seconds": f"{took:.0f}"}
    if replayed is None or not replayed.stdout.startswith("{"):
        said = replayed.stderr.strip() if replayed is not None else f"not done after {seconds:g} s"
        return row, [said]
    report = json.loads(replayed.stdout)
    if "migration" not in report["checked"]:
        return row, report["could_not_check"]
    checked, totals = report["checked"], report.get("totals", {})
    row |= {outcome: totals.get(outcome, "-") for outcome in OUTCOMES}
    row |= {
        "migrations": checked["migration"],
        "statements": checked["statement"],
        "replayed": checked.get("replayed migration", 0),
        "recorded": checked.get("recorded change", 0),
        "parsers disagree": sum(finding["code"] == "REA003" for finding in report["findings"]),
    }
    if (definers := report.get("last_definers")) is not None:
        row["last definers"] = sum(definers["counts"].values())
        row["differing"] = definers["counts"]["differing"]
        if definers["counts"]["in-unknown"]:
            row["differing"] = f"{row['differing']} ({definers['counts']['in-unknown']} in unknown)"
    if effects is not None:
        unknown = {
            (effect["migration"], effect["statement"])
            for effect in map(json.loads, effects.stdout.splitlines())
            if effect["certainty"] == "unknown" and effect["inside"] in (None, "do")
        }
        row["unknown statements"] = f"{len(unknown)} ({len(unknown) / max(checked['statement'], 1):.1%})"
    return row, _remarks(report)


# Private


def _folders(history: dict[str, Any]) -> list[str]:
    return history["folders"] if "folders" in history else [history["folder"]]


def _print_table(rows: list[dict[str, Any]], remarks: list[str]) -> None:
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" + "|--:" * (len(COLUMNS) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(str(row.get(column, "-")) for column in COLUMNS) + " |")
    print("\n" + "\n".join(remarks) + "\n")


def _remarks(report: dict[str, Any]) -> list[str]:
    said = [f["message"] for f in report["findings"] if f["code"] == "RPL003"]
    said += report.get("could_not_check", [])
    unlike = [f for f in report["findings"] if f["code"] in ("RPL001", "RPL002")]
    if unlike:
        kinds = Counter((f["code"], f["kind"]) for f in unlike)
        said.append(", ".join(f"{count} {code} {kind}" for (code, kind), count in kinds.most_common()))
        said += [finding["message"] for finding in unlike[:SHOWN]]
    return said


def _run(root: Path, seconds: float, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(
            [sys.executable, "-m", "auditor", *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None


if __name__ == "__main__":
    main()
