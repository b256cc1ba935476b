-- Rewrite rules; a view's own query is the rule "_RETURN".
select 'rule' as kind,
       format('%I on %I.%I', r.rulename, n.nspname, c.relname) as identity,
       format('%I.%I', n.nspname, c.relname) as table,
       case c.relkind when 'v' then 'view' else 'table' end as table_kind,
       pg_get_ruledef(r.oid) as definition,
       case r.ev_enabled when 'O' then 'origin' when 'A' then 'always'
                         when 'R' then 'replica' else 'disabled' end as enabled,
       d.description as comment
  from pg_catalog.pg_rewrite r
  join pg_catalog.pg_class c on c.oid = r.ev_class
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_rewrite'::regclass and d.objoid = r.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and r.rulename <> '_RETURN'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
