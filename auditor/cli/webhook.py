"""A report posted to a webhook as JSON. The address is a secret: it is never shown, only its host is.

The body is generic: `text` for chat systems, `result`, and the findings as `--format json` has them.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from auditor.config import Settings
from auditor.errors import CouldNotCheck, UsageError
from auditor.model import Report, Severity

VARIABLE = "AUDITOR_WEBHOOK_URL"
"""Holds the address; it is not taken from the command line, where every user of the machine could see it."""

WAITS = (0.5, 2.0, 8.0)
"""Seconds between attempts."""

TIMEOUT = 10
"""Seconds for one attempt."""

log = logging.getLogger("auditor")


def address() -> str:
    """The webhook's URL.

    Raises:
        UsageError: there is none, or it is none.
    """
    url = os.environ.get(VARIABLE, "")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--webhook needs an http or https URL in {VARIABLE}")
    return url


def post(url: str, body: bytes, *, sleep: Callable[[float], None] = time.sleep) -> str | None:
    """Post a body, and again after a while if it is not taken.

    Args:
        url: the address.
        body: JSON.
        sleep: waits between attempts.

    Returns:
        None if it was taken; else why not, without the address. A refusal (4xx but 408, 425 and 429) is final.
    """
    from http.client import HTTPException  # loaded when there is something to tell

    parts = urlsplit(url)
    why = ""
    attempts = 0
    for wait in (*WAITS, None):
        attempts += 1
        try:
            status = _attempt(url, body)
            if 200 <= status < 300:
                log.info("webhook at %s: taken", parts.hostname)
                return None
            why = f"it answered {status}"
            if 400 <= status < 500 and status not in (408, 425, 429):
                break
        except (OSError, HTTPException) as error:
            why = type(error).__name__ if isinstance(error, HTTPException) else str(error.strerror or error)
        if wait is not None:
            log.info("webhook at %s: %s; again in %s s", parts.hostname, why, wait)
            sleep(wait)
    return f"the webhook at {parts.hostname} was not reached: {why} ({attempts} attempts)"


def body_of(report: Report, fail_on: Severity) -> bytes:
    """What is posted about a report."""
    from auditor.reports.json import finding_values
    from auditor.reports.text import finding_line

    result = report.result(fail_on)
    told = [*report.could_not_check, *(finding_line(one) for one in report.findings)]
    text = f"auditor: {result}" + "".join(f"\n{line}" for line in told[:20])
    if len(told) > 20:
        text += f"\nand {len(told) - 20} more"
    value = {
        "version": 1,
        "tool": "auditor",
        "command": report.command,
        "result": result,
        "text": text,
        "notes": list(report.notes),
        "could_not_check": list(report.could_not_check),
        "findings": [finding_values(one) for one in report.findings],
    }
    return json.dumps(value).encode()


def changed(path: Path, report: Report, fail_on: Severity) -> bool:
    """Whether a report says something else than the one that was told last.

    Raises:
        CouldNotCheck: the file cannot be read.
    """
    try:
        before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else None
    except OSError as error:
        raise CouldNotCheck(f"the state {path} cannot be read: {error.strerror}") from None
    return _said(report, fail_on) != before and (before is not None or report.result(fail_on) != "kept")


def remember(path: Path, report: Report, fail_on: Severity) -> None:
    """Note what was told; what the webhook did not take is not told, and will be again.

    Raises:
        CouldNotCheck: the file cannot be written.
    """
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        fresh.write_text(_said(report, fail_on), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise CouldNotCheck(f"cannot write the state {path}: {error.strerror}") from None


def told(audit: Callable[[], Report], url: str | None, settings: Settings, state: Path | None) -> Report:
    """Run an audit, and tell the webhook if it fails or cannot look.

    Args:
        audit: to run.
        url: of the webhook; None for none.
        settings: of the run.
        state: see :func:`changed`.

    Raises:
        CouldNotCheck: the audit could not look.
    """
    failed: CouldNotCheck | None = None
    fail_on = Severity(settings.fail_on)
    try:
        report = audit()
    except CouldNotCheck as error:
        failed = error
        report = Report("forensics alert", could_not_check=(" ".join(str(error).split()),))
    due = changed(state, report, fail_on) if state is not None else report.result(fail_on) != "kept"
    why = post(url, body_of(report, fail_on)) if url is not None and due else None
    if state is not None and why is None:
        remember(state, report, fail_on)
    if failed is not None:
        raise CouldNotCheck(f"{failed}; {why}" if why else str(failed)) from failed
    if why is not None:
        return dataclasses.replace(report, could_not_check=(*report.could_not_check, why))
    return report


# Private


def _said(report: Report, fail_on: Severity) -> str:
    """What is told of a report, so that the next can be compared with it."""
    found = sorted({one.fingerprint for one in report.findings})
    return json.dumps({"result": report.result(fail_on), "findings": found})


def _attempt(url: str, body: bytes) -> int:
    """One POST; redirects are not followed: the body is not for another host."""
    import ssl
    from http.client import HTTPConnection, HTTPSConnection

    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        connection = HTTPConnection(host, parts.port, timeout=TIMEOUT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", "User-Agent": "auditor"})
        return connection.getresponse().status
    finally:
        connection.close()
