-- A table or view of the flow by schema ($1) and name ($2): whether the role may read all of it, whether row level
-- security may hide rows from it, and its columns with their types.
-- https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-ACCESS
select has_table_privilege(c.oid, 'SELECT') and has_schema_privilege(n.oid, 'USAGE') as readable,
       row_security_active(c.oid)
       and not (exists (select from pg_catalog.pg_policy p
                         where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('*', 'r')
                           and pg_get_expr(p.polqual, p.polrelid) = 'true'
                           and exists (select from unnest(p.polroles) r (oid)
                                        where r.oid = 0 or pg_has_role(r.oid, 'USAGE')))
                and not exists (select from pg_catalog.pg_policy p
                                 where p.polrelid = c.oid and not p.polpermissive)) as hidden,
       array(select a.attname::text from pg_catalog.pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns,
       array(select format_type(a.atttypid, null) from pg_catalog.pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as types,
       array(select a.attname::text from pg_catalog.pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and has_schema_privilege(n.oid, 'USAGE') and has_column_privilege(c.oid, a.attnum, 'SELECT')) as allowed
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')
