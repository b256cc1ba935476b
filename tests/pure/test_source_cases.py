"""What is found in source code: each folder of `tests/cases/source` and its `accesses.txt`."""

import os
from pathlib import Path

import pytest

from auditor.migrations.cache import Cache
from auditor.source.files import list_files
from auditor.source.model import SourceAccess
from auditor.source.read import read_source

CASES = Path(__file__).parent.parent / "cases" / "source"
EXPECTED = "accesses.txt"
NAMES = sorted(path.name for path in CASES.iterdir())


def line(path: str, access: SourceAccess) -> str:
    name = f"{access.schema}.{access.name}" if access.schema else access.name
    what = name if access.detail is None else f"{name or '?'}  # {access.detail}"
    return f"{path}:{access.line}:{access.column} {access.action} {access.verb} {what}"


@pytest.mark.parametrize("name", NAMES)
def test_the_accesses_of_a_case(name: str) -> None:
    """Set AUDITOR_UPDATE_CASES to write down what is found."""
    files = read_source(list_files(CASES / name), Cache())
    found = [line(file.path, access) for file in files for access in file.accesses]
    found += [
        f"{file.path}:{one.line}:{one.column} unread: {one.message}"
        for file in files
        for one in file.file.unparsed
    ]
    text = "".join(f"{one}\n" for one in found)
    expected = CASES / name / EXPECTED
    if os.environ.get("AUDITOR_UPDATE_CASES"):
        expected.write_text(text)
    assert text == expected.read_text()
