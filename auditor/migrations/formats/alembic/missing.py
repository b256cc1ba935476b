"""Stand-ins for what a revision imports and what cannot be imported here, such as the application's own modules.

Many revisions import a model or a setting and use it only for rows, or not at all. They are rendered as far as
they do not use it. Each use is refused: nothing is ever made up in its place.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from auditor.migrations.formats.alembic.child import describe, load_module

_NEVER = frozenset({"alembic", "sqlalchemy"})
_OF_MODELS = frozenset({"__table__", "__tablename__", "__mapper__"})

Refuse = Callable[[str], NoReturn]


class Missing:
    """Something that is not there. It can be passed on and asked for its parts; any other use is refused."""

    def __init__(self, name: str, refuse: Refuse) -> None:
        self.__dict__.update(_name=name, _refuse=refuse)

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__") and name not in _OF_MODELS:
            raise AttributeError(name)  # libraries look for their protocols
        return Missing(f"{self.__dict__['_name']}.{name}", self.__dict__["_refuse"])

    def _use(self, *_: object, **__: object) -> NoReturn:
        refuse: Refuse = self.__dict__["_refuse"]
        refuse(f"uses {self.__dict__['_name']}, which cannot be imported")

    __call__ = __iter__ = __next__ = __len__ = __bool__ = __getitem__ = __setitem__ = __contains__ = _use
    __str__ = __repr__ = __format__ = __bytes__ = __int__ = __float__ = __index__ = __fspath__ = _use
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _use
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __or__ = __ror__ = _use
    __and__ = __rand__ = __invert__ = __neg__ = __enter__ = __exit__ = __await__ = __setattr__ = _use
    __mro_entries__ = __instancecheck__ = __subclasscheck__ = _use


def load_revision(path: str, refuse: Refuse) -> ModuleType:
    """Execute a revision's file; an import in it that fails gives a :class:`Missing` in its place.

    Args:
        path: the file.
        refuse: stops the revision, with what it used.

    Raises:
        BaseException: whatever the file raises beside that.
    """
    absent: dict[str, str] = {}
    while True:
        try:
            with _stand_ins(absent, refuse):
                return load_module(path)
        except Exception as error:
            names = _imported_at(path, error) - absent.keys() - _NEVER
            if not names:
                raise
            absent |= dict.fromkeys(names, describe(error, path)[0])


# Private


class _Finder(MetaPathFinder, Loader):
    def __init__(self, absent: dict[str, str], refuse: Refuse) -> None:
        self._absent = absent
        self._refuse = refuse

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 -- as the protocol has it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in self._absent else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        why = self._absent[spec.name.partition(".")[0]]

        def refuse(what: str) -> NoReturn:
            self._refuse(f"{what} ({why})")

        module = ModuleType(spec.name)
        module.__getattr__ = Missing(spec.name, refuse).__getattr__  # type: ignore[method-assign]
        return module

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""


@contextmanager
def _stand_ins(absent: dict[str, str], refuse: Refuse) -> Iterator[None]:
    """For one revision only: another may import the same with success, or find it missing in its own way."""
    finder = _Finder(absent, refuse)
    hidden = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in absent}
    for name in hidden:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] in absent]:
            del sys.modules[name]
        sys.modules.update(hidden)


def _imported_at(path: str, error: Exception) -> set[str]:
    """The packages that the import statement names which raised, if it was one of the file's own."""
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    if line is None or (isinstance(error, SyntaxError) and error.filename == path):
        return set()
    for node in ast.walk(ast.parse(Path(path).read_bytes())):
        if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno <= line <= (
            node.end_lineno or node.lineno
        ):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            return {name.partition(".")[0] for name in names} - {""}
    return set()
