-- Procedural languages. 16384 is FirstNormalObjectId: what is below came with initdb.
select 'language' as kind,
       quote_ident(l.lanname) as identity,
       l.lanpltrusted as trusted,
       l.lanplcallfoid::regprocedure::text as handler,
       nullif(l.laninline, 0)::regprocedure::text as inline,
       nullif(l.lanvalidator, 0)::regprocedure::text as validator,
       l.lanowner::regrole::text as owner,
       array(select (case a.grantee when 0 then 'public' when l.lanowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_language l
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_language'::regclass and d.objoid = l.oid and d.objsubid = 0
 where l.oid >= 16384
   and l.lanispl
   and ($2::oid[] is null or l.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_language'::regclass and e.objid = l.oid and e.deptype = 'e')
