-- Conversions between encodings.
select 'conversion' as kind,
       o.identity,
       pg_encoding_to_char(c.conforencoding)::text as source,
       pg_encoding_to_char(c.contoencoding)::text as target,
       c.conproc::oid::regprocedure::text as function,
       c.condefault as default,
       c.conowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_conversion c
  join pg_catalog.pg_namespace n on n.oid = c.connamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_conversion'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_conversion'::regclass, c.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_conversion'::regclass and e.objid = c.oid and e.deptype = 'e')
