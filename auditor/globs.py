"""Globs over paths with forward slashes, as `classifications.yaml` has them."""

from __future__ import annotations

import re
from functools import cache

_PARTS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@cache
def compiled(glob: str) -> re.Pattern[str]:
    """`**` stands for any number of directories, `*` and `?` stay within one; nothing else is special."""
    return re.compile("".join(_PARTS.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", glob)))


def matches(glob: str, path: str) -> bool:
    """Whether the whole path matches."""
    return compiled(glob).fullmatch(path) is not None
