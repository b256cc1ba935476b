"""Write what the program says of itself: commands, rules, kinds, exit codes, `classifications.yaml`, its schema.

`scripts/docs` writes them, `scripts/docs --check` only says what is out of date; a test does the latter.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click

from auditor.audits.explain import SECTIONS, all_rules
from auditor.catalog import kinds
from auditor.catalog.coverage import NOT_READ, WITHHELD
from auditor.catalog.kinds import KINDS
from auditor.cli import COMMANDS, EXIT_CODES, main
from auditor.declaration.schema import FILE, schema_text
from auditor.model.rule import Example, Rule
from auditor.rules import RULES

sys.path.insert(0, str(Path(__file__).parent))
import classifications_page  # beside this file, wherever this one is loaded from

DOCS = Path(__file__).parent.parent / "docs"
GENERATED = "<!-- made by scripts/docs: change the source, not this file -->\n\n"
LANGUAGES = {".py": "python", ".sql": "sql", ".yaml": "yaml"}


def pages() -> dict[str, str]:
    """Every generated page: path below docs/ -> text."""
    made = {
        "exit-codes.md": _exit_codes(),
        "kinds.md": _kinds(),
        "classifications.md": classifications_page.page(),
        "rules/README.md": _rule_index(),
        "commands/README.md": _command_index(),
    }
    made["rules/neighbours.md"] = _neighbours()
    made |= {f"rules/{rule.code}.md": _rule(rule) for rule in RULES}
    made |= {f"commands/{path[0]}.md": _command(list(path)) for path in _commands() if len(path) == 1}
    return {path: GENERATED + text for path, text in made.items()} | {FILE: schema_text()}


def out_of_date() -> list[str]:
    """Pages that are missing, differ, or are there although nothing makes them."""
    wanted = pages()
    found = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for folder in (DOCS / "rules", DOCS / "commands")
        for path in folder.glob("*.md")
    }
    for name in ("classifications.md", "exit-codes.md", "kinds.md", FILE):
        if (DOCS / name).exists():
            found[name] = (DOCS / name).read_text(encoding="utf-8")
    return sorted(path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path))


def write() -> None:
    """Bring docs/ up to date."""
    wanted = pages()
    for path in out_of_date():
        target = DOCS / path
        if path in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted[path], encoding="utf-8")
        else:
            target.unlink()


# Private


def _kinds() -> str:
    """Every kind with its fields, from the classes; what is not read, from the table of system catalogs."""
    parts = [
        _KINDS_HEAD.format(number=len(KINDS), rules=inspect.cleandoc(kinds.__doc__ or "").partition("\n\n")[2])
    ]
    for kind in KINDS:
        about, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:")
        lines = [line.strip() for line in about.strip().splitlines() if line and not line.startswith("https://")]
        names = ", ".join(f"`{field.name}`" for field in fields(kind) if field.name != "identity")
        parts.append(f"## {kind.KIND}\n\n{' '.join(lines).strip()}\n\nFields: {names}.\n")
        if attributes:
            described = inspect.cleandoc(attributes).replace("\n    ", " ")
            parts.append("".join(f"- {line}\n" for line in described.splitlines()))
    rows = "\n".join(f"| `{name}` | {why} |" for name, why in NOT_READ.items())
    withheld = "\n".join(f"| {name} | {why} |" for name, why in WITHHELD.items())
    parts.append(
        "## What is not read\n\nA test compares this list with the system catalogs of every version.\n\n"
        f"| system catalog | why |\n|---|---|\n{rows}\n\n"
        f"| withheld | what is done |\n|---|---|\n{withheld}\n"
    )
    return "\n".join(parts)


_KINDS_HEAD = """# Kinds of object

A snapshot holds {number} kinds, named as `pg_identify_object()` names them. Every field is compared. Left out are
system schemas, temporary objects, and what belongs to an extension.

{rules}

With `--against history` the roles, tablespaces and privileges on parameters of the cluster are compared only if a
migration made them, and of the database itself only its settings and comment: a replay runs in a cluster of its
own. Between two databases, or with a saved snapshot, all is compared. A snapshot file says which kinds and fields
the program that wrote it read; what it lacks is reported and not compared.
"""


def _exit_codes() -> str:
    rows = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES)
    return f"""# Exit codes

| code | meaning |
|---|---|
{rows}

The codes are part of the public interface: none changes its meaning.

- **0 and 1** say that everything which was asked for was looked at. `--fail-on warning` lowers the level at
  which findings give 1; `--strict` takes every warning for an error. Notes never fail a run.
