"""Globs over paths with forward slashes, and wildcards over names, as `classifications.yaml` has them."""

from __future__ import annotations

import re
from functools import cache

_SPECIAL = re.compile(r"(\*\*/|\*\*|\*|\?|\[[^\]/]+\])")
_PARTS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@cache
def compiled(glob: str) -> re.Pattern[str]:
    """`**` is any number of directories, `*` and `?` stay within one; `[ab]` and `[!ab]` are a character."""
    return re.compile("".join(map(_part, _SPECIAL.split(glob))), re.DOTALL)


def matches(glob: str, path: str) -> bool:
    """Whether the whole path matches."""
    return compiled(glob).fullmatch(path) is not None


@cache
def compiled_name(pattern: str) -> re.Pattern[str]:
    """`*` is any text and `?` any character, and nothing else: a `[` is a part of names such as `integer[]`."""
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(p, re.escape(p)) for p in re.split(r"([*?])", pattern)), re.DOTALL)


def matches_name(pattern: str, name: str) -> bool:
    """Whether a whole name, such as an identity, fits."""
    return compiled_name(pattern).fullmatch(name) is not None


def is_pattern(text: str) -> bool:
    """Whether a name stands for several."""
    return "*" in text or "?" in text


# Private


def _part(part: str) -> str:
    if part.startswith("[") and part.endswith("]"):
        inner = part[1:-1].replace("\\", "\\\\")
        return f"[^/{inner[1:]}]" if inner.startswith(("!", "^")) and len(inner) > 1 else f"[{inner}]"
    return _PARTS.get(part, re.escape(part))
