-- ledger_find.sql: tables that may be the ledger of a migration tool: those of its name ($1, in the schema $2 or, where
-- that is null, in any) with all of the columns $3; and those of another name that have all of the columns $4, by
-- which the tool's table is known. What another tool's table has ($5) is not among them.
select format('%I.%I', n.nspname, c.relname) as table,
       has_table_privilege(c.oid, 'SELECT') and has_schema_privilege(n.oid, 'USAGE')
       and not row_security_active(c.oid) as readable,
       k.columns,
       c.relname = $1 and n.nspname = coalesce($2, n.nspname) as by_name,
       coalesce(k.times, '{}') as times
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 cross join lateral (select array_agg(a.attname::text) as columns,
                            array_agg(a.attname::text) filter (
                                where a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype)) as times
                       from pg_catalog.pg_attribute a
                      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) k
 where c.relkind in ('r', 'p')
   and n.nspname !~ '^pg_'
   and n.nspname <> 'information_schema'
   and not k.columns && $5::text[]
   and (c.relname = $1 and n.nspname = coalesce($2, n.nspname) and k.columns @> $3::text[]
        or cardinality($4::text[]) > 0 and k.columns @> $4::text[])
 order by by_name desc, n.nspname <> 'public', n.nspname, c.relname
