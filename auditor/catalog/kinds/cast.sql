-- Casts. 16384 is FirstNormalObjectId: what is below came with initdb. Those of a range type have deptype i.
select 'cast' as kind,
       o.identity,
       nullif(c.castfunc, 0)::regprocedure::text as function,
       case c.castmethod when 'f' then 'function' when 'i' then 'inout' else 'binary' end as method,
       case c.castcontext when 'e' then 'explicit' when 'a' then 'assignment' else 'implicit' end as context,
       d.description as comment
  from pg_catalog.pg_cast c
  join pg_catalog.pg_type s on s.oid = c.castsource
  join pg_catalog.pg_namespace n on n.oid = s.typnamespace
  join pg_catalog.pg_type t on t.oid = c.casttarget
  join pg_catalog.pg_namespace m on m.oid = t.typnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_cast'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_cast'::regclass, c.oid, 0) o
 where c.oid >= 16384
   and (n.nspname <> all ($1::text[]) and m.nspname <> all ($1::text[]))
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_cast'::regclass and e.objid = c.oid and e.deptype in ('e', 'i'))
