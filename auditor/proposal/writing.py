"""A proposal as text: a new `classifications.yaml` with its reasons, or an old one with what it lacks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from auditor.declaration.editing import scalar
from auditor.declaration.schema import BESIDE, MODELINE
from auditor.history.ownership import Ownership
from auditor.model import ObjectId
from auditor.proposal.classes import Proposed
from auditor.proposal.entries import COMMENT, Entries

_ENTRY = 60
_WHY = 60
"""Characters of an entry, which a longer one exceeds, and of a reason."""

_NOBODYS = "Nobody's yet."

_KEYS = {"triggers": "name", "functions": "name", "queues": "table"}
"""By what an entry of `contract:` is told apart; a dedupe key by its table and columns."""


def fresh(sources: Iterable[tuple[str, str]], proposed: Proposed, contract: Entries, notes: Iterable[str]) -> str:
    """A new file.

    Args:
        sources: path and layout of each place with migrations.
        proposed: the classes.
        contract: entries of the contract.
        notes: what the reader should know, one line each.
    """
    lines = [
        f"{MODELINE}{BESIDE}",
        "# Who owns what, and what must hold. Proposed by `auditor init` from the migrations themselves: read it,",
        "# move what belongs elsewhere, and run `auditor check`. To run `auditor init` again adds what is new and",
        "# changes nothing that stands here; an entry that you comment out stays out.",
        *(f"# {note}" for note in notes),
        "version: 1",
        "",
        "migrations:",
        *(f"  - path: {scalar(path)}    # {layout}" for path, layout in sources),
        "",
        "classes:",
        "  # What the system cannot be right without. Owning a table owns its columns, keys, triggers, policies.",
        *_class("core", proposed.core),
        "  # On its way out, or gone: known when it comes back to life.",
        *_class("legacy", proposed.legacy),
        "  # What the system stands on.",
        *_class("infra", proposed.infra),
    ]
    if proposed.unclassified:
        lines += [
            f"  # {_NOBODYS} Move each to a class:",
            *(f"  {line}" for line in _commented(proposed.unclassified)),
            "",
            "# Until the list above is sorted, what it names is told as a note; then delete this.",
            "severity: {unowned: note}",
        ]
    lines += ["", "contract:", "  mode: strict"]
    for name, entries in contract.items():
        lines += [f"  {name}:", *_block(entries)]
    return "\n".join(lines) + "\n"


def completed(text: str, ownership: Ownership, proposed: Proposed, contract: Entries) -> tuple[str, list[str]]:
    """An existing file with what it lacks; comments, order and all that stands in it stay.

    Args:
        text: the file, which has been read without an error.
        ownership: its classes.
        proposed: the classes of the proposal; what an entry of the file owns already is left out.
        contract: the entries of the proposal.

    Returns:
        the text, and what was added, one line each; the very same text when nothing was.
    """
    from ruamel.yaml import YAML

    parser = YAML()
    parser.preserve_quotes = True
    parser.width = 4096
    offset = 0 if re.search(r"^( *)[\w-]+:.*\n(?:\s*#.*\n|\s*\n)*\1- ", text, re.MULTILINE) else 2
    parser.indent(mapping=2, sequence=2 + offset, offset=offset)
    document = parser.load(text)
    aside = _put_aside(text)
    added: list[str] = []
    for name in ("core", "legacy", "infra"):
        reasons: Mapping[str, str] = getattr(proposed, name)
        for owned in _missing(reasons, ownership):
            if owned not in aside:
                _append(_list(document, "classes", name), owned, _shortened(reasons[owned]))
                added.append(f"classes: {name}: {owned}")
    for name, entries in contract.items():
        there = {_key(name, entry) for entry in _list(document, "contract", name, make=False)}
        for entry in entries:
            if _key(name, entry) not in there and str(entry.get(_KEYS.get(name, ""))) not in aside:
                plain = {key: value for key, value in entry.items() if key != COMMENT}
                _append(_list(document, "contract", name), plain)
                added.append(f"contract: {name}: {_called(name, entry)}")
    if not added:
        return text, []
    stream = io.StringIO()
    parser.dump(document, stream)
    return stream.getvalue(), added


# Private


def _class(name: str, entries: Mapping[str, str]) -> list[str]:
    if not entries:
        return [f"  {name}: []"]
    return [f"  {name}:", *(f"    {line}" for line in _told(entries))]


def _told(entries: Mapping[str, str]) -> Iterator[str]:
    """Entries, the reasons behind them in a column of their own."""
    width = min(max(len(scalar(entry)) for entry in entries), _ENTRY)
    for entry, why in entries.items():
        yield f"- {scalar(entry).ljust(width)}  # {_shortened(why)}" if why else f"- {scalar(entry)}"


def _commented(entries: Mapping[str, str]) -> Iterator[str]:
    """Entries as comments: first those that something ties to the core, as they are likely to belong there."""
    tied = {entry: tie for entry, tie in entries.items() if tie}
    yield from (f"#   {line}" for line in (_told(tied) if tied else ()))
    if tied and len(tied) < len(entries):
        yield "#   # and these, which nothing ties to the core:"
    yield from (f"#   - {scalar(entry)}" for entry, tie in entries.items() if not tie)


def _put_aside(text: str) -> frozenset[str]:
    """What a person has commented out: entries, and names of entries of the contract.

    The list of what is nobody's is init's own, and says nothing of the kind.
    """
    found = set()
    nobodys = False
    for line in map(str.strip, text.splitlines()):
        nobodys = line.startswith("#") and (nobodys or _NOBODYS in line)
        if not line.startswith("#") or nobodys:
            continue
        try:
            said = yaml.safe_load(line.lstrip("# ").removeprefix("- "))
        except yaml.YAMLError:
            continue
        if isinstance(said, dict):
            said = said.get("name", said.get("table"))
        found.add(str(said))
    return frozenset(found)


def _append(entries: Any, entry: Any, why: str = "") -> None:
    entries.append(entry)
    if why and hasattr(entries, "yaml_add_eol_comment"):
        entries.yaml_add_eol_comment(why, len(entries) - 1)


def _shortened(why: str) -> str:
    told = " ".join(why.split())
    return told if len(told) <= _WHY else f"{told[: _WHY - 3]}..."


def _block(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Entries with a line for each key; what is within a key stays on its line."""
    for entry in entries:
        dash = "- "
        for key, value in entry.items():
            if key == COMMENT:
                yield from (f"      # {line}" for line in value)
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                yield f"    {dash}{key}:"
                yield from (f"        - {scalar(one)}" for one in value)
            else:
                yield f"    {dash}{key}: {scalar(value)}"
            dash = "  "