- **2** comes with a line on stderr that names the option, or file, line and column of the mistake. All
  mistakes of a `classifications.yaml` are told at once.
- **3** is never "clean": a part of what was asked has no answer. What could be looked at is still reported
  (`auditor check` without a PostgreSQL to replay in reports all that the files say), the result is
  `could-not-check`, and the reason is told with what to do. Findings do not turn it into 1.
- **70** is a defect of the program. `-v` prints the traceback, without passwords.
- **130** is Ctrl-C, as shells have it.

In a pipeline:

```sh
auditor check; code=$?
case $code in
    0) ;;                                  # go on
    1) echo "the core is at stake"; exit 1 ;;
    *) echo "not checked ($code)"; exit 1 ;;
esac
```
"""


def _rule_index() -> str:
    rows = "\n".join(f"| [{r.code}]({r.code}.md) | {r.name} | {r.severity.value} | {r.summary} |" for r in RULES)
    return f"""# Rules

`auditor explain CODE` shows the same pages. A code never changes its meaning and is never used again. Findings of
squawk and plpgsql_check have [codes of their own](neighbours.md).

| code | name | severity | what it says |
|---|---|---|---|
{rows}
"""


def _neighbours() -> str:
    others = [rule for rule in all_rules() if not isinstance(rule, Rule)]
    rows = "\n".join(f"| `{one.code}` | {one.name} | {one.severity} | {one.summary} |" for one in others)
    return f"""# Codes of squawk and plpgsql_check

Both run beside the rules where they are installed, and their findings stand in the same report, with the same
severities by class, the same `allow:` and the same exit codes. `auditor explain CODE` tells more of each, and of
any other SQLSTATE, or of a rule that a newer squawk has.

| code | name | severity | what it says |
|---|---|---|---|
{rows}
"""


def _rule(rule: Rule) -> str:
    lines = inspect.cleandoc(rule.page or "").splitlines()
    text = [f"# {rule.code} {rule.name}", "", f"Severity: {rule.severity.value}", ""]
    text += [f"## {line}\n" if line in SECTIONS else line.removeprefix("    ") for line in lines]
    changed = {name: content for name, content in rule.good.items() if rule.bad.get(name) != content}
    text += ["", "## Bad", "", *_files(rule.bad), "## Good", "", *_files(changed)]
    if changed.get("live.sql") == "":
        text += ["Nothing is run by hand in the live database."]
    if len(changed) < len(rule.good):
        text += ["", "All else is as above."]
    return "\n".join(text).rstrip() + "\n"


def _files(example: Example) -> Iterator[str]:
    for name, content in example.items():
        if content:
            title = "run by hand in the live database" if name == "live.sql" else f"`{name}`"
            yield from (
                f"{title}:",
                "",
                f"```{LANGUAGES.get(Path(name).suffix, '')}",
                content.rstrip("\n"),
                "```",
                "",
            )


def _commands() -> Iterator[tuple[str, ...]]:
    for name in COMMANDS:
        yield (name,)
        command = main.get_command(click.Context(main), name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)


def _command_index() -> str:
    rows = "\n".join(f"| [`auditor {name}`]({name}.md) | {help_} |" for name, (_, help_) in COMMANDS.items())
    return f"""# Commands

| command | answers |
|---|---|
{rows}

Exit codes: see [exit codes](../exit-codes.md).
"""


def _command(path: list[str]) -> str:
    command, ctx = _find(path)
    text = [f"# auditor {' '.join(path)}", "", "```", command.get_help(ctx), "```"]
    if isinstance(command, click.Group):
        for inner in command.commands:
            sub, sub_ctx = _find([*path, inner])
            text += ["", f"## auditor {' '.join([*path, inner])}", "", "```", sub.get_help(sub_ctx), "```"]
    return "\n".join(text) + "\n"


def _find(path: list[str]) -> tuple[click.Command, click.Context]:
    command: click.Command = main
    ctx = click.Context(main, info_name="auditor", terminal_width=80, help_option_names=["-h", "--help"])
    for name in path:
        found = command.get_command(ctx, name) if isinstance(command, click.Group) else None
        if found is None:
            raise KeyError(name)
        command, ctx = found, click.Context(found, info_name=name, parent=ctx)
    return command, ctx


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        stale = out_of_date()
        if stale:
            sys.exit("out of date (run scripts/docs): " + ", ".join(stale))
    else:
        write()
