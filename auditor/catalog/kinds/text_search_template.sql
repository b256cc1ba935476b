-- Text search templates.
select 'text search template' as kind,
       o.identity,
       nullif(c.tmplinit::oid, 0)::regprocedure::text as init,
       c.tmpllexize::oid::regprocedure::text as lexize,
       d.description as comment
  from pg_catalog.pg_ts_template c
  join pg_catalog.pg_namespace n on n.oid = c.tmplnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_ts_template'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_ts_template'::regclass, c.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_ts_template'::regclass and e.objid = c.oid and e.deptype = 'e')
