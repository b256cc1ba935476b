"""What commands list beside findings, as text: one function each, over the data of the report."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from auditor.reports.page import Page, Span, Style, counted
from auditor.reports.view import View

Data = dict[str, Any]
Listing = Callable[[Data, View, Page], None]

REASONS_SHOWN = 3

DIFF_LINES = 40
"""Lines of a diff that are shown without `-v`."""

DIFF_STYLES: dict[str, Style] = {"+": "green", "-": "red", "@": "cyan"}
"""By the first character of a diff's line."""

ENABLED = {"O": "fires at the origin", "A": "fires always", "R": "fires on a replica", "D": "does not fire"}
"""`pg_trigger.tgenabled`, in words: https://www.postgresql.org/docs/current/catalog-pg-trigger.html"""

_CLASS_STYLES: dict[str, Style] = {"core": "bold", "unclassified": "yellow"}
_ACTION_STYLES: dict[str, Style] = {"unknown": "yellow", "drop": "red"}


def classify(data: Data, view: View, page: Page) -> None:
    """Migrations with their class and the objects that decide it."""
    for item in data["migrations"]:
        marks = [word for word in ("declared", "mixed") if item.get(word)]
        if item["unknown"]:
            marks.append(f"{item['unknown']} not understood")
        page.line(
            (_CLASS_STYLES.get(item["class"], "plain"), item["class"].ljust(13)),
            ("bold", item["migration"]),
            f"  {item['file']}",
            ("dim", f"  ({', '.join(marks)})" if marks else ""),
        )
        if item.get("declared_reason"):
            page.line(" " * 13, item["declared_reason"])
        reasons = item["reasons"] if view.verbosity > 0 else item["reasons"][:REASONS_SHOWN]
        for reason in reasons:
            named = f"{reason['kind']} {reason['identity']}"
            page.listed([(named, ("dim", f"{reason['class']}: {reason['entry']}"))], indent=13)
        if len(item["reasons"]) > len(reasons):
            page.line(" " * 13, ("dim", f"and {len(item['reasons']) - len(reasons)} more (-v)"))
        for unowned in item["unowned"][: None if view.verbosity > 0 else REASONS_SHOWN]:
            named = f"{unowned['kind']} {unowned['identity']}"
            page.listed([(named, ("yellow", "owned by no class"))], indent=13)
    page.blank()
    page.line(", ".join(f"{count} {name}" for name, count in data["summary"].items()))


def effects(data: Data, view: View, page: Page) -> None:  # noqa: ARG001 - every listing has this signature
    """Effects under the migration they belong to."""
    for (migration, file), items in groupby(data["effects"], key=lambda e: (e["migration"], e["file"])):
        page.blank()
        page.line(("bold", migration), f"  {file}")
        page.listed([_effect(item) for item in items], indent=2)


def history(data: Data, view: View, page: Page) -> None:  # noqa: ARG001
    """Objects, each with what happened to it."""
    for item in data["objects"]:
        page.blank()
        state: Span = ("green", "exists") if item["exists"] else ("dim", "is gone")
        page.line(("bold", f"{item['kind']} {item['identity']}"), "  ", state, ("dim", f"  {item['class'] or ''}"))
        page.listed([_event(effect) for effect in item["effects"]], indent=2)


def init(data: Data, view: View, page: Page) -> None:
    """The proposal itself with `--dry-run`; else what was written, and what to do next."""
    if "text" in data:
        for line in data["text"].rstrip("\n").split("\n"):
            page.line(line)
        return
    taken = [one for one in data["candidates"] if one["core"]]
    for one in taken or (data["candidates"] if view.verbosity > 0 else data["candidates"][:5]):
        known: Span = ("green", "core") if taken else ("dim", "core?")
        page.listed([(known, ("bold", one["table"]), ("dim", "; ".join(one["reasons"])))])
    page.blank()
    for name, entries in data["classes"].items():
        page.row(name, counted(len(entries), "entry"), column=14, indent=0)
    for name, count in data["contract"].items():
        page.row(name.replace("_", " "), f"{counted(count, 'entry')} of the contract", column=14, indent=0)
    page.blank()
    for line in data["added"]:
        page.line("added ", line)
    if data["written"]:
        page.line(("green", f"wrote {data['file']}"))
    else:
        page.line(f"{data['file']} lacks nothing")
    if data["schema"]:
        page.line(("green", f"wrote {data['schema']}"), "  for your editor")
    if data["classes"]["core"]:
        page.line("next: auditor check")
    else:
        likely = data["candidates"][0]["table"] if data["candidates"] else "NAME"
        named = shlex.quote(f"table:{likely}")
        page.line("nothing is core yet: no table is a queue, or feeds one")
        page.line(f"next: auditor init --core {named}, or what matters most to you")


