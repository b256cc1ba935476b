"""Checksums of migration files as the tools compute them, to be compared with those of their ledgers.

A ledger that keeps one knows whether the file was edited after it was applied. Left out, because they are not of
the file alone: Liquibase (`md5sum` of the parsed change set), refinery (SipHash of name, version and text), Atlas
(each file's hash goes on from the one before), yoyo (hash of the id).
"""

from __future__ import annotations

import hashlib
import zlib

_BOM = b"\xef\xbb\xbf"
_HASHES = {32: hashlib.md5, 40: hashlib.sha1, 64: hashlib.sha256, 96: hashlib.sha384, 128: hashlib.sha512}
"""Number of hexadecimal digits -> the hash that has as many."""


def flyway_checksum(data: bytes) -> str:
    """Flyway's: CRC-32 of the lines without their ends, as a signed number of 32 bits (`ChecksumCalculator`)."""
    text = data.removeprefix(_BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    number = 0
    for line in text.split(b"\n"):
        number = zlib.crc32(line, number)
    return str(number - (1 << 32) if number >= 1 << 31 else number)


def same_content(layout: str, recorded: str, data: bytes) -> bool | None:
    """Whether a recorded checksum is that of the file.

    Args:
        layout: of the tool that keeps the ledger.
        recorded: the checksum as text; hexadecimal for one that is stored as bytes.
        data: the file.

    Returns:
        None where the checksum is none that is known here.
    """
    if layout in _NOT_OF_THE_FILE:
        return None
    if layout == "flyway":
        return recorded == flyway_checksum(data)
    digits = recorded.lower().removeprefix("\\x").removeprefix("sha256:").removeprefix("0x")
    make = _HASHES.get(len(digits))
    if make is None or set(digits) - set("0123456789abcdef"):
        return None
    # A checkout may have changed the ends of lines.
    unix = data.replace(b"\r\n", b"\n")
    return any(make(one).hexdigest() == digits for one in (data, unix, unix.replace(b"\n", b"\r\n")))


# Private

_NOT_OF_THE_FILE = frozenset({"atlas", "liquibase", "refinery", "yoyo"})
