# ruff: noqa: S608 -- SQL is what is made here
"""A large migration history, made up: always the same bytes for the same number of migrations.

The mix follows what public histories hold (docs/accuracy.md lists them): mostly tables, columns, indexes and
constraints, then functions with bodies, triggers, policies, grants, data changes and DO blocks.

    python benchmarks/generated_history.py FOLDER [MIGRATIONS]
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

MIGRATIONS = 5000

_NOUNS = """
account address agreement answer article asset audit badge batch bill booking branch budget campaign card cart
case category channel charge claim client comment company contact contract coupon course credit customer delivery
deposit device discount document draft employee event export feature feed file filter folder form gateway grade
group holding import incident invoice issue item journal label lead ledger lesson license line listing location
lot mailbox member message meter note notice offer order outlet package page partner payment period plan policy
position post price product profile project quote rate receipt record refund region rental report request reserve
review route sample schedule score season section sensor session shipment shop signal site slot source stage
statement step stock story subscription supplier survey tag target task team template tenant term thread ticket
token topic track transfer trip unit user vehicle vendor version visit voucher wallet warehouse webhook zone
"""
_WORDS = """
active amount approved archived balance code colour country created currency data depth description due email
enabled ended expires external feedback finished fraction height hidden ignored kind label language length level
locked mode name nickname number opened owner paid parent phone priority quantity ratio reason reference region
rejected scanned secret sent shared size slug started state status subject summary synced tax text title token
total type unit updated url valid value verified volume weight width
"""
_TYPES = (
    "text",
    "integer",
    "bigint",
    "boolean NOT NULL DEFAULT false",
    "timestamptz NOT NULL DEFAULT now()",
    "jsonb DEFAULT '{}'::jsonb",
    "numeric(12, 2)",
    "varchar(120)",
    "uuid",
    "date",
    "text NOT NULL DEFAULT ''",
    "text[]",
)
_STATES = ("draft", "queued", "running", "done", "failed", "cancelled", "archived")


class _Maker:
    """What exists so far, and one method for each kind of statement."""

    def __init__(self) -> None:
        self.random = random.Random(20_260_701)  # noqa: S311 - repeatable, not secret
        self.nouns = _NOUNS.split()
        self.words = sorted(set(_WORDS.split()))
        self.tables: dict[str, list[str]] = {}
        self.functions: list[str] = []
        self.count = 0

    def migration(self) -> str:
        """The text of the next migration."""
        self.count += 1
        statements: list[str] = []
        if not self.tables or self.random.random() < 0.22:
            statements += self.table()
        kinds, weights = zip(*_MIX, strict=True)
        for make in self.random.choices(kinds, weights, k=self.random.randint(2, 8)):
            statements += make(self)
        name = self.random.choice(self.words)
        return f"-- {self.count}: {name} of {self.random.choice(self.nouns)}s\n\n" + "\n\n".join(statements) + "\n"

    def table(self) -> Iterator[str]:
        name = f"{self.random.choice(self.nouns)}_{self.random.choice(self.nouns)}_{len(self.tables)}"
        columns = self.random.sample(self.words, self.random.randint(3, 12))
        lines = ["    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"]
        lines += [f'    "{column}" {self.random.choice(_TYPES)}' for column in columns]
        if self.tables and self.random.random() < 0.6:
            other = self.random.choice(list(self.tables))
            lines.append(f"    {other}_id bigint NOT NULL REFERENCES {other} (id) ON DELETE CASCADE")
        if self.random.random() < 0.3:
            lines.append(f'    CONSTRAINT {name}_known CHECK (id > 0 AND "{columns[0]}" IS NOT NULL)')
        self.tables[name] = columns
        yield f"CREATE TABLE IF NOT EXISTS public.{name} (\n" + ",\n".join(lines) + "\n);"
        yield f"COMMENT ON TABLE public.{name} IS 'What is known about every {name.replace('_', ' ')}.';"

    def column(self) -> Iterator[str]:
        table = self._table()
        column = f"{self.random.choice(self.words)}_{self.count}_{len(self.tables[table])}"
        self.tables[table].append(column)
        yield f'ALTER TABLE public.{table} ADD COLUMN IF NOT EXISTS "{column}" {self.random.choice(_TYPES)};'

    def alteration(self) -> Iterator[str]:
        table = self._table()
        column = self.random.choice(self.tables[table])
        yield self.random.choice(
            (
                f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP DEFAULT;',
                f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP NOT NULL, ALTER COLUMN id SET STATISTICS 200;',
                f'ALTER TABLE {table} ADD CONSTRAINT c{self._number()} CHECK ("{column}" IS NOT NULL) NOT VALID;',
                f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY;",
                f"COMMENT ON COLUMN {table}.\"{column}\" IS 'Set by {self.random.choice(self.nouns)}s';",
            )
        )

    def index(self) -> Iterator[str]:
        table = self._table()
        chosen = self.random.sample(self.tables[table], min(2, len(self.tables[table])))
        columns = ", ".join(f'"{column}"' for column in chosen)
        name = f"idx_{table}_{self.count}_{self._number()}"
        if self.random.random() < 0.25:
            state = self.random.choice(_STATES)
            yield (
                f"CREATE UNIQUE INDEX IF NOT EXISTS {name} ON public.{table} ({columns})\n"
                f"    WHERE (\"{chosen[0]}\")::text = '{state}';"
            )
        else:
            yield f"CREATE INDEX {name} ON {table} USING btree ({columns} DESC);"

    def function(self) -> Iterator[str]:
        table, other = self._table(), self._table()
        column = self.random.choice(self.tables[table])
        name = f"{self.random.choice(self.words)}_{table}_{self.count}_{self._number()}"
        first, second = self.random.sample(_STATES, 2)
        self.functions.append(name)
        yield f"""CREATE OR REPLACE FUNCTION public.{name}(p_id bigint, p_reason text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public
AS $$
DECLARE
    v_count bigint;
    v_state text := '{first}';
BEGIN
    SELECT count(*) INTO v_count FROM {table} AS t JOIN {other} AS o ON o.id = t.id
     WHERE t.id = p_id AND t."{column}"::text IN ('{first}', '{second}');
    IF v_count = 0 THEN
        RAISE EXCEPTION 'no % of %', v_state, p_id USING ERRCODE = 'P0002';
    END IF;
    UPDATE {table} SET "{column}" = DEFAULT WHERE id = p_id;
    INSERT INTO {other} DEFAULT VALUES;
    PERFORM pg_notify('{table}', json_build_object('id', p_id, 'reason', coalesce(p_reason, ''))::text);
    RETURN v_count;
END;
$$;"""

    def trigger(self) -> Iterator[str]:
        table = self._table()
        name = f"{table}_touch_{self.count}_{self._number()}"
        column = self.random.choice(self.tables[table])
        yield f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW."{column}" IS DISTINCT FROM OLD."{column}" THEN
        INSERT INTO {self._table()} DEFAULT VALUES;
    END IF;
    RETURN NEW;
END
$body$;"""
        yield f"DROP TRIGGER IF EXISTS {name} ON public.{table};"
        yield (
            f"CREATE TRIGGER {name}\n    AFTER INSERT OR UPDATE ON public.{table}\n"
            f"    FOR EACH ROW EXECUTE FUNCTION {name}();"
        )

    def policy(self) -> Iterator[str]:
        table = self._table()
        name = f"{self.random.choice(self.words)} {table} {self.count} {self._number()}"
        yield f'DROP POLICY IF EXISTS "{name}" ON public.{table};'
        yield (
            f'CREATE POLICY "{name}" ON public.{table} FOR SELECT TO app_reader\n'
            f"    USING (id IN (SELECT id FROM {self._table()} WHERE id = 1 OR id > 10));"
        )

    def grant(self) -> Iterator[str]:
        if self.functions and self.random.random() < 0.5:
            name = self.random.choice(self.functions)
            yield f"REVOKE ALL ON FUNCTION public.{name}(bigint, text) FROM PUBLIC;"
            yield f"GRANT EXECUTE ON FUNCTION public.{name}(bigint, text) TO app_writer;"
        else:
            yield f"GRANT SELECT, INSERT, UPDATE ON TABLE public.{self._table()} TO app_reader, app_writer;"

    def rows(self) -> Iterator[str]:
        table = self._table()
        column = self.random.choice(self.tables[table])
        first, second = self.random.sample(_STATES, 2)
        other, number = self._table(), self._number()
        update = f'UPDATE {table} SET "{column}" = NULL WHERE id < {number} AND id IS NOT NULL;'
        delete = f"DELETE FROM {table} USING {other} AS o WHERE o.id = {table}.id AND o.id = {number};"
        insert = f"""INSERT INTO {table} ("{column}") SELECT DISTINCT '{first}' FROM {other} AS s
    WHERE s.id IN (1, 2, 3) ON CONFLICT DO NOTHING;"""
        move = f"""WITH old AS (DELETE FROM {table} WHERE id = {number} RETURNING *)
INSERT INTO {other} (id) SELECT id FROM old WHERE "{column}"::text = '{second}';"""
        yield self.random.choice((update, delete, insert, move))

    def block(self) -> Iterator[str]:
        table = self._table()
        name = f"{table}_b{self.count}_{self._number()}"
        yield f"""DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{name}') THEN
        ALTER TABLE public.{table} ADD CONSTRAINT {name} CHECK (id <> {self._number()});
    END IF;
EXCEPTION WHEN duplicate_object THEN
    NULL;
END $$;"""

    def type_(self) -> Iterator[str]:
        states = ", ".join(f"'{state}'" for state in self.random.sample(_STATES, 4))
        yield f"CREATE TYPE state_{self.count}_{self._number()} AS ENUM ({states});"

    def view(self) -> Iterator[str]:
        table, other = self._table(), self._table()
        yield (
            f"CREATE OR REPLACE VIEW view_{self.count}_{self._number()} AS\n"
            f"SELECT a.id, count(b.id) AS many FROM {table} AS a LEFT JOIN {other} AS b ON b.id = a.id\n"
            "WHERE a.id > 0 GROUP BY a.id;"
        )

    # Private

    def _table(self) -> str:
        return self.random.choice(list(self.tables))

    def _number(self) -> int:
        return self.random.randint(1, 1_000_000)


_MIX: tuple[tuple[Callable[[_Maker], Iterator[str]], int], ...] = (
    (_Maker.column, 26),
    (_Maker.alteration, 18),
    (_Maker.index, 16),
    (_Maker.function, 6),
    (_Maker.trigger, 3),
    (_Maker.policy, 5),
    (_Maker.grant, 8),
    (_Maker.rows, 9),
    (_Maker.block, 4),
    (_Maker.type_, 2),
    (_Maker.view, 3),
)


def write_history(folder: Path, migrations: int = MIGRATIONS) -> int:
    """Write the history below `folder/migrations`, with a `classifications.yaml` beside; gives its bytes."""
    maker = _Maker()
    files = folder / "migrations"
    files.mkdir(parents=True)
    total = 0
    for number in range(1, migrations + 1):
        data = maker.migration().encode()
        (files / f"{20_200_000_000_000 + number:014}_change_{number}.sql").write_bytes(data)
        total += len(data)
    (folder / "classifications.yaml").write_text("version: 1\nmigrations:\n  - {path: migrations}\n")
    return total


if __name__ == "__main__":
    print(write_history(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else MIGRATIONS), "bytes")
