"""Files of a history as bytes: regular ones, up to a size, so that no file keeps the program waiting for ever."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

MAX_BYTES = 512 * 1024 * 1024
"""Largest file that is read (512 MiB): a history takes about five times its size in memory."""


def bytes_of(path: Path, first: int | None = None) -> bytes:
    """The bytes of a file.

    Args:
        path: a file, or a link to one.
        first: only so many of them.

    Raises:
        OSError: it cannot be read, is a pipe or a device, or is larger than MAX_BYTES.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    if first is None and status.st_size > MAX_BYTES:
        raise OSError(
            errno.EFBIG, f"it has {status.st_size} bytes, and no more than {MAX_BYTES} are read", str(path)
        )
    with path.open("rb") as file:
        return file.read(MAX_BYTES if first is None else first)


def text_of(path: Path) -> str:
    """The text of a file that has to be UTF-8, with Unix's line ends.

    Raises:
        OSError: as :func:`bytes_of`.
        UnicodeDecodeError: it is not.
    """
    return bytes_of(path).decode().replace("\r\n", "\n").replace("\r", "\n")
