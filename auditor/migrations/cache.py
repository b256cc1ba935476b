"""What earlier runs read, remembered by content: one file for each history, thrown away whenever in doubt.

Keys are hashes of what was read, so an entry can be unused but never stale. Values are msgpack, decoded into the
types they are asked for; nothing in a cache file is ever executed. A file is written under a name of its own and
renamed, so that a reader sees all of it or nothing, whoever else writes or is killed meanwhile. A file that is
cut, changed or of another version counts as empty.
"""

from __future__ import annotations

import gc
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from auditor import __version__
from auditor.config import cache_directory

MAX_AGE = 6
"""Entries that so many writes in a row did not use are left out of the next one."""

MAX_BYTES = 256 * 1024 * 1024
"""Size of all cache files together; the longest unused ones are removed when a new one exceeds it."""

_MAGIC = b"auditor cache 1\n"
_SUFFIX = ".history"
_TEMPORARY = ".tmp"
_PRUNED = "pruned"
_PRUNE_EVERY = 600.0  # seconds between two looks at all files
_ABANDONED = 3600.0  # seconds after which a temporary file has no living writer

T = TypeVar("T")


class _Entry(msgspec.Struct, array_like=True):
    age: int
    value: msgspec.Raw


def plain(value: Any) -> Any:
    """A text that also knows its place is remembered as a text (`enc_hook` of msgspec).

    Raises:
        NotImplementedError: for anything else that msgspec cannot encode.
    """
    if isinstance(value, str):
        return str.__str__(value)
    raise NotImplementedError(f"{type(value).__name__} cannot be remembered")


_DECODER = msgspec.msgpack.Decoder(dict[bytes, _Entry])
_ENCODER = msgspec.msgpack.Encoder(enc_hook=plain)


def key_of(*parts: bytes | str) -> bytes:
    """The hash of some texts in order; where one ends and the next begins matters."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def versions_of(*distributions: str) -> str:
    """Versions of Python, of this program and of installed packages, as a part of a key.

    Read from the names of the packages' `.dist-info` directories: `importlib.metadata` takes longer to load than
    a whole history takes to be remembered.
    https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    found = dict.fromkeys(distributions, "-")
    for entry in reversed(sys.path):  # so that the first one counts, as for an import
        with suppress(OSError):
            for info in (path.name for path in Path(entry or ".").iterdir()):
                name, _, version = info.removesuffix(".dist-info").partition("-")
                if info.endswith(".dist-info") and name.lower() in found:
                    found[name.lower()] = version
    own = f"python {sys.version_info[0]}.{sys.version_info[1]}, auditor {__version__}"
    return ", ".join([own, *(f"{name} {version}" for name, version in found.items())])


def fingerprint_of_source(*places: str) -> str:
    """Names, sizes and times of this program's own modules, as a part of a key. A place is a module or a folder.

    The version alone would not do while the program itself is being changed.
    """
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for place in places:
        folder = root / place
        for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection meanwhile: for a while in which many values are made that stay.

    The collector would go through all of them again and again; it takes three quarters of the time otherwise.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Cache:
    """The remembered values of one history. Usable without a file: it then remembers nothing.

    Every method works whatever state the file and the disk are in; what cannot be read or written is not
    remembered.

    Args:
        path: the file, or None.
        stamp: what all values depend on; a file written under another stamp is ignored.
    """

    def __init__(self, path: Path | None = None, stamp: str = "") -> None:
        self._path = path
        self._stamp = hashlib.sha256(stamp.encode()).digest()
        self._old: dict[bytes, _Entry] = _load(path, self._stamp) if path else {}
        self._used: dict[bytes, _Entry] = {}
        self._changed = False

    @classmethod
    def of_history(cls, kind: str, identity: str, stamp: str) -> Cache:
        """The cache of one history in the user's cache directory.

        Args:
            kind: what is remembered, part of the file's name.
            identity: which history: its root and sources.
            stamp: see the class.
        """
        directory = cache_directory()
        if directory is None:
            return cls()
        name = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return cls(directory / f"{kind}-{name}{_SUFFIX}", stamp)

    def get(self, key: bytes, decoder: msgspec.msgpack.Decoder[T]) -> T | None:
        """The value of a key, or None if it is not known or not what the decoder expects."""
        entry = self._used.get(key) or self._old.get(key)
        if entry is None:
            return None
        try:
            value = decoder.decode(entry.value)
        except msgspec.MsgspecError:
            self._old.pop(key, None)
            return None
        entry.age = 0
        self._used[key] = entry
        return value

    def put(self, key: bytes, value: Any) -> None:
        """Remember a value of msgspec types under a key."""
        if self._path is not None:
            self._used[key] = _Entry(0, msgspec.Raw(_ENCODER.encode(value)))
            self._changed = True

    def forget(self) -> None:
        """Keep nothing of what the file holds."""
        self._old, self._used = {}, {}

    def save(self) -> None:
        """Write what was put, if anything was; otherwise only note that the file is in use."""
        if self._path is None:
            return
        with suppress(OSError):
            if not self._changed:
                os.utime(self._path)
                return
            kept = dict(self._used)
            for key, entry in self._old.items():
                if key not in kept and entry.age < MAX_AGE:
                    kept[key] = _Entry(entry.age + 1, entry.value)
            _write(self._path, self._stamp, _ENCODER.encode(kept))
            self._changed = False
            _prune(self._path.parent, keep=self._path)


# Private


def _load(path: Path, stamp: bytes) -> dict[bytes, _Entry]:
    try:
        data = path.read_bytes()
    except OSError:
        return {}
    head = len(_MAGIC)
    if data[:head] != _MAGIC or data[head : head + 32] != stamp:
        return {}
    payload = memoryview(data)[head + 64 :]
    if hashlib.sha256(payload).digest() != data[head + 32 : head + 64]:
        return {}
    try:
        return _DECODER.decode(payload)
    except msgspec.MsgspecError:
        return {}


def _write(path: Path, stamp: bytes, payload: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=_TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + stamp + hashlib.sha256(payload).digest())
            file.write(payload)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _prune(directory: Path, keep: Path) -> None:
    """Now and then: remove what killed writers left, and what was unused longest when all is too large."""
    now = time.time()
    marker = directory / _PRUNED
    with suppress(OSError):
        if now - marker.stat().st_mtime < _PRUNE_EVERY:
            return
    marker.touch()
    found: list[tuple[float, int, str]] = []
    with os.scandir(directory) as entries:
        for entry in entries:
            with suppress(OSError):
                status = entry.stat()
                if entry.name.endswith(_TEMPORARY):
                    if now - status.st_mtime > _ABANDONED:
                        Path(entry.path).unlink()
                elif entry.name.endswith(_SUFFIX) and entry.name != keep.name:
                    found.append((status.st_mtime, status.st_size, entry.path))
    total = keep.stat().st_size + sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= MAX_BYTES:
            return
        with suppress(OSError):
            Path(path).unlink()
            total -= size
