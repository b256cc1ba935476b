-- Extensions.
select 'extension' as kind,
       quote_ident(e.extname) as identity,
       quote_ident(n.nspname) as schema,
       e.extversion as version,
       e.extowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_extension e
  join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_extension'::regclass and d.objoid = e.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and ($2::oid[] is null or e.oid = any ($2))
