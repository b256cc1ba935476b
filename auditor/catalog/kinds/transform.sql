-- Transforms.
select 'transform' as kind,
       -- PostgreSQL 15 has one word more.
       replace(o.identity, ' on language ', ' language ') as identity,
       nullif(t.trffromsql::oid, 0)::regprocedure::text as from_sql,
       nullif(t.trftosql::oid, 0)::regprocedure::text as to_sql,
       d.description as comment
  from pg_catalog.pg_transform t
  join pg_catalog.pg_type y on y.oid = t.trftype
  join pg_catalog.pg_namespace n on n.oid = y.typnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_transform'::regclass and d.objoid = t.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_transform'::regclass, t.oid, 0) o
 where n.nspname <> all ($1::text[])
   and ($2::oid[] is null or t.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_transform'::regclass and e.objid = t.oid and e.deptype = 'e')
