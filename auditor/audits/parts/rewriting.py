"""A file that a person wrote, written anew: whole or not at all, and only if nobody else changed it meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from auditor.errors import CouldNotCheck


def rewrite(path: Path, text: str, before: bytes | None, look: Callable[[Path], object] | None = None) -> None:
    """Put a text in the place of a file, or where there is none.

    It is written beside its place and renamed, so that nobody sees half of it. A link is followed.

    Args:
        path: the file.
        text: what it is to hold; its ends of lines are kept.
        before: what it held when it was read; None: it was not there.
        look: reads the new file before it takes its place, and raises if it should not.

    Raises:
        CouldNotCheck: it cannot be written, or somebody else changed it.
    """
    path = path.resolve()
    written: Path | None = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=path.suffix, delete=False) as file:
            written = Path(file.name)
            file.write(text.encode())
        if look is not None:
            look(written)
        if (path.read_bytes() if path.exists() else None) != before:
            raise CouldNotCheck(f"{path} was changed by somebody else meanwhile: nothing was written; run again")
        written.chmod(path.stat().st_mode if before is not None else 0o644)
        written.replace(path)
    except OSError as error:
        raise CouldNotCheck(f"cannot write {path}: {error.strerror}") from error
    finally:
        if written is not None:
            written.unlink(missing_ok=True)
