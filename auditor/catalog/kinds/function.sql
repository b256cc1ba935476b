-- Functions and procedures. The constructors of a range type (deptype i) belong to the type.
select o.type as kind,
       o.identity,
       pg_get_function_arguments(p.oid) as arguments,
       case p.prokind when 'p' then null else pg_get_function_result(p.oid) end as returns,
       l.lanname::text as language,
       case when p.prosqlbody is null then p.prosrc else pg_get_function_sqlbody(p.oid) end as body,
       p.probin as library,
       p.prokind = 'w' as window,
       case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
       p.prosecdef as security_definer,
       array(select s.setting from unnest(p.proconfig) s(setting) order by s.setting collate "C") as settings,
       case when p.protrftypes is null then '{}' else
           array(select u.type::regtype::text from unnest(p.protrftypes) with ordinality u(type, place)
                  order by u.place)
       end as transforms,
       p.proisstrict as strict,
       case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
       p.proleakproof as leakproof,
       p.procost::text::float8 as cost,
       p.prorows::text::float8 as rows,
       nullif(p.prosupport::oid, 0)::regprocedure::text as support,
       p.proowner::regrole::text as owner,
       case when p.proacl is null then  -- the same for every owner, so it is asked once
           (select array(select (case a.grantee when 0 then 'public' else 'owner' end || ': ' || a.privilege_type
                                ) collate "C" as privilege
                           from aclexplode(acldefault('f', 10)) a
                          order by privilege))
       else
           array(select (case a.grantee when 0 then 'public' when p.proowner then 'owner'
                         else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                         || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                        ) collate "C" as privilege
                   from aclexplode(p.proacl) a
                  group by a.grantee, a.privilege_type
                  order by privilege)
       end as privileges,
       d.description as comment
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_proc'::regclass and d.objoid = p.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_proc'::regclass, p.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and p.prokind in ('f', 'p', 'w')
   and ($2::oid[] is null or p.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_proc'::regclass and e.objid = p.oid and e.deptype in ('e', 'i'))
