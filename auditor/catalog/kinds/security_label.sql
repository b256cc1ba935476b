-- Security labels of objects of every kind; those that are shared by the cluster have a table of their own.
with label as materialized (
    select l.classoid, l.objoid, l.objsubid, l.provider, l.label from pg_catalog.pg_seclabel l
    union all
    select s.classoid, s.objoid, 0, s.provider, s.label
      from pg_catalog.pg_shseclabel s
      left join pg_catalog.pg_database b
        on s.classoid = 'pg_catalog.pg_database'::regclass and b.oid = s.objoid
     where b.oid is null or b.datname = current_database()
)
select 'security label' as kind,
       quote_ident(l.provider) || ' on ' || o.type || ' ' || o.identity as identity,
       quote_ident(l.provider) as provider,
       o.type as object_kind,
       o.identity as object,
       l.label
  from label l
 cross join lateral pg_identify_object(l.classoid, l.objoid, l.objsubid) o
 where (o.schema is null or o.schema <> all ($1::text[]) and o.schema !~ '^pg_')
   and ($2::oid[] is null or l.objoid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = l.classoid and e.objid = l.objoid and e.deptype = 'e')
