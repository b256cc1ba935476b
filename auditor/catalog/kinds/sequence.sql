-- Sequences.
select 'sequence' as kind,
       format('%I.%I', n.nspname, c.relname) as identity,
       c.relowner::regrole::text as owner,
       s.seqtypid::regtype::text as type,
       s.seqstart as start,
       s.seqincrement as increment,
       s.seqmin as minimum,
       s.seqmax as maximum,
       s.seqcache as cache,
       s.seqcycle as cycle,
       o.owned_by,
       case c.relpersistence when 'u' then 'unlogged' else 'permanent' end as persistence,
       case when c.relacl is null then  -- the same for every owner, so it is asked once
           (select array(select (case a.grantee when 0 then 'public' else 'owner' end || ': ' || a.privilege_type
                                ) collate "C" as privilege
                           from aclexplode(acldefault('s', 10)) a
                          order by privilege))
       else
           array(select (case a.grantee when 0 then 'public' when c.relowner then 'owner'
                         else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                         || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                        ) collate "C" as privilege
                   from aclexplode(c.relacl) a
                  group by a.grantee, a.privilege_type
                  order by privilege)
       end as privileges,
       d.description as comment
  from pg_catalog.pg_sequence s
  join pg_catalog.pg_class c on c.oid = s.seqrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join lateral (
       select format('%I.%I.%I', tn.nspname, t.relname, a.attname) as owned_by
         from pg_catalog.pg_depend w
         join pg_catalog.pg_class t on t.oid = w.refobjid
         join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
         join pg_catalog.pg_attribute a on a.attrelid = w.refobjid and a.attnum = w.refobjsubid
        where w.classid = 'pg_catalog.pg_class'::regclass and w.objid = c.oid and w.objsubid = 0
          and w.refclassid = 'pg_catalog.pg_class'::regclass and w.refobjsubid > 0
          and w.deptype in ('a', 'i')) o on true
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
