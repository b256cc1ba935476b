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

from auditor.declaration.base import Entry
from auditor.declaration.document import Document
from auditor.declaration.load import Configuration, load
from auditor.declaration.positions import MAX_BYTES
from auditor.declaration.readers import KINDS, READERS, interval_seconds, split_kind
from auditor.declaration.schema import json_schema
from auditor.errors import ConfigurationError
from auditor.model import Location, ObjectId, OwnerClass, Severity

CASES = Path(__file__).parent.parent / "cases" / "contract"
ROOT = Path(__file__).parent.parent.parent


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


PROBLEMS = {
    "nothing": ("", ["1:1: the file is empty; it begins with `version: 1`"]),
    "only a comment": ("# nothing yet\n", ["1:1: the file is empty; it begins with `version: 1`"]),
    "a list": ("- a\n", ["1:1: `the file` must be a mapping, not a list"]),
    "no version": ("classes: {}\n", ["1:1: `version` is missing: Version of the format: 1"]),
    "another version": ("version: 2\n", ['1:10: `version` must be 1, not "2"']),
    "broken YAML": ("version: 1\nclasses: [a, b\n", ["3:1: this is not YAML: "]),
    "a tab": ("version: 1\nclasses:\n\tcore: []\n", ["3:1: this is not YAML: "]),
    "two documents": ("version: 1\n---\nversion: 1\n", ["2:1: this is not YAML: "]),
    "an unknown key": (
        "version: 1\nclases: {}\n",
        ['2:1: "clases" is no key here; did you mean "classes"?'],
    ),
    "a key unlike any": (
        "version: 1\nclasses:\n  zzz: []\n",
        ['3:3: "zzz" is no key here; known: core, legacy, infra'],
    ),
    "a key twice": (
        "version: 1\nclasses: {}\nclasses: {}\n",
        ['3:1: "classes" stands here twice, first in line 2; keep one'],
    ),
    "an object twice": (
        "version: 1\nclasses:\n  core:\n    - table public.t\n    - table public.t\n",
        ['5:7: "table public.t" stands in `core` twice, first in line 4; keep one'],
    ),
    "an object in two classes": (
        "version: 1\nclasses:\n  core: [table public.t]\n  infra: [table public.t]\n",
        ['4:11: "table public.t" is core already, in line 3; an object has one class'],
    ),
    "no kind": (
        "version: 1\nclasses:\n  core: [public.t]\n",
        ['3:10: "public.t" must be a kind and an identity, such as `table public.orders`'],
    ),
    "a wrong kind": (
        "version: 1\nclasses:\n  core: [tabel public.t]\n",
        ['3:10: "tabel" is no kind of object; did you mean "table"?'],
    ),
    "a mapping for a list": (
        "version: 1\ncontract:\n  triggers: {name: x}\n",
        ["3:13: `triggers` must be a list, not a mapping"],
    ),
    "a text for a mapping": (
        "version: 1\ncontract: strict\n",
        ['2:11: `contract` must be a mapping, not "strict"'],
    ),
    "nothing for a list": ("version: 1\nguards:\n", ["2:8: `guards` must be a list, not nothing"]),
    "a word that is none of a few": (
        "version: 1\ncontract:\n  mode: strikt\n",
        ['3:9: `mode` must be compat or strict, not "strikt"; did you mean "strict"?'],
    ),
    "an override without reason": (
        "version: 1\noverrides:\n  - migration: 0009\n    class: legacy\n",
        ["3:5: `reason` is missing: Why; required, because a reader of the file will ask"],
    ),
    "an empty reason": (
        "version: 1\ncontract:\n  deployed:\n    - {migration: '1', reason: }\n",
        ["4:31: `reason` is empty"],
    ),
    "an allowance without reason, for everything, with a date that is none": (
        "version: 1\nallow:\n  - {code: drf1, until: 2027-02-30}\n",
        [
            "3:5: `reason` is missing: Why it is let pass",
            '3:12: `code`: "drf1" is no code of a rule; three capital letters and three digits, such as DRF001',
            '3:25: `until`: "2027-02-30" is no date; write YYYY-MM-DD',
        ],
    ),
    "an allowance about nothing": (
        "version: 1\nallow:\n  - {code: DRF001, reason: because}\n",
        ["3:5: `object` or `file` is missing: say what the finding is about"],
    ),
    "a trigger without its table": (
        "version: 1\ncontract:\n  triggers:\n    - name: tg\n",
        ['4:13: `name`: "tg" must say the table too: `tg on SCHEMA.TABLE`'],
    ),
    "a table without its schema": (
        "version: 1\ncontract:\n  projections: [t]\n",
        ['3:17: `an item of projections`: "t" needs its schema: write `SCHEMA.t`, for example `public.t`'],
    ),
    "a key that is no column": (
        "version: 1\ncontract:\n  rows:\n    - {table: public.t, columns: [a], key: [b]}\n",
        ['4:45: "b" of `key` is not among `columns`'],
    ),
    "rows of another length, and twice": (
        (
            "version: 1\ncontract:\n  rows:\n    - {table: public.t, columns: [a, b], key: [a], "
            "equal: [[x, y], [x], [x, x]]}\n"
        ),
        [
            "4:7: row 2 of `equal` has 1 values for 2 columns",
            "4:7: rows 1 and 3 of `equal` have the same key",
        ],
    ),
    "rows that are none": (
        "version: 1\ncontract:\n  rows:\n    - {table: public.t, columns: [a], equal: from-migration}\n",
        [('4:46: `equal` must be from-migrations, not "from-migration"; did you mean "from-migrations"?')],
    ),
    "a membership that is none": (
        "version: 1\ncontract:\n  roles:\n    - {name: w, member_of: [app WITH GRANT]}\n",
        [
            (
                '4:29: `an item of member_of`: "app WITH GRANT" is no membership; write `app`, `app WITH ADMIN` '
                "or `app WITHOUT INHERIT`"
            )
        ],
    ),
    "a trigger that fires never": (
        "version: 1\ncontract:\n  triggers:\n    - {name: tg on public.t, fires: AFTER CHANGE}\n",
        ['4:37: `fires`: "CHANGE" is no event of a trigger; write INSERT, UPDATE [OF ...], DELETE or TRUNCATE'],
    ),
    "a definition that is none": (
        "version: 1\ncontract:\n  functions:\n    - {name: public.f(), definition: sha256:abc}\n",
        [
            (
                '4:38: `definition`: "sha256:abc" is no definition; write from-migrations, sha256: and 64 '
                "hexadecimal digits, or file: PATH"
            )
        ],
    ),
    "a definition in a file that is not there": (
        "version: 1\ncontract:\n  functions:\n    - {name: public.f(), definition: {file: f.sql}}\n",
        ["4:38: `definition`: there is no file f.sql"],
    ),
    "an interval that is none": (
        "version: 1\npipeline: {event_to_job_gap: 60 sec}\n",
        [
            (
                '2:30: `event_to_job_gap`: "60 sec" is no interval; write a whole number and ms, s, m, h or d, '
                "such as 60s"
            )
        ],
    ),
    "a glob out of the project": (
        "version: 1\nguards:\n  - {forbid: write, table: t, in: ../other/**}\n",
        ['3:35: `in`: "../other/**" is no glob: ".." cannot be a part of it'],
    ),
    "a glob with ** inside a name": (
        "version: 1\nguards:\n  - {forbid: write, table: t, in: a**/b}\n",
        ['3:35: `in`: "a**/b" is no glob: ** must stand alone between two /'],
    ),
    "a guard that forbids and allows": (
        "version: 1\nguards:\n  - {forbid: write, allow-only: read, table: t, in: a}\n",
        ["3:5: a guard has either `forbid` or `allow-only`"],
    ),
    "a guard about nothing": (
        "version: 1\nguards:\n  - {forbid: write, in: a}\n",
        ["3:5: a guard is about either a `table` or a `function`"],
    ),
    "a guard that calls a table": (
        "version: 1\nguards:\n  - {forbid: call, table: t, in: a}\n",
        ["3:5: `call` goes with `function`, `read` and `write` go with `table`"],
    ),
    "a dedupe key of nothing": (
        "version: 1\ncontract:\n  dedupe_keys:\n    - {table: public.t, columns: []}\n",
        ["4:34: `columns` must have at least one item"],
    ),
    "two entries about one trigger": (
        "version: 1\ncontract:\n  triggers:\n    - name: tg on public.t\n    - name: TG on public.T\n",
        ["5:7: this trigger has an entry already in line 4; keep one"],
    ),
    "a key that is a list": ("version: 1\n? [a]\n: b\n", ["2:3: this is no key here; known: "]),
    "several problems at once": (
        "version: 3\nclasses:\n  core: [table]\n  infra: 7\ncontract:\n  queues:\n    - writers: public.f()\n",
        [
            '1:10: `version` must be 1, not "3"',
            "3:10: ",
            '4:10: `infra` must be a list, not "7"',
            "7:7: `table` is missing: The queue: `SCHEMA.NAME`",
            '7:16: `writers` must be a list, not "public.f()"',
        ],
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_has_its_place_and_says_what_to_do(name: str, tmp_path: Path) -> None:
    text, expected = PROBLEMS[name]

    found = problems(text, tmp_path)

    assert len(found) == len(expected), found
    for said, wanted in zip(found, expected, strict=True):
        assert said.startswith(f"classifications.yaml:{wanted}")
        assert said == f"classifications.yaml:{wanted}" or wanted.endswith(" ")


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


@pytest.mark.parametrize("path", [CASES / "interfaces.yaml", ROOT / "classifications.yaml"], ids=lambda p: p.name)
def test_the_json_schema_takes_what_the_program_takes(path: Path) -> None:
    load(path)
    validator().validate(yaml_1_2(path))


@pytest.mark.parametrize(
    "name",
    [
        "no version",
        "another version",
        "an unknown key",
        "a mapping for a list",
        "a text for a mapping",
        "nothing for a list",
        "a word that is none of a few",
        "an override without reason",
        "a definition that is none",
        "an interval that is none",
        "a dedupe key of nothing",
        "several problems at once",
    ],
)
def test_the_json_schema_refuses_what_the_program_refuses(name: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(PROBLEMS[name][0])

    assert list(validator().iter_errors(yaml_1_2(path)))


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
        assert "location" not in component["properties"]
        for name, field in component["properties"].items():
            assert field.get("description"), name


def test_every_kind_that_is_read_can_be_named() -> None:
    from auditor.catalog.kinds import BY_KIND

    assert set(BY_KIND) <= KINDS
