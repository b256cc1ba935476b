-- Collations. What some versions lack is looked up by name: colliculocale became colllocale in 17, collicurules
-- came with 16.
select 'collation' as kind,
       o.identity,
       case c.collprovider when 'c' then 'libc' when 'i' then 'icu' when 'b' then 'builtin' else 'default' end
            as provider,
       c.collisdeterministic as deterministic,
       c.collcollate as collate,
       c.collctype as ctype,
       coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale') as locale,
       to_jsonb(c) ->> 'collicurules' as rules,
       case when c.collencoding >= 0 then pg_encoding_to_char(c.collencoding)::text end as encoding,
       c.collowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_collation c
  join pg_catalog.pg_namespace n on n.oid = c.collnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_collation'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_collation'::regclass, c.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_collation'::regclass and e.objid = c.oid and e.deptype = 'e')
