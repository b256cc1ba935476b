"""The generated pages of docs/ say what the program says; every page is run or says why not; the site builds."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import ClassVar

import jsonschema
import pytest
import yaml
from docs_pages import NOT_RUN, SHELL, TOP, Block, blocks, commands, generated, pages, parse
from docs_settings import BY_CI, ELSEWHERE, NOT_OURS, PAGES

from auditor.declaration.load import load
from auditor.declaration.schema import json_schema

ALL = [block for page in pages() for block in blocks(page)]


def test_the_pages_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(TOP / "scripts")
    import generate_docs

    assert generate_docs.out_of_date() == [], "run scripts/docs"


def test_every_link_leads_somewhere() -> None:
    dead = []
    for page in [TOP / "CHANGELOG.md", *(TOP / page for page in pages())]:
        text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, _ = target.partition("#")
            if path and "://" not in path and not (page.parent / path).is_file():
                dead.append(f"{page.relative_to(TOP)}: {target}")
    assert dead == []


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """A dead link, a missing heading, a page in no list are errors. .ci/run writes the pages too."""
    pytest.importorskip("sphinx", reason="Sphinx is not installed (extra `docs`)")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "dummy", "--fail-on-warning", "--keep-going"]
    done = subprocess.run([*command, TOP, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_shell_block_is_run_or_says_why_not() -> None:
    """By test_docs_run.py, by the test that is named here, or not at all for a reason that the reader sees."""
    neither = [
        str(block)
        for block in ALL
        if block.language in SHELL
        and block.page not in PAGES
        and not block.not_run
        and not any(fnmatch(block.page, pattern) for pattern in ELSEWHERE)
    ]
    assert neither == []
    assert not PAGES.keys() - set(pages())
    for page, script in BY_CI.items():
        text = (TOP / script).read_text("utf-8")
        assert [
            str(block) for block in blocks(page) if block.language == "sh" and block.text.strip() not in text
        ] == []
    for pattern, test in ELSEWHERE.items():
        assert Path(pattern).parent.name in (TOP / test).read_text("utf-8")


def test_nothing_that_is_a_command_hides_in_another_block() -> None:
    """Nor in one without a language or in an indented one, which would not be run."""
    hidden = [
        f"{block}: {line}"
        for block in ALL
        if block.language in ("", "text") and not generated(block.page)
        for line in block.text.splitlines()
        if re.match(r"(\$ |auditor |psql |pip )", line)
    ]
    for page in pages():
        text = re.sub(r"^ *```.*?^ *```$", "", (TOP / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        hidden += [
            f"{page}: {line}" for line in re.findall(r"^ {4}(?:auditor|psql|pip|python) .*", text, re.MULTILINE)
        ]
    assert hidden == []


@pytest.mark.parametrize(
    "block", [block for block in ALL if not generated(block.page) and list(commands(block.text))], ids=str
)
def test_commands_in_any_block_can_be_parsed(block: Block) -> None:
    """Those in the configuration of a platform, or in a block that is not run, as well."""
    for words in commands(block.text):
        parse(words)


def test_commands_in_prose_exist_with_their_options() -> None:
    for page in pages():
        text = re.sub(r"^ *```.*?^ *```$", "", (TOP / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for code in re.findall(r"`(auditor [^`]+)`", text.replace("\n", " ")):
            if generated(page) or "|" in code:
                continue
            parse_leniently(page, code)


def parse_leniently(page: str, code: str) -> None:
    """A command in prose has placeholders and leaves arguments out; its name and options must be there."""
    import click

    from auditor.cli import main

    command: click.Command = main
    words = code.split()[1:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"{page}: {code}"
        command, words = found, words[1:]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h", "--version"}
    given = {word.rstrip(",.;").partition("=")[0] for word in words if word.startswith("--")}
    assert given <= known, f"{page}: {code}: {given - known}"


CONFIGURATION = [block for block in ALL if block.language == "yaml" and block.page not in NOT_OURS]


@pytest.mark.parametrize("block", CONFIGURATION, ids=str)
def test_configuration_that_is_shown_is_valid(block: Block) -> None:
    """Parts of `classifications.yaml`: at the top level, or below `contract:` where they name its keys."""
    schema = json_schema()
    document = yaml.load(block.text, yaml.BaseLoader) or {}  # noqa: S506 - makes texts only
    top = schema["$defs"]["Document"]["properties"]
    if not document.keys() <= top.keys():
        below = [
            name
            for name in ("contract", "pipeline")
            if document.keys() <= schema["$defs"][name.title()]["properties"].keys()
        ]
        assert below, f"{block} is neither"
        document = {below[0]: document}
    jsonschema.Draft202012Validator(schema).validate({"version": 1} | _typed(document))


def _typed(value: object) -> dict[str, object]:
    typed = yaml.safe_load(yaml.safe_dump(value)) if not isinstance(value, dict) else value
    if isinstance(typed, dict) and typed.get("version") == "1":
        typed["version"] = 1
    assert isinstance(typed, dict)
    return typed


def test_the_file_with_every_key_is_valid(tmp_path: Path) -> None:
    text = (TOP / "docs" / "classifications.example.yaml").read_text("utf-8")
    target = tmp_path / "classifications.yaml"
    target.write_text(text)
    for name in ("db/functions/enqueue.sql", "tests/platform.sql"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    assert load(target).phases
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.load(text.replace("off:", '"off":'), _Plain))  # noqa: S506 - a safe loader


class _Plain(yaml.SafeLoader):
    """Dates stay texts, as JSON has them."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in found if not tag.endswith("timestamp")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def test_reasons_are_reasons() -> None:
    for page in pages():
        for found in re.finditer(r"\*Not run by the tests[^*]*\*", (TOP / page).read_text("utf-8")):
            assert NOT_RUN.search(found.group(0) + "\n\n"), f"{page}: {found.group(0)}"
