-- Who owns the table in which a migration tool notes what it applied: $2 are the names of such tables.
select c.relowner::regrole::text
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relname = any ($2::name[])
   and c.relkind in ('r', 'p')
   and n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
 group by c.relowner
 order by count(*) desc, min(c.oid)
 limit 1
