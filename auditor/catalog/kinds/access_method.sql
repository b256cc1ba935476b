-- Access methods. 16384 is FirstNormalObjectId: what is below came with initdb.
select 'access method' as kind,
       quote_ident(m.amname) as identity,
       case m.amtype when 't' then 'table' else 'index' end as type,
       m.amhandler::oid::regprocedure::text as handler,
       d.description as comment
  from pg_catalog.pg_am m
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_am'::regclass and d.objoid = m.oid and d.objsubid = 0
 where m.oid >= 16384
   and ($2::oid[] is null or m.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_am'::regclass and e.objid = m.oid and e.deptype = 'e')
