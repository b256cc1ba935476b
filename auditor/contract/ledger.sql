-- ledger.sql: the table of a migration tool by name ($1), schema ($2, null for any) and column ($3), and whether it
-- may be read. `schema_migrations` is what many tools, and many home-made ones, call theirs.
select format('%I.%I', n.nspname, c.relname) as table,
       has_table_privilege(c.oid, 'SELECT') as readable
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relname = $1
   and c.relkind in ('r', 'p')
   and n.nspname = coalesce($2, n.nspname)
   and n.nspname !~ '^pg_'
   and exists (select from pg_catalog.pg_attribute a
                where a.attrelid = c.oid and a.attname = $3 and a.attnum > 0 and not a.attisdropped)
 order by n.nspname <> 'public', n.nspname
