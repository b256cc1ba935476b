-- Text search dictionaries.
select 'text search dictionary' as kind,
       o.identity,
       format('%I.%I', q.nspname, t.tmplname) as template,
       c.dictinitoption as options,
       c.dictowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_ts_dict c
  join pg_catalog.pg_namespace n on n.oid = c.dictnamespace
  join pg_catalog.pg_ts_template t on t.oid = c.dicttemplate
  join pg_catalog.pg_namespace q on q.oid = t.tmplnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_ts_dict'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_ts_dict'::regclass, c.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_ts_dict'::regclass and e.objid = c.oid and e.deptype = 'e')
