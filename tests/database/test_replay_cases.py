"""Small histories as odd as real ones: PostgreSQL records nothing that the reading does not say, nor the reverse.

A case is one file; `-- next migration` divides it, `-- superuser` at its top lets a superuser run it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.history import fold
from auditor.migrations.read import read_migration
from auditor.migrations.statements import split_statements
from auditor.model import Migration
from auditor.replay.agreement import agree
from auditor.replay.runner import discard, replay
from auditor.replay.server import ThrowAwayServer

CASES = Path(__file__).parent.parent / "cases" / "replay"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_nothing_missed_and_nothing_wrong(case: Path, server: ThrowAwayServer) -> None:
    text = case.read_text()
    migrations = [
        Migration(str(number), f"{number}.sql", "sql", tuple(split_statements(part, f"{number}.sql")))
        for number, part in enumerate(text.split("-- next migration\n"), start=1)
    ]
    replayed = replay(migrations, server, as_owner=not text.startswith("-- superuser"))
    history = fold(map(read_migration, migrations), pg_major=server.installation.major)
    agreement = agree(history, replayed)
    discard(replayed, server)
    assert replayed.error is None
    assert agreement.of("missed", "wrong") == []
    assert agreement.end is not None
