-- Extensions.
select 'extension' as kind,
       quote_ident(e.extname) as identity,
       quote_ident(n.nspname) as schema,
       e.extversion as version
  from pg_catalog.pg_extension e
  join pg_catalog.pg_namespace n on n.oid = e.extnamespace
 where n.nspname <> all ($1::text[])
   and ($2::oid[] is null or e.oid = any ($2))