def _missing(entries: Iterable[str], ownership: Ownership) -> list[str]:
    """Entries that no entry of the file covers."""
    there = {entry.text for entry in ownership.entries}
    found = []
    for entry in entries:
        kind, identity = _parts(entry)
        if entry not in there and ("*" in identity or ownership.owner_of(ObjectId(kind, identity))[1] is None):
            found.append(entry)
    return found


def _parts(entry: str) -> tuple[str, str]:
    from auditor.declaration.readers import split_kind

    named = split_kind(entry)
    return named.kind, named.identity


def _list(document: Any, *path: str, make: bool = True) -> Any:
    """A list below two keys, which are made if they are not there."""
    first, second = path
    above = document.get(first)
    if above is None:
        if not make:
            return []
        document[first] = above = {}
    found = above.get(second)
    if found is None:
        if not make:
            return []
        above[second] = found = []
    return found


def _called(name: str, entry: Mapping[str, Any]) -> str:
    """What an entry is called, for people."""
    return str(entry[_KEYS[name]]) if name in _KEYS else " ".join(_key(name, entry))


def _key(name: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    if name in _KEYS:
        return (re.sub(r"\s+", "", str(entry.get(_KEYS[name], ""))),)
    return (str(entry.get("table")), ", ".join(sorted(str(one) for one in entry.get("columns", ()))))
