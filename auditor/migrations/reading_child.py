"""Reads statements for another process: batches come on standard input, readings go to standard output.

Messages as in :mod:`auditor.migrations.reading`. The first one says that the process is ready; an empty one that
reading the batch raised an exception, which the parent then meets itself.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

import msgspec

from auditor.migrations.effects import reading_of
from auditor.migrations.reading import receive, send

_YOUNG = 50_000
"""Objects made before the collector runs: most die young, sqlglot's trees in circles."""


def main() -> None:
    """Answer until the parent has no more, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told as well, and then closes the input
    messages = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
    decoder = msgspec.msgpack.Decoder(list[str])
    encoder = msgspec.msgpack.Encoder()
    try:
        send(messages, b"ready")
        while (batch := receive(sys.stdin.buffer)) is not None:
            try:
                answer = encoder.encode([reading_of(text) for text in decoder.decode(batch)])
            except Exception:  # noqa: BLE001 -- raised again where somebody sees it
                answer = b""
            send(messages, answer)
    except BrokenPipeError:
        pass
    os._exit(0)
