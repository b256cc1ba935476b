-- Text search parsers.
select 'text search parser' as kind,
       o.identity,
       c.prsstart::oid::regprocedure::text as start,
       c.prstoken::oid::regprocedure::text as token,
       c.prsend::oid::regprocedure::text as end,
       nullif(c.prsheadline::oid, 0)::regprocedure::text as headline,
       c.prslextype::oid::regprocedure::text as lextypes,
       d.description as comment
  from pg_catalog.pg_ts_parser c
  join pg_catalog.pg_namespace n on n.oid = c.prsnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_ts_parser'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_ts_parser'::regclass, c.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_ts_parser'::regclass and e.objid = c.oid and e.deptype = 'e')
