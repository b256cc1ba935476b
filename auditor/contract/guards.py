"""Guards against what source code does: which accesses a guard is about, and which of them break it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from auditor.declaration.guards import Guard
from auditor.globs import matches
from auditor.model import Location, ObjectId
from auditor.source.model import SourceAccess
from auditor.source.read import ReadFile
from auditor.sql.names import split_name


@dataclass(frozen=True, slots=True)
class Violation:
    """An access that a guard does not let pass.

    Attributes:
        guard: that is broken.
        file: path of the source file.
        access: what the code does.
        object: what it does it to.
    """

    guard: Guard
    file: str
    access: SourceAccess
    object: ObjectId

    @property
    def location(self) -> Location:
        """Where the code does it."""
        return Location(self.file, self.access.line, self.access.column)

    @property
    def place(self) -> str:
        """Which violation it is, whatever lines stand above it: `insert in services/a.ts, enqueue()`."""
        within = f", {self.access.within}()" if self.access.within else ""
        return f"{self.access.verb} in {self.file}{within}"


@dataclass(frozen=True, slots=True)
class Unclear:
    """An access that may break a guard: the code does not say to which table.

    Attributes:
        guards: that it may break.
        file: path of the source file.
        access: what the code does.
    """

    guards: tuple[Guard, ...]
    file: str
    access: SourceAccess


@dataclass(frozen=True, slots=True)
class Judged:
    """All guards held against all files.

    Attributes:
        violations: in order of the guards, then of the files.
        unclear: accesses to what is not known.
        without_files: guards whose globs match no file.
        covered: paths of files that at least one guard is about.
        files: number of files that each guard is about, by its key.
    """

    violations: tuple[Violation, ...]
    unclear: tuple[Unclear, ...]
    without_files: tuple[Guard, ...]
    covered: frozenset[str]
    files: Mapping[str, int]


class Matcher:
    """A guard ready to be asked.

    Args:
        guard: of `classifications.yaml`.
        search_path: schemas in which a name without one may lie.
        functions: identities of functions that are known, to name the one that is called.
    """

    def __init__(self, guard: Guard, search_path: Sequence[str], functions: Collection[str] = ()) -> None:
        self.guard = guard
        self._search_path = tuple(search_path)
        self._functions = functions
        parts = split_name(str(guard.table or guard.function).partition("(")[0])
        self.name = parts[-1]
        self.schema = parts[-2] if len(parts) > 1 else self._search_path[0]

    def about_file(self, path: str) -> bool:
        """Whether the guard says anything about a file."""
        if self.leaves_out(path):
            return False
        return self.selects(path) == (self.guard.forbid is not None)

    def leaves_out(self, path: str) -> bool:
        """Whether `except` of the guard names a file."""
        return any(_covers(str(pattern), path) for pattern in self.guard.excluded)

    def selects(self, path: str) -> bool:
        """Whether a file lies in the guard's `in`."""
        return _covers(str(self.guard.files), path)

    def about(self, access: SourceAccess) -> bool:
        """Whether an access does to the guard's table or function what the guard is about."""
        if access.action != self.guard.action or access.name is None:
            return False
        if not _wild(self.name).fullmatch(access.name):
            return False
        if access.schema is None:
            return any(_wild(self.schema).fullmatch(schema) for schema in self._search_path)
        return _wild(self.schema).fullmatch(access.schema) is not None

    def may_be_about(self, access: SourceAccess) -> bool:
        """Whether an access that is not understood may be one."""
        if access.detail is None:
            return False
        if access.name is None:
            unknown_schema = access.schema is None or _wild(self.schema).fullmatch(access.schema)
            return access.action == self.guard.action and bool(unknown_schema)
        # The table is known and the action is not (a request whose method is a variable).
        return self.guard.table is not None and self.guard.action == "write" and self._is_named(access)

    @cached_property
    def object(self) -> ObjectId:
        """What the guard is about."""
        identity = f"{self.schema}.{self.name}"
        if self.guard.table is not None:
            return ObjectId("table", identity)
        known = [one for one in self._functions if one.partition("(")[0] == identity]
        return ObjectId("function", known[0] if len(known) == 1 else f"{identity}(*)")

    # Private

    def _is_named(self, access: SourceAccess) -> bool:
        return access.name == self.name and access.schema in (None, self.schema)


def judge(
    guards: Sequence[Guard],
    files: Sequence[ReadFile],
    *,
    search_path: Sequence[str] = ("public",),
    functions: Collection[str] = (),
) -> Judged:
    """Hold every guard against every file.

    Args:
        guards: of `classifications.yaml`.
        files: as they were read.
        search_path: schemas in which a name without one may lie.
        functions: identities of functions that the contract or the history knows.
    """
    matchers = [Matcher(guard, search_path, functions) for guard in guards]
    violations: list[Violation] = []
    covered: dict[str, list[Matcher]] = {}
    counts: dict[str, int] = {}
    without = []
    for matcher in matchers:
        about = [file for file in files if matcher.about_file(file.path)]
        if not any(matcher.selects(file.path) for file in files):
            without.append(matcher.guard)
        counts[matcher.guard.key] = len(about)
        for file in about:
            covered.setdefault(file.path, []).append(matcher)
            violations += (
                Violation(matcher.guard, file.path, access, matcher.object)
                for access in file.accesses
                if matcher.about(access)
            )
    unclear = [one for file in files if file.path in covered for one in _unclear(file, covered[file.path])]
    return Judged(tuple(violations), tuple(unclear), tuple(without), frozenset(covered), counts)


# Private


def _unclear(file: ReadFile, matchers: Sequence[Matcher]) -> Iterator[Unclear]:
    for access in file.accesses:
        guards = tuple(matcher.guard for matcher in matchers if matcher.may_be_about(access))
        if guards:
            yield Unclear(guards, file.path, access)


def _covers(pattern: str, path: str) -> bool:
    """Whether a glob matches a file; a plain path means the file, or all files below the directory."""
    return matches(pattern, path) or (re.search(r"[*?\[]", pattern) is None and path.startswith(f"{pattern}/"))


def _wild(pattern: str) -> re.Pattern[str]:
    if "*" not in pattern and "?" not in pattern:
        return re.compile(re.escape(pattern))
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
