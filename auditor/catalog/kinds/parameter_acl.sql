-- Privileges on configuration parameters. Their owner is the role that made the cluster.
select 'parameter ACL' as kind,
       o.identity,
       array(select (case a.grantee when 0 then 'public' when 10 then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(p.paracl) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges
  from pg_catalog.pg_parameter_acl p
 cross join lateral pg_identify_object('pg_catalog.pg_parameter_acl'::regclass, p.oid, 0) o
 where ($2::oid[] is null or p.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
