-- Default privileges.
select 'default acl' as kind,
       o.identity,
       a.defaclrole::regrole::text as role,
       quote_ident(n.nspname) as schema,
       case a.defaclobjtype
            when 'r' then 'tables'
            when 'S' then 'sequences'
            when 'f' then 'functions'
            when 'T' then 'types'
            when 'n' then 'schemas'
            else 'large objects'
       end as on,
       array(select (case x.grantee when 0 then 'public' when a.defaclrole then 'owner'
                     else coalesce(nullif(x.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || x.privilege_type || case when bool_or(x.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(a.defaclacl) x
              group by x.grantee, x.privilege_type
              order by privilege) as privileges
  from pg_catalog.pg_default_acl a
  left join pg_catalog.pg_namespace n on n.oid = a.defaclnamespace
 cross join lateral pg_identify_object('pg_catalog.pg_default_acl'::regclass, a.oid, 0) o
 where (n.oid is null or n.nspname <> all ($1::text[]))
   and ($2::oid[] is null or a.oid = any ($2))
