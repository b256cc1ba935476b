-- The ledger of a migration tool by name ($1), schema ($2, null for any) and column ($3): the table, whether it may
-- be read, and its columns with a date or a time.
select format('%I.%I', n.nspname, c.relname) as table,
       has_table_privilege(c.oid, 'SELECT') and has_schema_privilege(n.oid, 'USAGE') as readable,
       array(select a.attname::text
               from pg_catalog.pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype)) as times
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relname = $1
   and c.relkind in ('r', 'p')
   and n.nspname = coalesce($2, n.nspname)
   and n.nspname !~ '^pg_'
   and exists (select from pg_catalog.pg_attribute a
                where a.attrelid = c.oid and a.attname = $3 and a.attnum > 0 and not a.attisdropped)
 order by n.nspname <> 'public', n.nspname
 limit 1
