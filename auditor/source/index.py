"""References resolved: what a name of one file means is said by another.

Of several definitions of a name, those that the import's path leads to count; failing that, those nearest to the
file that uses it. Definitions that differ and cannot be told apart leave a strong access unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from msgspec.structs import replace

from auditor.source.definitions import plural, snake_case
from auditor.source.model import Definition, Reference, SourceAccess, SourceFile
from auditor.source.recognisers.base import named_in

_DJANGO = "models.Model"
_RAILS = frozenset({"ApplicationRecord", "ActiveRecord::Base", "::ApplicationRecord", "Model", "Eloquent"})
_FLASK = frozenset({"db.Model"})
_ROOTS = ("Application", "Base", "Abstract")  # how classes are called that have no table of their own
_DEEPEST = 8


class Index:
    """The definitions of all files.

    Args:
        files: by path.
    """

    def __init__(self, files: Mapping[str, SourceFile]) -> None:
        self._by_name: dict[str, list[tuple[str, Definition]]] = {}
        for path, file in files.items():
            for definition in file.definitions:
                self._by_name.setdefault(definition.name, []).append((path, definition))

    def resolved(self, path: str, file: SourceFile) -> Iterator[SourceAccess]:
        """The accesses of a file with their tables; what turns out to be none is left out."""
        for access in file.accesses:
            if access.reference is None:
                yield access
                continue
            names = list(dict.fromkeys(self._names(access.reference, path, access.via)))
            for name, schema in names:
                yield replace(
                    access, name=name, schema=schema or access.schema, reference=None, weak=False, detail=None
                )
            if not names and not access.weak:
                where = f" of {access.reference.module}" if access.reference.module else ""
                detail = access.detail or f"the name is {access.reference.name}{where}, which is not known here"
                yield replace(access, reference=None, detail=detail)

    # Private

    def _names(self, reference: Reference, path: str, via: str) -> Iterator[tuple[str, str | None]]:
        for owner, definition in self._definitions(reference, path):
            if via == "repository":
                if definition.kind == "repository" and definition.bases:
                    yield from self._names(Reference(definition.bases[0]), owner, "model")
            elif definition.kind == "constant":
                if via == "model":
                    continue
                for text in definition.texts:
                    target = named_in(text, fold=False)
                    if target is not None and target.name is not None:
                        yield target.name, target.schema
            elif definition.kind in ("table", "model"):
                table = self._table(owner, definition, _DEEPEST)
                if table is not None:
                    yield table

    def _definitions(self, reference: Reference, path: str) -> list[tuple[str, Definition]]:
        known = self._by_name.get(reference.name, [])
        if reference.module == "":
            return [one for one in known if one[0] == path]
        if reference.module is not None:
            led = [one for one in known if _leads(reference.module, path, one[0])]
            if led:
                return led
        return _nearest(known, path)

    def _table(self, path: str, definition: Definition, depth: int) -> tuple[str, str | None] | None:
        if definition.table is not None:
            return definition.table, definition.schema
        if definition.kind == "table" or depth == 0 or "abstract" in definition.bases:
            return None
        framework = self._framework(path, definition, depth)
        if framework == "django":
            app = next((base.removeprefix("app=") for base in definition.bases if base.startswith("app=")), "")
            return (f"{app}_{definition.name.lower()}", None) if app else None
        if framework == "flask":
            return snake_case(definition.name), definition.schema
        if framework == "rails":
            return plural(snake_case(definition.name)), definition.schema
        for base in definition.bases:  # one table for a class and what derives from it
            for owner, parent in self._definitions(Reference(base.rpartition(".")[2]), path):
                if parent.kind == "model" and parent.name != definition.name:
                    table = self._table(owner, parent, depth - 1)
                    if table is not None:
                        return table
        return None

    def _framework(self, path: str, definition: Definition, depth: int) -> str | None:
        """Whose conventions hold, through classes that have no table of their own."""
        for base in definition.bases:
            if base == _DJANGO:
                return "django"
            if base in _FLASK:
                return "flask"
            if base in _RAILS:
                return "rails"
        if depth == 0:
            return None
        for base in definition.bases:
            for owner, parent in self._definitions(Reference(base.rpartition(".")[2].rpartition("::")[2]), path):
                if parent.kind == "model" and parent.name != definition.name and parent.table is None:
                    found = self._framework(owner, parent, depth - 1)
                    if found == "django" or (found is not None and "abstract" in parent.bases):
                        return found
                    if found == "rails" and parent.name.startswith(_ROOTS):
                        return found
        return None


# Private


def _leads(module: str, user: str, path: str) -> bool:
    """Whether an import may mean a file: `./schema`, `@/db/schema`, `app.models`, `github.com/x/y/db`."""
    target = PurePosixPath(path)
    stem = target.with_suffix("")
    if stem.name in ("index", "__init__", "mod"):
        stem = stem.parent
    if module.startswith("."):
        if "/" not in module and not module.strip("."):
            wanted = PurePosixPath(user).parent
        elif module.startswith(("./", "../")):
            wanted = PurePosixPath(_joined(PurePosixPath(user).parent, module))
        else:  # Python: `.models`, `..models`
            dots = len(module) - len(module.lstrip("."))
            base = PurePosixPath(user).parent
            for _ in range(dots - 1):
                base = base.parent
            wanted = base / module.lstrip(".").replace(".", "/")
        for suffix in (".ts", ".tsx", ".js", ".mjs", ".jsx"):
            if wanted.suffix == suffix:
                wanted = wanted.with_suffix("")
        return stem == wanted or stem.parent == wanted
    plain = module.removeprefix("@/").removeprefix("~/").removeprefix("$lib/").removeprefix("src/")
    parts = [part for part in plain.replace(".", "/").split("/") if part]
    for tail in (stem.parts, stem.parent.parts):
        if parts and tuple(parts) == tail[-len(parts) :]:
            return True
        if len(parts) > 1 and parts[-1:] == list(tail[-1:]) and parts[-2:-1] == list(tail[-2:-1]):
            return True
    return False


def _joined(directory: PurePosixPath, module: str) -> str:
    parts = list(directory.parts)
    for part in module.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in (".", ""):
            parts.append(part)
    return "/".join(parts)


def _nearest(known: list[tuple[str, Definition]], path: str) -> list[tuple[str, Definition]]:
    """Of several definitions those that share most of the path."""
    if len(known) < 2:
        return known
    own = PurePosixPath(path).parts

    def shared(other: str) -> int:
        count = 0
        for left, right in zip(own, PurePosixPath(other).parts, strict=False):
            if left != right:
                break
            count += 1
        return count

    best = max(shared(one[0]) for one in known)
    return [one for one in known if shared(one[0]) == best]