def review(data: Data, view: View, page: Page) -> None:
    """Migrations of the change with their classes, and the core objects before and after."""
    if data["migrations"]:
        classify(data, view, page)
    else:
        page.line("no migration is added or edited")
    for item in data["objects"]:
        page.blank()
        page.line(
            ("bold", f"{item['kind']} {item['identity']}"),
            f"  {', '.join(item['actions'])}",
            ("dim", f"  {_versions(item)}{item['file']}:{item['line']}"),
        )
        lines = (item["diff"] or "").split("\n") if item["diff"] else []
        shown = lines if view.verbosity > 0 else lines[:DIFF_LINES]
        for text in shown:
            page.line("    ", (DIFF_STYLES.get(text[:1], "plain"), text))
        if len(shown) < len(lines):
            page.line("    ", ("dim", f"({len(lines) - len(shown)} more lines with -v)"))


def replay(data: Data, view: View, page: Page) -> None:
    """Migrations whose replay and reading differ, or with `-v` all; then the sums of what was compared."""
    rows: list[tuple[Span | str, ...]] = []
    for item in data["migrations"]:
        counts = item["counts"]
        differs = counts["missed"] + counts["wrong"]
        if differs or not item["judged"] or view.verbosity > 0:
            verdict: Span = ("red", "failed") if not item["judged"] else ("red", "differs")
            if item["judged"] and not differs:
                verdict = ("green", "agrees")
            rows.append((verdict, item["migration"], _counts(counts)))
    if rows:
        page.table(rows)
        page.blank()
    page.row("agreement", _counts(data["totals"]), indent=0, column=17)


def explain(data: Data, view: View, page: Page) -> None:  # noqa: ARG001
    """One page, or the list of all rules."""
    rules = data["rules"]
    if len(rules) != 1:
        own = [rule for rule in rules if "/" not in rule["code"]]
        page.table([(("bold", r["code"]), r["name"], r["severity"], r["summary"]) for r in own])
        page.blank()
        for program in dict.fromkeys(r["code"].partition("/")[0] for r in rules if r not in own):
            page.blank()
            others = [r for r in rules if r["code"].startswith(f"{program}/")]
            page.table([(("bold", r["code"]), r["summary"]) for r in others])
        return
    rule = rules[0]
    page.listed([(("bold", f"{rule['code']} {rule['name']}"), ("dim", rule["severity"]))])
    page.blank()
    for indented, lines in groupby(rule["page"].split("\n"), key=lambda line: len(line) - len(line.lstrip())):
        for paragraph in _paragraphs(lines, rule["sections"]):
            page.prose(paragraph, indented, "bold" if paragraph in rule["sections"] else "plain")
    for title in ("bad", "good") if rule["bad"] else ():
        page.blank()
        page.line(("bold", f"Example: {title}"))
        for file, text in rule[title].items():
            if not text:
                continue
            page.line("    ", ("dim", "live.sql, run by hand in the database" if file == "live.sql" else file))
            for line in text.rstrip("\n").split("\n"):
                page.line("        ", line)


