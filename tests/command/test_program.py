"""The command line itself: what is listed, what is loaded, how it ends."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from auditor.audits import explain
from auditor.audits.parts.squawk import find_squawk
from auditor.cli import COMMANDS, main
from auditor.cli.examples import EXAMPLES
from auditor.errors import ConfigurationError, ConfigurationProblem, CouldNotCheck
from auditor.model import Report
from auditor.rules import BY_CODE, squawk

HEAVY = (
    "alembic",
    "msgspec",
    "pgparse",
    "postgast",
    "psycopg",
    "sqlalchemy",
    "sqlglot",
    "yaml",
)


def run(*args: str, **options: Any) -> Result:
    return CliRunner().invoke(main, args, prog_name="auditor", **options)


def _leaves() -> list[list[str]]:
    found = []
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        inner = list(command.commands) if isinstance(command, click.Group) else []
        found += [[name, sub] for sub in inner] or [[name]]
    return found


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["contract", "--help"]] + [[*p, "--help"] for p in _leaves()]
)
def test_help_loads_no_heavy_library(args: list[str]) -> None:
    script = (
        "import sys\n"
        "from auditor.cli import main\n"
        f"try: main({args!r}, prog_name='auditor')\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.splitlines()[-1] == "LOADED []"


def test_guard_and_explain_load_neither_parser_of_queries_nor_driver(tmp_path: Path) -> None:
    (tmp_path / "classifications.yaml").write_text(
        "version: 1\nmigrations: [{path: migrations}]\n"
        "guards: [{forbid: write, table: public.jobs, in: 'src/**', reason: one writer}]\n"
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("cursor.execute('INSERT INTO public.jobs VALUES (1)')\n")
    for args, code in ((["explain", "FUN005"], 0), (["guard"], 1)):
        script = (
            "import sys\n"
            "from auditor.cli import main\n"
            f"try: main({args!r}, prog_name='auditor')\n"
            f"except SystemExit as end: assert end.code == {code}, end.code\n"
            "print('LOADED', sorted({'sqlglot', 'psycopg', 'sqlalchemy', 'alembic'} & set(sys.modules)))\n"
        )
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        out = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert out.stdout.splitlines()[-1] == "LOADED []", args


@pytest.mark.parametrize("name", COMMANDS)
def test_the_listing_says_what_the_command_says(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.short_help == COMMANDS[name][1]
    assert len(COMMANDS[name][1]) <= 60


@pytest.mark.parametrize("path", _leaves(), ids=" ".join)
def test_every_command_has_the_common_options(path: list[str]) -> None:
    help_ = run(*path, "--help").stdout
    for option in ("--format", "--output", "--color", "-q, --quiet", "-v, --verbose", "-h, --help"):
        assert option in help_


@pytest.mark.parametrize("path", _leaves(), ids=" ".join)
def test_help_shows_examples_that_can_be_typed(path: list[str]) -> None:
    help_ = run(*path, "--help").stdout
    assert "Exit codes:" in help_
    for example in EXAMPLES[" ".join(path)]:
        assert f"  auditor {example}\n" in help_
        words = shlex.split(example)
        assert words[: len(path)] == path
        ctx = click.Context(main, info_name="auditor")
        command: click.Command | None = main
        for name in path:
            assert isinstance(command, click.Group)
            command = command.get_command(ctx, name)
        assert command is not None
        command.make_context(path[-1], words[len(path) :], parent=ctx)


def test_help_tells_the_exit_codes() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for code in ("0 ", "1 ", "2 ", "3 ", "70 ", "130 "):
        assert f"\n    {code}" in result.stdout


def test_nothing_asked_is_a_usage_error() -> None:
    for args in ((), ("contract",)):
        result = run(*args)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "Usage:" in result.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("chek",), "no command 'chek'; did you mean 'check'?"),
        (("frobnicate",), "no command 'frobnicate'; commands: init, "),
        (("check", "--nope"), "No such option '--nope'"),
        (("explain", "DRF001", "--format", "sarif"), "'sarif' is not one of 'text', 'json'"),
        (("explain", "DRF001", "--output", "none/at/all"), "directory 'none/at' does not exist"),
        (("explain", "DRF001", "--output", "sarif=x"), "no format 'sarif' here; formats: text, json"),
        (
            ("explain", "DRF001", "--output", "a", "--output", "b"),
            "--format is given once and FILE twice; give each FILE its format",
        ),
        (
            ("explain", "DRF001", *("--format", "json") * 2, "--output", "a"),
            "--format is given twice and FILE once",
        ),
        (("explain", "DRF01"), "no rule is called 'DRF01'; did you mean DRF0"),
        (("explain",), "name one rule, or give --list"),
        (("explain", "DRF001", "--list"), "name one rule, or give --list"),
        (("check", "--config", "none.yaml"), "--config none.yaml: does not exist"),
        (("drift", "--scope", "everything"), "'everything' is not one of"),
        (("effects", "--pg-major", "14"), "'14' is not one of"),
    ],
)
def test_a_usage_error_is_one_line_and_code_2(args: tuple[str, ...], message: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("auditor: error: ")
    assert message in result.stderr


def test_errors_speak_in_one_voice() -> None:
    """See `auditor.errors`: no sentence, no full stop, nothing of Python's, commands in backticks."""
    wrong = []
    names = {"PostgreSQL", "Unix"}
    for path in sorted((Path(explain.__file__).parents[1]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else None
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or not call.args:
                continue
            if call.func.id not in ("CouldNotCheck", "UsageError", "CatalogChanged"):
                continue
            parts = call.args[0].values if isinstance(call.args[0], ast.JoinedStr) else [call.args[0]]
            texts = [one.value if isinstance(one, ast.Constant) else "\0" for one in parts]
            text = "".join(str(one) for one in texts)
            first = text.partition(" ")[0].strip("\0:,")
            if (first[:1].isupper() and first not in names) or text.endswith((".", "!")):
                wrong.append(f"{path.name}:{node.lineno}: {text}")
            if re.search(r"(?<![`\w])auditor (?:forensics|explain|contract|init|check|drift)\b", text):
                wrong.append(f"{path.name}:{node.lineno}: a command without backticks: {text}")
    assert wrong == []


# Errors become exit codes


def _failing(monkeypatch: pytest.MonkeyPatch, error: BaseException | type[BaseException]) -> None:
    def fail(_: object) -> Report:
        raise error

    monkeypatch.setattr(explain, "run", fail)


def test_could_not_check_is_3(monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, CouldNotCheck("no connection\n  to the server"))
    result = run("explain", "DRF001")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "auditor: error: no connection to the server\n"


def test_every_problem_of_the_configuration_is_a_line_and_the_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [
        ConfigurationProblem("c.yaml", 3, 5, "wrong"),
        ConfigurationProblem("c.yaml", 9, None, "also wrong"),
    ]
    _failing(monkeypatch, ConfigurationError(problems))
    result = run("explain", "DRF001")
    assert result.exit_code == 2
    assert result.stderr == "auditor: error: c.yaml:3:5: wrong\nauditor: error: c.yaml:9: also wrong\n"


def test_a_defect_is_70_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, KeyError("oid"))
    result = run("explain", "DRF001")
    assert (result.exit_code, result.stdout) == (70, "")
    assert "KeyError: 'oid'" in result.stderr
    assert "a defect of auditor itself" in result.stderr
    assert "-v for the traceback" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_traceback_of_a_defect_holds_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "env-secret")
    monkeypatch.setenv("AUDITOR_DATABASE_URL", "postgresql://u:url%2Dsecret@h/d")
    _failing(
        monkeypatch, RuntimeError("refused: env-secret url-secret url%2Dsecret postgresql://u:other-secret@h/d")
    )
    result = run("explain", "DRF001", "-v")
    assert result.exit_code == 70
    assert "Traceback" in result.stderr
    assert "secret" not in result.stderr


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, KeyboardInterrupt)
    result = run("explain", "DRF001")
    assert result.exit_code == 130
    assert result.stdout == ""
    assert "auditor: error: interrupted" in result.stderr


