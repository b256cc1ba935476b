"""What each kind of statement asks for: `tests/cases/changes/SUBJECT.sql`, expected in `SUBJECT.json` beside it.

`UPDATE_CASES=1 pytest tests/pure/test_changes_cases.py` writes the expected files anew: read the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.migrations.effects import HANDLERS, changes_of, disagreement
from auditor.migrations.effects.alter_table import COMMANDS
from auditor.model.change import AnyChange, Name, TypeName
from auditor.sql import UnreadableSql, grammar
from auditor.sql.names import qualified
from auditor.sql.tree import kind_and_body

CASES = Path(__file__).parent.parent / "cases" / "changes"
SUBJECTS = sorted(path.stem for path in CASES.glob("*.sql"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_changes(subject: str) -> None:
    found = [
        {"sql": sql, "changes": [plain(change) for change in changes_of(sql)]} for sql in statements_of(subject)
    ]
    expected = CASES / f"{subject}.json"
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(as_text(found))
    assert found == json.loads(expected.read_text())


def test_every_case_has_its_expectation() -> None:
    assert sorted(path.stem for path in CASES.glob("*.json")) == SUBJECTS


@pytest.mark.parametrize("subject", SUBJECTS)
def test_both_parsers_see_the_same(subject: str) -> None:
    said = {sql: what for sql in statements_of(subject) if (what := disagreement(sql)) is not None}
    assert said == {}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_changes_survive_the_cache(subject: str) -> None:
    decoder = msgspec.msgpack.Decoder(tuple[AnyChange, ...])
    for sql in statements_of(subject):
        changes = changes_of(sql)
        assert decoder.decode(msgspec.msgpack.encode(changes)) == changes


def test_cases_reach_every_handler() -> None:
    kinds: set[str] = set()
    commands: set[str] = set()
    for subject in SUBJECTS:
        for sql in statements_of(subject):
            try:
                parsed = grammar.parse(sql)
            except UnreadableSql:
                continue
            for statement in parsed:
                kind, body = kind_and_body(statement["stmt"])
                kinds.add(kind)
                if kind == "AlterTableStmt":
                    commands |= {command["AlterTableCmd"]["subtype"] for command in body["cmds"]}
    assert set(HANDLERS) - kinds == set()
    assert set(COMMANDS) - commands == set()


def statements_of(subject: str) -> list[str]:
    text = (CASES / f"{subject}.sql").read_text()
    data = text.encode()
    return [data[start:end].decode() for start, end in grammar.split(text)]


def plain(value: Any) -> Any:
    """A change for the eye: names as PostgreSQL writes them, and nothing that has its default value."""
    if isinstance(value, Name):
        return qualified(value.schema, value.name) if value.name else ""
    if isinstance(value, TypeName):
        text = qualified(value.schema, value.name) + "[]" * value.array
        text += f"({value.modifier})" if value.modifier else ""
        text += f".{value.of_column}%TYPE" if value.of_column else ""
        return f"setof {text}" if value.setof else text
    if isinstance(value, msgspec.Struct):
        fields = {
            field.name: plain(found)
            for field in msgspec.structs.fields(value)
            if (found := getattr(value, field.name)) != field.default
        }
        tag = value.__struct_config__.tag
        return {"change": tag, **fields} if tag is not None else fields
    if isinstance(value, tuple):
        return [plain(element) for element in value]
    return value


def as_text(cases: list[dict[str, Any]]) -> str:
    """One change a line."""
    blocks = []
    for case in cases:
        lines = [f"   {json.dumps(change)}" for change in case["changes"]]
        changes = "[\n" + ",\n".join(lines) + "]" if lines else "[]"
        blocks.append(f' {{"sql": {json.dumps(case["sql"])},\n  "changes": {changes}}}')
    return "[\n" + ",\n".join(blocks) + "\n]\n"
