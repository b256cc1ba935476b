-- Schemas.
select 'schema' as kind,
       quote_ident(n.nspname) as identity,
       n.nspowner::regrole::text as owner,
       array(select (case a.grantee when 0 then 'public' when n.nspowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_namespace n
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_namespace'::regclass and d.objoid = n.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or n.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_namespace'::regclass and e.objid = n.oid and e.deptype = 'e')
