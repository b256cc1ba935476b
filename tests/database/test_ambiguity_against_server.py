"""Where the rule calls a name ambiguous the server raises 42702, and nowhere else: case by case."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from auditor.bodies.ambiguity import ambiguous_references
from auditor.bodies.of_snapshot import scene_of_snapshot
from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.contract.facts import Facts
from auditor.declaration.load import load
from auditor.history.fold import fold

FOLDER = Path(__file__).parent.parent / "cases" / "ambiguity"
_CASE = re.compile(r"^-- case: (\w+)\n(.*?)(?=^-- case: |\Z)", re.MULTILINE | re.DOTALL)
OF_ROWS = {"42702", "55000", "42703"}
"""A record that is not assigned yet, or has no such field, is told before the ambiguity is."""


class Case(NamedTuple):
    """A function, and how it is called."""

    name: str
    function: str
    create: str
    call: str


def _parts(name: str, text: str) -> Case:
    create, _, call = text.replace("case_f", f"case_{name}").partition("-- call: ")
    create = re.sub(r"(?m)^-- [A-Z].*$", "", create).replace("TRIGGER t ", f"TRIGGER t_{name} ")
    function = re.search(r"CREATE FUNCTION (\w+)", create)
    assert function is not None
    call = call.strip().splitlines()[0] if call.strip() else f"SELECT * FROM {function[1]}()"
    return Case(name, function[1], create, call)


def test_the_rule_says_what_the_server_says(
    connect: Callable[..., psycopg.Connection[Any]], tmp_path: Path
) -> None:
    connection = connect()
    connection.execute((FOLDER / "tables.sql").read_text())
    config = tmp_path / "classifications.yaml"
    config.write_text("version: 1\n")
    configuration = load(config)
    cases = [_parts(*found) for found in _CASE.findall((FOLDER / "functions.sql").read_text())]
    with connection.transaction(force_rollback=True):
        for case in cases:
            connection.execute(case.create)
        set_printing(connection)
        scene = scene_of_snapshot(Facts(configuration, fold(()), read_snapshot(connection)))
    routines = {routine.definition.name.name: routine for routine in scene.routines.values()}
    wrong: list[str] = []
    raised = 0
    for case in cases:
        said = list(ambiguous_references(routines[case.function], scene))
        code = None
        with connection.transaction(force_rollback=True):
            connection.execute(case.create)
            try:
                with connection.transaction():
                    connection.execute(case.call)
            except psycopg.Error as error:
                code = error.sqlstate
        about_rows = any(one.variable is not None and one.variable.row for one in said)
        expected = code in (OF_ROWS if about_rows else {"42702"})
        if code is not None and not expected and code != "42702":
            wrong.append(f"{case.name}: the case itself fails with {code}")
        if bool(said) != expected:
            wrong.append(
                f"{case.name}: the server {code or 'is content'}, the rule says {[one.name for one in said]}"
            )
        raised += expected
    assert not wrong, "\n".join(wrong)
    assert len(cases) >= 100
    assert raised >= 50
