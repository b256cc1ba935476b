"""The fold leaves behind what PostgreSQL leaves behind: every object of every case, by kind and identity."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from auditor.history.fold import History, fold
from auditor.migrations.read import read_migration
from auditor.migrations.statements import split_statements
from auditor.model import Migration

CASES = Path(__file__).parent.parent / "cases" / "fold"

LISTING = """
with objects as (
    select 'pg_class'::regclass as classid, oid as objid, 0 as objsubid from pg_class
     where relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I', 'c') and relpersistence <> 't'
    union all
    select 'pg_class'::regclass, attrelid, attnum from pg_attribute a join pg_class c on c.oid = attrelid
     where attnum > 0 and not attisdropped and relkind in ('r', 'p', 'f', 'c', 'v', 'm')
    union all select 'pg_constraint'::regclass, oid, 0 from pg_constraint where contype <> 't'
    union all select 'pg_proc'::regclass, oid, 0 from pg_proc
    union all select 'pg_trigger'::regclass, oid, 0 from pg_trigger
     where tgname !~ '^(RI|PK|Unique)_ConstraintTrigger'
    union all select 'pg_policy'::regclass, oid, 0 from pg_policy
    union all select 'pg_rewrite'::regclass, oid, 0 from pg_rewrite where rulename <> '_RETURN'
    union all select 'pg_type'::regclass, t.oid, 0 from pg_type t left join pg_class c on c.oid = typrelid
     where not (typcategory = 'A' and typtype = 'b') and coalesce(relkind, 'c') = 'c'
    union all select 'pg_namespace'::regclass, oid, 0 from pg_namespace
    union all select 'pg_statistic_ext'::regclass, oid, 0 from pg_statistic_ext
    union all select 'pg_collation'::regclass, oid, 0 from pg_collation
    union all select 'pg_operator'::regclass, oid, 0 from pg_operator
    union all select 'pg_ts_config'::regclass, oid, 0 from pg_ts_config
    union all select 'pg_publication'::regclass, oid, 0 from pg_publication
    union all select 'pg_publication_rel'::regclass, oid, 0 from pg_publication_rel
    union all select 'pg_publication_namespace'::regclass, oid, 0 from pg_publication_namespace
    union all select 'pg_extension'::regclass, oid, 0 from pg_extension
    union all select 'pg_foreign_data_wrapper'::regclass, oid, 0 from pg_foreign_data_wrapper
    union all select 'pg_foreign_server'::regclass, oid, 0 from pg_foreign_server
    union all select 'pg_event_trigger'::regclass, oid, 0 from pg_event_trigger
    union all select 'pg_language'::regclass, oid, 0 from pg_language
    union all select 'pg_cast'::regclass, oid, 0 from pg_cast c
     where not exists (select from pg_range where rngmultitypid = casttarget)
    union all select 'pg_conversion'::regclass, oid, 0 from pg_conversion
    union all select 'pg_ts_dict'::regclass, oid, 0 from pg_ts_dict
    union all select 'pg_opclass'::regclass, oid, 0 from pg_opclass
    union all select 'pg_opfamily'::regclass, oid, 0 from pg_opfamily
)
select i.type, i.identity
  from objects cross join lateral pg_identify_object(classid, objid, objsubid) i
 where objid >= 16384 and not exists (select from pg_depend d where d.classid = objects.classid
       and d.objid = objects.objid and d.deptype = 'e')
   and i.schema is distinct from 'pg_toast' and i.identity !~ '(^| on )pg_(toast_)?temp'
"""


def folded(sql: str, pg_major: int) -> History:
    statements = tuple(split_statements(sql, "case.sql"))
    migration = Migration("case", "case.sql", "sql", statements)
    return fold([read_migration(migration)], pg_major=pg_major)


@pytest.mark.parametrize("case", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_same_objects_as_postgresql(case: Path, database: str) -> None:
    sql = case.read_text()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.encode())
        rows = connection.execute(LISTING).fetchall()
        major = connection.info.server_version // 10000
    expected = {(kind, identity) for kind, identity in rows}
    # The constructor functions and the multirange of a range type are PostgreSQL's own.
    history = folded(sql, major)
    actual = {(item.kind, item.identity) for item, life in history.lives.items() if life.exists}
    assert sorted(actual) == sorted(expected)
    happened = [effect for effect in history.effects if effect.inside in (None, "do")]
    assert not [effect for effect in happened if effect.action == "unknown"]
