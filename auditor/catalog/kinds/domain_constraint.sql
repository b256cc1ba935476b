-- Checks of domains.
select 'domain constraint' as kind,
       format('%I on %I.%I', k.conname, n.nspname, t.typname) as identity,
       format('%I.%I', n.nspname, t.typname) as domain,
       pg_get_expr(k.conbin, 0) as expression,
       k.convalidated as validated,
       d.description as comment
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_type t on t.oid = k.contypid
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_constraint'::regclass and d.objoid = k.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and k.contype = 'c'
   and k.contypid <> 0
   and ($2::oid[] is null or t.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_type'::regclass and e.objid = t.oid and e.deptype = 'e')
