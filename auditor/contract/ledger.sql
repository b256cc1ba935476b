-- ledger.sql: the table of a migration tool by name ($1) and schema ($2, null for any), and whether it may be read.
select format('%I.%I', n.nspname, c.relname) as table,
       has_table_privilege(c.oid, 'SELECT') as readable
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relname = $1
   and c.relkind in ('r', 'p')
   and n.nspname = coalesce($2, n.nspname)
   and n.nspname !~ '^pg_'
 order by n.nspname <> 'public', n.nspname
