"""One file read: the tree asked for chains, texts, definitions and comments; everything else forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.source.comments import allowance_in
from auditor.source.definitions import definitions
from auditor.source.languages import BY_SUFFIX
from auditor.source.languages.base import Language
from auditor.source.model import InlineAllowance, SourceAccess, SourceFile, Unparsed
from auditor.source.reading import Reading, key_of_name
from auditor.source.recognisers import BUILDERS, RECOGNISERS, is_trigger, texts
from auditor.source.recognisers.calls import recognise_func
from auditor.source.syntax import Key, Node, key_of, parse

MOST_LINES = 3
"""An error that spans more lines is not minor."""

MOST_ERRORS = 1
"""Places of a file that does not fit its grammar which are told."""


def extract(text: str, language: Language, file: str) -> SourceFile:
    """What a file says by itself.

    Args:
        text: of the file.
        language: in which it is written.
        file: its path, for what a framework takes from it.
    """
    if (at := text.find("\0")) >= 0:
        return SourceFile(unparsed=(Unparsed("there is a NUL byte in it", text.count("\n", 0, at) + 1),))
    root = parse(text, language.grammar)
    reading = Reading(root, language)
    try:
        found = [*_of_chains(reading), *recognise_func(reading), *texts.recognise(reading)]
        defined = tuple(definitions(reading, file))
    except RecursionError:
        return SourceFile(unparsed=(Unparsed("nested too deeply to be read"),))
    return SourceFile(
        accesses=tuple(sorted(_each_once(found), key=lambda one: (one.line, one.column, one.action))),
        definitions=tuple(dict.fromkeys(defined)),
        allowances=tuple(_allowances(reading)),
        unparsed=tuple(_errors(reading)),
    )


# Private


def _of_chains(reading: Reading) -> Iterator[SourceAccess]:
    seen: set[Key] = set()
    known: dict[str, bool] = {}
    for node in reading.of_kinds(reading.language.calls):
        if not _triggers(node, reading, known):
            continue
        outermost = _outermost(node, reading)
        key = key_of(outermost)
        if key in seen:
            continue
        seen.add(key)
        chain = reading.chain(reading.expression(outermost))
        for recogniser in RECOGNISERS:
            yield from recogniser(chain, reading)


def _triggers(node: Node, reading: Reading, known: dict[str, bool]) -> bool:
    """Whether the name of what is called may matter; the cheapest look at it that there is."""
    place = reading.language.callee(node)
    if place is None:
        return False
    name = place.text()
    if (answer := known.get(name)) is None:
        plain = name.partition("<")[0].rpartition("::")[2].rpartition(".")[2]
        answer = known[name] = is_trigger(key_of_name(plain), reading.language.name)
    return answer or (name in BUILDERS and place.kind() == "identifier")


def _outermost(node: Node, reading: Reading) -> Node:
    """The whole chain that a call is a part of."""
    start = key_of(node)[0]
    current = node
    while (parent := current.parent()) is not None and parent.kind() in reading.language.links:
        if key_of(parent)[0] != start:
            break
        current = parent
    while current.kind() not in reading.language.calls:  # a member at the end says nothing
        inner = current.named_children()
        if not inner or key_of(inner[0])[0] != start:
            return node
        current = inner[0]
    return current


def _each_once(found: Iterable[SourceAccess]) -> Iterator[SourceAccess]:
    """Recognisers may see one thing twice; a strong one is better than a weak one."""
    best: dict[tuple[object, ...], SourceAccess] = {}
    for one in found:
        key = (one.line, one.column, one.action, one.name, one.schema, one.reference)
        if key not in best or (best[key].weak and not one.weak):
            best[key] = one
    yield from best.values()


def _errors(reading: Reading) -> Iterator[Unparsed]:
    found = reading.nodes.get("ERROR", [])
    for node in found[:MOST_ERRORS]:
        at = node.range().start
        more = f" ({len(found)} places)" if len(found) > 1 else ""
        message = f"the text does not fit the grammar of its language here{more}"
        yield Unparsed(message, at.line + 1, at.column + 1, minor=_is_minor(found, reading))


def _is_minor(errors: list[Node], reading: Reading) -> bool:
    """Whether next to nothing is lost: grammars lag behind their languages (`new(x)` of Go 1.26)."""
    lost = sum(end - start for start, end in map(key_of, errors))
    start, end = key_of(reading.root)
    lines = max(node.range().end.line - node.range().start.line for node in errors)
    return lines <= MOST_LINES and lost * 20 <= end - start


def _allowances(reading: Reading) -> Iterator[InlineAllowance]:
    for node in reading.of_kinds(reading.language.comments):
        text = node.text()
        if "auditor:" not in text:
            continue
        place = node.range()
        following = node.next()
        while following is not None and following.kind() in reading.language.comments:
            following = following.next()
        lines = (place.start.line + 1, place.end.line + 1)
        before = node.prev()
        alone = before is None or before.range().end.line < place.start.line
        if alone and following is not None:
            span = following.range()
            lines = (span.start.line + 1, span.end.line + 1)
        found = allowance_in(text, place.start.line + 1, place.start.column + 1, lines)
        if found is not None:
            yield found


# Pages

_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)


def extract_page(text: str, file: str) -> SourceFile:
    """The scripts of a Vue or Svelte page, read as TypeScript; all around them is blank, so that lines hold."""
    kept = list(re.sub(r"[^\n]", " ", text))
    for found in _SCRIPT.finditer(text):
        kept[found.start(1) : found.end(1)] = found[1]
    return extract("".join(kept), BY_SUFFIX[".ts"], file)


def language_of(suffix: str) -> Language:
    """The language of files with a suffix of the registry."""
    return BY_SUFFIX[suffix]
