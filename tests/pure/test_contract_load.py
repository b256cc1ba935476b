"""`classifications.yaml` read: every key, every problem with its place, the JSON Schema."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.declaration import positions
from auditor.declaration.base import Entry
from auditor.declaration.document import Document
from auditor.declaration.load import Configuration, load
from auditor.declaration.positions import MAX_BYTES
from auditor.declaration.readers import KINDS, READERS, interval_seconds, split_kind
from auditor.declaration.schema import json_schema
from auditor.errors import ConfigurationError
from auditor.model import Location, ObjectId, OwnerClass, Severity

CASES = Path(__file__).parent.parent / "cases" / "contract"
DECLARATION = CASES.parent / "declaration"
ROOT = Path(__file__).parent.parent.parent

BEYOND_A_SCHEMA = (DECLARATION / "beyond_a_schema.txt").read_text().split()
"""Files that are wrong in what no schema sees: how entries agree, what a file holds, grammars of texts."""


def read(text: str, tmp_path: Path) -> Configuration:
    path = tmp_path / "classifications.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def problems(text: str | bytes, tmp_path: Path) -> list[str]:
    path = tmp_path / "classifications.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    return [str(problem) for problem in caught.value.problems]


def test_the_published_example_is_read_whole() -> None:
    found = load(CASES / "interfaces.yaml")

    assert [source.path for source in found.migrations] == ["migrations"]
    assert found.overrides["0009"].owner_class is OwnerClass.LEGACY
    assert found.overrides["0009"].location == Location("interfaces.yaml", 14, 5)
    (trigger,) = found.contract.triggers
    assert trigger.name == "on_document_entity_events_change on public.document_entities"
    assert trigger.location == Location("interfaces.yaml", 20, 7)
    (function,) = found.contract.functions
    assert function.name == "public.claim_initial_decision_jobs(integer,pg_catalog.text)"
    assert (function.security, function.settings) == ("definer", {"search_path": "public, pg_temp"})
    (queue,) = found.contract.queues
    assert queue.writers is not None
    assert queue.writers[0].location == Location("interfaces.yaml", 37, 17)
    assert [guard.forbid or guard.allow_only for guard in found.guards] == ["write", "call", "call", "read"]
    assert found.pipeline is not None
    assert interval_seconds(found.pipeline.event_to_job_gap or "") == 60
    assert found.allow[0].until == datetime.date(2027, 1, 31)
    assert found.ownership.owner_of(ObjectId("function", "public.claim_x(integer)"))[0] is OwnerClass.CORE


def test_the_shortest_file(tmp_path: Path) -> None:
    found = read("version: 1\n", tmp_path)

    assert found.contract.triggers == ()
    assert found.severity.of(OwnerClass.CORE) is Severity.ERROR
    assert found.severity.of(None) is Severity.WARNING


BAD = sorted((DECLARATION / "bad").glob("*.yaml"))
GOOD = [*sorted((DECLARATION / "good").glob("*.yaml")), CASES / "interfaces.yaml", ROOT / "classifications.yaml"]


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.stem)
def test_every_problem_has_its_place_and_says_what_to_do(path: Path, tmp_path: Path) -> None:
    expected = path.with_suffix(".txt").read_text().splitlines()

    found = problems(path.read_bytes(), tmp_path)

    assert len(found) == len(expected), found
    for said, wanted in zip(found, expected, strict=True):
        if wanted.endswith("..."):
            assert said.startswith(f"classifications.yaml:{wanted.removesuffix('...')}")
        else:
            assert said == f"classifications.yaml:{wanted}"


def test_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "no.yaml", "there is no such file"), (tmp_path, "this is a directory")):
        with pytest.raises(ConfigurationError, match=message):
            load(path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    assert problems(b"version: 1\n# caf\xe9\n", tmp_path) == [
        "classifications.yaml:2: this is not UTF-8; save the file as UTF-8"
    ]
    assert problems(b"version: 1\nallow: \x00\n", tmp_path) == [
        "classifications.yaml:2:8: a control character stands here, which YAML does not allow"
    ]


def test_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "classifications.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\r\nclasses:\r\n  core: [table public.t]\r\n")

    assert load(path).ownership.entries[0].location == Location("classifications.yaml", 3, 10)


def test_files_that_are_made_to_be_too_much(tmp_path: Path) -> None:
    nested = "version: 1\nclasses:\n  core: " + "[" * 5000 + "]" * 5000
    itself = "version: 1\nclasses: &c\n  core: [*c]\n  infra: &l [*l]\n"

    assert problems(nested, tmp_path) == ["classifications.yaml: the values are nested too deeply"]
    assert [problem.split(":")[1:3] for problem in problems(itself, tmp_path)] == [["2", "10"], ["4", "10"]]
    assert problems("version: 1\n#" + "x" * MAX_BYTES, tmp_path) == [
        f"classifications.yaml: the file is larger than {MAX_BYTES:,} bytes"
    ]


def test_aliases_of_aliases_unfold_to_a_bounded_number_of_values(tmp_path: Path) -> None:
    types = ", ".join(f"type_{i}" for i in range(100))
    claims = ", ".join(["{function: public.f(), job_types: *t}"] * 100)
    queues = "".join(f"    - {{table: public.q{i}, claims: *c}}\n" for i in range(20))
    text = (
        "version: 1\ncontract:\n  queues:\n"
        f"    - {{table: public.q, job_types: {{column: c, allowed: &t [{types}]}}, claims: &c [{claims}]}}\n"
    )

    assert problems(text + queues, tmp_path) == [
        "classifications.yaml:1:1: the file unfolds to too many values (aliases of aliases?)"
    ]


def test_scalars_are_what_stands_there(tmp_path: Path) -> None:
    found = read(
        "version: 1\n"
        "overrides: [{migration: 0010, class: core, reason: 42}]\n"
        "contract:\n"
        "  functions: [{name: public.f(), settings: {statement_timeout: 5000, row_security: off}}]\n"
        "  queues:\n"
        "    - {table: public.q, job_types: {column: type, allowed: [on, 2024-01-01, 'null', 0x10]}}\n",
        tmp_path,
    )

    assert list(found.overrides) == ["0010"]
    assert found.contract.functions[0].settings == {"statement_timeout": "5000", "row_security": "off"}
    job_types = found.contract.queues[0].job_types
    assert job_types is not None
    assert list(job_types.allowed) == ["on", "2024-01-01", "null", "0x10"]


def test_nothing_in_a_file_can_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = f"version: !!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{marker}']]\n"

    assert problems(text, tmp_path)
    assert not marker.exists()


def test_a_definition_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "f.sql").write_text("BEGIN END")
    text = "version: 1\ncontract:\n  functions:\n"
    text += "    - {name: public.f(), definition: {file: f.sql}}\n"
    text += "    - {name: public.g(), definition: 'file: f.sql'}\n"

    functions = read(text, tmp_path).contract.functions

    assert [function.definition_file for function in functions] == ["f.sql", "f.sql"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("table public.T", ObjectId("table", "public.t")),
        ('table public."T"', ObjectId("table", 'public."T"')),
        ("domain public.d", ObjectId("type", "public.d")),
        ("table column public.t.c", ObjectId("table column", "public.t.c")),
        ("column public.t.c", ObjectId("table column", "public.t.c")),
        ("materialized view public.mv", ObjectId("materialized view", "public.mv")),
        ("text search configuration public.c", ObjectId("text search configuration", "public.c")),
        ("function public.f(int, varchar[])", ObjectId("function", "public.f(integer,character varying[])")),
        ("function public.f", ObjectId("function", "public.f(*)")),
        ("function public.claim_*", ObjectId("function", "public.claim_*")),
        ("function public.claim_*(int)", ObjectId("function", "public.claim_*(integer)")),
        ("trigger  tg  on  public.t", ObjectId("trigger", "tg on public.t")),
        ("trigger * on public.t", ObjectId("trigger", "* on public.t")),
        ("Extension *", ObjectId("extension", "*")),
        ("role app_*", ObjectId("role", "app_*")),
    ],
)
def test_what_a_person_writes_becomes_what_postgresql_prints(text: str, expected: ObjectId) -> None:
    assert split_kind(text) == expected


def test_every_key_has_a_description_and_a_known_reader() -> None:
    def types(kind: Any, seen: set[type[Entry]]) -> set[type[Entry]]:
        if isinstance(kind, msgspec.inspect.StructType) and kind.cls not in seen:
            seen.add(kind.cls)
            for field in kind.fields:
                types(field.type, seen)
        for name in ("type", "item_type", "value_type"):
            if hasattr(kind, name):
                types(getattr(kind, name), seen)
        for one in getattr(kind, "types", ()):
            types(one, seen)
        return seen

    for entry in types(msgspec.inspect.type_info(Document), set()):
        assert entry.__doc__
        for field in msgspec.inspect.type_info(entry).fields:  # type: ignore[attr-defined]
            if field.name == "location":
                continue
            assert isinstance(field.type, msgspec.inspect.Metadata), (entry, field.name)
            assert (field.type.extra_json_schema or {}).get("description"), (entry, field.name)
            assert (field.type.extra or {}).get("read") in {None, *READERS}


def yaml_1_2(path: Path) -> Any:
    """As an editor reads it: a date is a text, `on` is a text."""

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012
            first: [(tag, regexp) for tag, regexp in resolvers if "timestamp" not in tag]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return yaml.load(path.read_text(), Loader)  # noqa: S506


def validator() -> jsonschema.Draft202012Validator:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", GOOD, ids=lambda p: p.stem)
def test_the_json_schema_takes_what_the_program_takes(path: Path) -> None:
    load(path)
    validator().validate(yaml_1_2(path))


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.stem)
def test_the_json_schema_refuses_what_the_program_refuses(path: Path) -> None:
    try:
        values = yaml_1_2(path)
    except (yaml.YAMLError, TypeError):
        return  # no reader of YAML takes it
    refused = bool(list(validator().iter_errors(values)))

    assert refused is (path.stem not in BEYOND_A_SCHEMA)


def test_rows_and_roles_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "classifications.yaml"
    path.write_text(
        "version: 1\ncontract:\n  rows:\n    - table: public.t\n      columns: [a, '\"B\"']\n"
        "      equal: [[0010, on], ['', ~], [on, on], [~, 'null'], [1.50, \" \"]]\n"
        "  roles:\n    - {name: Worker, member_of: ['\"App\" with inherit false, admin option', x]}\n"
    )
    assert list(validator().iter_errors(yaml_1_2(path))) == []
    contract = load(path).contract
    assert contract.rows[0].columns == ("a", "B")
    assert contract.rows[0].equal == (("0010", "on"), ("", None), ("on", "on"), (None, "null"), ("1.50", " "))
    assert contract.roles[0].name == "worker"
    assert contract.roles[0].member_of == ('"App" WITH ADMIN, WITHOUT INHERIT', "x")


def test_the_json_schema_describes_every_key() -> None:
    schema = json_schema()

    assert json.loads(json.dumps(schema)) == schema
    for component in schema["$defs"].values():
        assert component["description"]
        assert "location" not in component.get("properties", {})
        for name, field in component.get("properties", {}).items():
            assert field.get("description"), name


def test_every_kind_that_is_read_can_be_named() -> None:
    from auditor.catalog.kinds import BY_KIND

    assert set(BY_KIND) <= KINDS


_FRAGMENTS = (
    *(
        "a",
        "b: ",
        "- ",
        "\n",
        "  ",
        "'x'",
        '"y\\n"',
        "[",
        "]",
        "{",
        "}",
        ", ",
        "~",
        "null",
        "é",
        "😀",
        " # c",
        "&a ",
    ),
    *("*a", "!!str ", "|", "\n  ", ">", "--- ", "? ", ": ", "1", "true", "@", "%"),
)


def _shape(node: yaml.Node | None, seen: dict[int, int] | None = None) -> object:
    """A tree with the place of every node; what stands behind an alias once."""
    seen = {} if seen is None else seen
    if node is None or id(node) in seen:
        return node and seen[id(node)]
    seen[id(node)] = len(seen)
    here = (node.tag, node.start_mark.line, node.start_mark.column)
    if isinstance(node, yaml.ScalarNode):
        return here, node.value, node.style
    if isinstance(node, yaml.MappingNode):
        return here, [(_shape(key, seen), _shape(value, seen)) for key, value in node.value]
    return here, [_shape(one, seen) for one in node.value]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(_FRAGMENTS), max_size=14).map("".join))
def test_libyaml_puts_everything_where_the_other_reader_does(text: str) -> None:
    assert positions._Fast is not None
    try:
        expected = _shape(yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return
    assert _shape(positions._composed(text)) == expected


def test_real_files_are_read_by_libyaml(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "classifications.yaml").read_text()
    assert _shape(positions._Fast(text).get_single_node()) == _shape(yaml.compose(text, Loader=yaml.SafeLoader))