def test_a_file_that_calls_exit_is_no_clean_run(monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, SystemExit(0))
    result = run("explain", "DRF001")
    assert result.exit_code == 3
    assert "exit(0)" in result.stderr


def test_what_is_printed_by_what_is_read_does_not_reach_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    def noisy(_: object) -> Report:
        print("hello from env.py")  # noqa: T201
        return Report("explain", data={"rules": []})

    monkeypatch.setattr(explain, "run", noisy)
    result = run("explain", "DRF001", "--format", "json")
    assert json.loads(result.stdout)["rules"] == []
    assert "hello from env.py" in result.stderr


# Where the report goes


def test_output_takes_the_place_of_stdout(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    result = run("explain", "DRF005", "--output", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert file.read_text().startswith("DRF005 trigger-state-changed")


def test_one_run_feeds_several_outputs(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    result = run("explain", "DRF005", "--output", f"json={file}")
    assert result.stdout.startswith("DRF005 trigger-state-changed")
    assert json.loads(file.read_text())["rules"][0]["code"] == "DRF005"


def test_formats_and_files_go_in_pairs(tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in ("a.json", "b.txt", "c.json"))
    assert (
        run("explain", "DRF005", "--format", "json", "--format", "text").stdout == run("explain", "DRF005").stdout
    )
    pairs = ("--format", "json", "--output", str(one), "--format", "text", "--output", str(other))
    result = run("explain", "DRF005", *pairs, "--output", f"json={third}")
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(one.read_text()) == json.loads(third.read_text())
    assert other.read_text().startswith("DRF005 trigger-state-changed")


def test_a_device_is_written_to_not_replaced() -> None:
    assert run("explain", "DRF005", "--output", os.devnull).exit_code == 0
    assert not Path(os.devnull).is_file()


def test_a_report_that_cannot_be_written_is_3(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        target = Path("/proc/auditor-report")
    else:
        tmp_path.chmod(0o500)
        target = tmp_path / "x"
    result = run("explain", "DRF005", "--output", str(target))
    assert result.exit_code == 3
    assert "cannot write the report" in result.stderr


def test_a_reader_that_has_enough_is_no_error() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "auditor", "explain", "--list", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    assert program.stderr.read() == b""
    assert program.wait(30) == 0
    program.stderr.close()


# Colour


@pytest.mark.parametrize(
    ("args", "environment", "coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "0"}, False),
        ((), {"CLICOLOR_FORCE": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        ((), {"CI": "true"}, False),
        ((), {"CI": "true", "GITHUB_ACTIONS": "true"}, True),
        ((), {"CI": "true", "GITHUB_ACTIONS": "true", "TERM": "dumb"}, False),
        ((), {"AUDITOR_COLOR": "always"}, True),
    ],
)
def test_colour(args: tuple[str, ...], environment: dict[str, str], *, coloured: bool) -> None:
    names = (
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR_FORCE",
        "CI",
        "GITHUB_ACTIONS",
        "GITLAB_CI",
        "TERM",
        "AUDITOR_COLOR",
    )
    cleared: dict[str, str | None] = dict.fromkeys(names)
    result = run("explain", "DRF005", *args, env=cleared | environment, color=True)
    assert ("\x1b[" in result.stdout) is coloured


# explain


def test_explain_shows_the_whole_page() -> None:
    for name in ("DRF005", "drf005", "trigger-state-changed"):
        result = run("explain", name)
        assert result.exit_code == 0
        for part in ("What it means", "Why it matters", "What to do", "How to allow it", "Example: bad"):
            assert part in result.stdout
        assert "ALTER TABLE public.jobs DISABLE TRIGGER on_job;" in result.stdout


def test_explain_lists_all_rules() -> None:
    lines = run("explain", "--list").stdout.splitlines()
    codes = [line.split()[0] for line in lines if line[:1].strip()]
    assert codes == [rule.code for rule in explain.all_rules()]
    assert codes[: len(BY_CODE)] == list(BY_CODE)


def test_every_code_that_stands_in_the_program_is_explained() -> None:
    """Also in messages and documentation: a code that a person meets and cannot look up is a riddle."""
    found: set[str] = set()
    top = Path(explain.__file__).parents[2]
    families = "|".join({code[:3] for code in BY_CODE})
    for path in (*(top / "auditor").rglob("*.py"), *(top / "docs").rglob("*.md")):
        text = path.read_text("utf-8")
        found |= set(re.findall(rf"(?<![\w/-])(?:{families})[0-9]{{3}}(?![\w-])", text))
        found |= set(re.findall(r"(?:squawk|plpgsql_check)/[a-z0-9]+(?:[-_][a-z0-9]+)*(?=[`\s,}\"])", text))
    found -= {"squawk/docs"}
    assert {"GRD001", "FLO002", "GAT001", "CFG004", "squawk/ban-drop-column"} <= found
    for code in sorted(found):
        assert run("explain", code).exit_code == 0, code


def test_every_sqlstate_is_explained() -> None:
    import psycopg.errors

    states = {getattr(one, "sqlstate", None) for one in vars(psycopg.errors).values()}
    for state in sorted(one for one in states if isinstance(one, str)):
        result = run("explain", f"plpgsql_check/{state.lower()}")
        assert result.exit_code == 0, state
        assert "How to allow it" in result.stdout
    assert run("explain", "undefined_table").stdout == run("explain", "42P01").stdout


@pytest.mark.parametrize("rule", sorted(squawk.RULES))
def test_every_rule_of_squawk_is_explained(rule: str) -> None:
    result = run("explain", f"squawk/{rule}")
    assert result.exit_code == 0
    for part in (f"https://squawkhq.com/docs/{rule}", "What to do", f"squawk: {{off: [{rule}]}}"):
        assert part in result.stdout


@pytest.mark.squawk
@pytest.mark.skipif(find_squawk() is None, reason="squawk is not installed (the extra `squawk`)")
def test_squawk_itself_knows_its_rules_and_newer_ones_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    program = find_squawk()
    assert program is not None
    names = ",".join(squawk.RULES)
    done = subprocess.run(
        [program, f"--exclude={names}", "--stdin-filepath", "x.sql"], input="", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    monkeypatch.setattr(squawk, "RULES", {})
    assert "newer than this program" in run("explain", "squawk/ban-drop-column").stdout
    assert run("explain", "squawk/ban-drop-colum").exit_code == 2


@pytest.mark.parametrize(
    ("wrong", "suggested"),
    [
        ("DRF0003", "did you mean DRF003"),
        ("function-body-chagned", "did you mean DRF003"),
        ("squawk/ban-drop-colum", "did you mean squawk/ban-drop-column"),
        ("plpgsql_check/42p0", "did you mean plpgsql_check/42p"),
        ("undefind_table", "did you mean plpgsql_check/42p01"),
        ("zzz", "no rule is called 'zzz' (`auditor explain --list` lists all)"),
    ],
)
def test_what_is_no_code_is_suggested(wrong: str, suggested: str) -> None:
    result = run("explain", wrong)
    assert result.exit_code == 2
    assert suggested in result.stderr


def test_the_format_may_come_from_the_environment() -> None:
    result = run("explain", "DRF005", env={"AUDITOR_FORMAT": "json"})
    assert json.loads(result.stdout)["rules"][0]["name"] == "trigger-state-changed"
