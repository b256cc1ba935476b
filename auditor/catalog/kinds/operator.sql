-- Operators. One that was only named as the commutator or negator of another has no function yet.
select 'operator' as kind,
       o.identity,
       p.oprcode::oid::regprocedure::text as function,
       p.oprresult::regtype::text as result,
       nullif(p.oprcom, 0)::regoperator::text as commutator,
       nullif(p.oprnegate, 0)::regoperator::text as negator,
       nullif(p.oprrest::oid, 0)::regprocedure::text as restrict,
       nullif(p.oprjoin::oid, 0)::regprocedure::text as join,
       p.oprcanhash as hashes,
       p.oprcanmerge as merges,
       p.oprowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_operator p
  join pg_catalog.pg_namespace n on n.oid = p.oprnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_operator'::regclass and d.objoid = p.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_operator'::regclass, p.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and p.oprcode <> 0
   and ($2::oid[] is null or p.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_operator'::regclass and e.objid = p.oid and e.deptype = 'e')
