"""What to do about a revision written in Python that needs something of its project which is not here."""

from __future__ import annotations

import re

_SETTING = re.compile(r"KeyError: '([A-Z][A-Z0-9_]+)'")
_PACKAGE = re.compile(r"ModuleNotFoundError|ImportError|cannot be imported")
_PLUGIN = re.compile(r"AttributeError: module 'alembic\.\w+' has no attribute")


def advice(message: str) -> str | None:
    """What to do, or None if the message (`NAME: text` of an exception in it) tells of nothing like that."""
    if found := _SETTING.search(message):
        return f"if {found[1]} is a variable of the environment, set it as your deployment does"
    if _PLUGIN.search(message):
        return "install the Alembic extension that adds it beside auditor: the project's own requirements"
    if _PACKAGE.search(message):
        return "install the project's own requirements beside auditor, so that what the revision imports is there"
    return None