def contract_pin(data: Data, view: View, page: Page) -> None:
    """Pins that are new or renewed, with `-v` those kept too; then the file, or what would change in it."""
    words: dict[str, Span] = {
        "new": ("green", "pinned" if data["written"] else "to be pinned"),
        "outdated": ("yellow", "renewed" if data["written"] else "outdated"),
        "kept": ("dim", "kept"),
    }
    for one in data["pins"]:
        if one["state"] == "kept" and view.verbosity <= 0:
            continue
        of = f"  of {one['migration']}" if one["migration"] else ""
        page.line(words[one["state"]], "  ", ("bold", f"{one['kind']} {one['identity']}"))
        page.line("    ", f"{one['key']}: {one['after']}", ("dim", of))
    if data["diff"] and not data["written"]:
        page.blank()
        for text in data["diff"].split("\n"):
            page.line("    ", (DIFF_STYLES.get(text[:1], "plain"), text))
    page.blank()
    states = [one["state"] for one in data["pins"]]
    told = f"{states.count('new')} new, {states.count('outdated')} outdated, {states.count('kept')} kept"
    page.line(
        ("green", f"wrote {data['file']}") if data["written"] else f"{data['file']} stays as it is", f": {told}"
    )


def contract_show(data: Data, view: View, page: Page) -> None:  # noqa: ARG001
    """The contract as resolved: nested names and values."""
    _nested(data["contract"], page, 0)


LISTINGS: dict[str, Listing] = {
    "classify": classify,
    "effects": effects,
    "history": history,
    "init": init,
    "review": review,
    "replay": replay,
    "explain": explain,
    "contract pin": contract_pin,
    "contract show": contract_show,
}
"""Command -> listing."""


# Private


def _paragraphs(lines: Iterable[str], headings: Iterable[str]) -> Iterator[str]:
    """Lines that belong together as one text, to be wrapped anew; headings and empty lines stand alone."""
    gathered: list[str] = []
    for line in (one.strip() for one in lines):
        alone = not line or line in headings
        if alone and gathered:
            yield " ".join(gathered)
            gathered = []
        if alone:
            yield line
        else:
            gathered.append(line)
    if gathered:
        yield " ".join(gathered)


def _event(item: Data) -> tuple[Span | str, ...]:
    action: Span = (_ACTION_STYLES.get(item["action"], "plain"), item["action"])
    return item["migration"], action, f"{item['file']}:{item['line']}", ("dim", _how(item))


def _versions(item: Data) -> str:
    if item["before"] and item["after"] and item["before"] != item["after"]:
        return f"{item['before']['migration']} -> {item['after']['migration']}  "
    return ""


def _effect(item: Data) -> tuple[Span | str, ...]:
    named = f"{item['kind']} {item['identity']}" if item["kind"] else item.get("detail") or ""
    if item.get("to"):
        named += f" to {item['to']}"
    return (
        ("dim", str(item["line"])),
        (_ACTION_STYLES.get(item["action"], "plain"), item["action"]),
        named,
        ("dim", f"({_how(item)})" if _how(item) else ""),
    )


def _how(item: Data) -> str:
    words = [item["certainty"]] if item["certainty"] != "certain" else []
    words += [word for word, key in (("implied", "implied"), ("nothing to do", "no_op")) if item.get(key)]
    if item.get("inside"):
        words.append(f"inside {item['inside']}")
    if item.get("detail") and item["kind"]:
        words.append(ENABLED.get(item["detail"], item["detail"]))
    return ", ".join(words)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number) or "nothing recorded"


def _nested(value: Data, page: Page, indent: int, dash: str = "") -> None:
    """Names and values, as YAML has them; a name without value is left out."""
    for key, item in value.items():
        if item is None:
            continue
        lead = " " * (indent - len(dash)) + dash
        dash = ""
        if isinstance(item, dict) and item:
            page.line(lead, ("bold", f"{key}:"))
            _nested(item, page, indent + 2)
        elif isinstance(item, list | tuple) and any(isinstance(part, dict) for part in item):
            page.line(lead, ("bold", f"{key}:"))
            for part in item:
                _nested(part, page, indent + 4, "- ")
        elif isinstance(item, list | tuple | dict):
            page.line(lead, f"{key}: ", ", ".join(str(part) for part in item) or "none")
        else:
            page.line(lead, f"{key}: {item}")
