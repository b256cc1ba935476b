"""Lock and rewrite hazards of new migrations, as squawk sees them: run beside, told under its own rule names.

https://squawkhq.com/docs/rules
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.audits.parts.inputs import Inputs, Outcome
from auditor.declaration.load import Configuration
from auditor.history.course import newest
from auditor.model import Finding, Location, Migration, ObjectId, OwnerClass, Statement
from auditor.rules.squawk import PREFIX, link, severity_of

EVALUATED = "squawk/*"
TIMEOUT_SECONDS = 60
NOT_INSTALLED = "lock and rewrite hazards: squawk is not installed (pip install 'auditor[squawk]')"


def judge_with_squawk(
    inputs: Inputs, configuration: Configuration, asked: Collection[str] | None = None
) -> Outcome:
    """What squawk says of the new migrations.

    Args:
        inputs: what was read.
        configuration: whose objects are whose, and what is asked of squawk.
        asked: ids of the new migrations; the newest one if not given.
    """
    wanted = configuration.squawk
    if wanted.migrations == "none":
        return Outcome(not_checked=("squawk: switched off in classifications.yaml",))
    program = find_squawk()
    if program is None:
        return Outcome(not_checked=(NOT_INSTALLED,))
    new = frozenset(asked) if asked is not None else newest(inputs.history.migrations)
    migrations = [
        one
        for one in inputs.history.migrations
        if one.statements and (wanted.migrations == "all" or one.id in new)
    ]
    if not migrations:
        return Outcome(evaluated=frozenset({EVALUATED}))
    try:
        told = _run(program, migrations, [str(name) for name in wanted.off], inputs.history.pg_major)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        return Outcome(not_checked=(f"squawk: {_reason(error)}",))
    findings = tuple(_findings(told, migrations, inputs, configuration))
    return Outcome(
        findings=findings, evaluated=frozenset({EVALUATED}), checked={"migration by squawk": len(migrations)}
    )


def find_squawk() -> str | None:
    """The program of the wheel beside this interpreter, else one on the PATH."""
    beside = Path(sys.executable).parent / "squawk"
    return str(beside) if beside.is_file() else shutil.which("squawk")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The statements of a migration as one text for squawk.

    Attributes:
        text: each statement from the beginning of a line, with a semicolon.
        starts: for each statement the 0-based line on which it begins.
    """

    text: str
    starts: tuple[int, ...]

    def place(self, line: int, column: int, statements: tuple[Statement, ...]) -> tuple[Location, int]:
        """The place in the file of a place in the text (both 0-based), and the 1-based number of the statement."""
        number = max((at for at, start in enumerate(self.starts) if start <= line), default=0)
        statement = statements[number]
        within = line - self.starts[number]
        first = statement.column if within == 0 else 1
        return Location(statement.file, statement.line + within, first + column), number + 1


def sheet_of(migration: Migration) -> Sheet:
    """The statements of a migration as squawk reads them; what is no SQL is left out as an empty line."""
    parts: list[str] = []
    starts: list[int] = []
    line = 0
    for statement in migration.statements:
        starts.append(line)
        text = "" if statement.problem is not None or statement.not_sql is not None else f"{statement.text}\n;"
        parts.append(text)
        line += text.count("\n") + 1
    return Sheet("\n".join(parts) + "\n", tuple(starts))


# Private


def _run(program: str, migrations: list[Migration], off: list[str], pg_major: int) -> list[dict[str, Any]]:
    """The findings of squawk, as its JSON reporter writes them; `file` is the number of the migration."""
    told: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="auditor-squawk-") as directory:
        for in_transaction in (True, False):
            names = []
            for number, migration in enumerate(migrations):
                if migration.transactional is in_transaction:
                    name = f"{number}.sql"
                    (Path(directory) / name).write_text(
                        sheet_of(migration).text, encoding="utf-8", errors="replace"
                    )
                    names.append(name)
            if not names:
                continue
            command = [program, "--reporter", "json", "--pg-version", f"{pg_major}.0"]
            command += ["--assume-in-transaction"] if in_transaction else []
            command += [f"--exclude={name}" for name in off]
            done = subprocess.run(
                [*command, *names],
                cwd=directory,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            if done.returncode not in (0, 1):
                raise ValueError(f"it ended with {done.returncode}: {done.stderr.strip()[:200]}")
            told += json.loads(done.stdout or "[]")
    return told


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no answer within {TIMEOUT_SECONDS} seconds"
    return str(error)


def _findings(
    told: list[dict[str, Any]], migrations: list[Migration], inputs: Inputs, configuration: Configuration
) -> Iterator[Finding]:
    for one in told:
        rule = str(one.get("rule_name", ""))
        if not rule or rule == "syntax-error":
            continue  # what is no SQL is told by the reading
        migration = migrations[int(str(one["file"]).removesuffix(".sql"))]
        place, number = sheet_of(migration).place(int(one["line"]), int(one["column"]), migration.statements)
        item, owner_class = _subject(inputs, configuration, migration.id, number)
        yield Finding(
            f"{PREFIX}{rule}",
            rule,
            severity_of(rule, owner_class),
            str(one.get("message", rule)),
            str(one.get("help") or link(rule)),
            owner_class=owner_class,
            object=item,
            field=migration.id,
            location=place,
        )


def _subject(
    inputs: Inputs, configuration: Configuration, migration: str, statement: int
) -> tuple[ObjectId | None, OwnerClass | None]:
    """What a statement is about: its first core object, else its first."""
    found: list[tuple[ObjectId, OwnerClass]] = []
    for effect in inputs.history.effects_of(migration):
        if effect.statement == statement and effect.object is not None and effect.inside in (None, "do"):
            ancestors = inputs.history.ancestors(effect.object)
            found.append((effect.object, configuration.ownership.owner_of(effect.object, ancestors)[0]))
    core = next((one for one in found if one[1] is OwnerClass.CORE), None)
    return core or (found[0] if found else (None, None))
