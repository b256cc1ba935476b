-- Extended statistics. What is on one expression has the kind e only.
select 'statistics object' as kind,
       format('%I.%I', n.nspname, s.stxname) as identity,
       format('%I.%I', q.nspname, c.relname) as table,
       case c.relkind when 'f' then 'foreign table' when 'm' then 'materialized view' else 'table' end as table_kind,
       array_remove(array[case when 'd' = any (s.stxkind) then 'ndistinct' end,
                          case when 'f' = any (s.stxkind) then 'dependencies' end,
                          case when 'm' = any (s.stxkind) then 'mcv' end], null) as kinds,
       pg_get_statisticsobjdef_columns(s.oid) as on,
       nullif(s.stxstattarget, -1)::int as target,
       s.stxowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_statistic_ext s
  join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
  join pg_catalog.pg_class c on c.oid = s.stxrelid
  join pg_catalog.pg_namespace q on q.oid = c.relnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_statistic_ext'::regclass and d.objoid = s.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or s.stxrelid = any ($2) or s.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_statistic_ext'::regclass and e.objid = s.oid and e.deptype = 'e')
