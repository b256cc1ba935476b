"""The keys of `guards:`: what runtime source code must not do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, field

from auditor.declaration.base import Entry, Mode, Text
from auditor.model import Location

GuardAction = Literal["read", "write", "call"]


class Guard(Entry, frozen=True, kw_only=True):
    """What runtime source code must not do, or which code alone may do it."""

    forbid: Annotated[
        GuardAction | None,
        Meta(description="What the files of `in` must not do."),
    ] = None
    allow_only: Annotated[
        GuardAction | None,
        Meta(description="What no files but those of `in` may do."),
    ] = field(name="allow-only", default=None)
    table: Annotated[Text | None, Meta(description="The table it is about.")] = None
    function: Annotated[Text | None, Meta(description="The function it is about (with `call`).")] = None
    files: Annotated[
        Text,
        Meta(
            description="Glob of files, relative to this file: `services/**`.",
            extra={"read": "glob"},
        ),
    ] = field(name="in")
    excluded: Annotated[
        tuple[Text, ...],
        Meta(
            description="Globs of files that the guard is not about, such as `tests/**`.",
            extra={"read": "glob"},
        ),
    ] = field(name="except", default=())
    mode: Annotated[
        Mode | None,
        Meta(
            description="`compat`: violations that the baseline (`.auditor/guards.jsonl`) knows are counted "
            "warnings, new ones fail. `strict` when left out."
        ),
    ] = None
    reason: Annotated[Text | None, Meta(description="Why.")] = None

    @property
    def action(self) -> GuardAction:
        """What must not be done, or only in some files."""
        return self.forbid or self.allow_only or "read"

    @property
    def key(self) -> str:
        """The guard in one line, the same as long as it is about the same: `forbid write TABLE in GLOB`."""
        word = "forbid" if self.forbid else "allow-only"
        return f"{word} {self.action} {self.table or self.function} in {self.files}"

    def contradictions(self) -> Iterator[tuple[Location, str]]:
        """Exactly one action, on exactly one thing that it fits."""
        action = self.forbid or self.allow_only
        if (self.forbid is None) == (self.allow_only is None):
            yield self.location, "a guard has either `forbid` or `allow-only`"
        elif (self.table is None) == (self.function is None):
            yield self.location, "a guard is about either a `table` or a `function`"
        elif (action == "call") != (self.function is not None):
            yield self.location, "`call` goes with `function`, `read` and `write` go with `table`"
