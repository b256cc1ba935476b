"""The structural search: the only module that imports ast-grep.

`ast_grep_py` carries tree-sitter grammars of some thirty languages in one native module. A language that it does
not know ends in a Rust panic, so only those of :data:`auditor.source.languages.LANGUAGES` ever reach it. Lines and
columns of its nodes are 0-based and counted in characters; a tree is made of any text, with ERROR nodes where the
text does not fit the grammar. https://ast-grep.github.io/reference/rule.html
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.errors import CouldNotCheck

try:
    from ast_grep_py import SgNode as Node
    from ast_grep_py import SgRoot
except ImportError as error:  # no wheel for this platform
    raise CouldNotCheck(f"source code cannot be read: ast-grep-py is not installed ({error})") from None

__all__ = ["Key", "Node", "find_kinds", "key_of", "parse"]

Key = tuple[int, int]
"""Which node of a tree it is: first and last character."""


def parse(text: str, grammar: str) -> Node:
    """The root of a text's tree.

    Args:
        text: without NUL.
        grammar: ast-grep's name of a language of the registry.
    """
    return SgRoot(text, grammar).root()


def find_kinds(root: Node, kinds: Sequence[str]) -> list[Node]:
    """Every node of some kinds, outer ones before inner ones, in order of the text."""
    if len(kinds) == 1:
        return root.find_all(kind=kinds[0])
    return root.find_all(any=[{"kind": kind} for kind in kinds])


def key_of(node: Node) -> Key:
    """Tells nodes of one tree apart; a node and its only child may have the same."""
    place = node.range()
    return place.start.index, place.end.index
