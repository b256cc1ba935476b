-- Foreign servers.
select 'server' as kind,
       quote_ident(s.srvname) as identity,
       quote_ident(f.fdwname) as wrapper,
       s.srvtype as type,
       s.srvversion as version,
       array(select o.option_name || '='
                    || case when o.option_name ~* 'pass|pwd|secret|token|credential|api_?key|private_?key|access_?key|account_?key|conn_?str|conninfo|dsn'
                              or o.option_value ~* '://[^/@]*:[^/@]*@|passw' then '***' else o.option_value end
               from pg_options_to_table(s.srvoptions) o
              order by o.option_name collate "C") as options,
       s.srvowner::regrole::text as owner,
       array(select (case a.grantee when 0 then 'public' when s.srvowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(s.srvacl, acldefault('S', s.srvowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_foreign_server s
  join pg_catalog.pg_foreign_data_wrapper f on f.oid = s.srvfdw
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_foreign_server'::regclass and d.objoid = s.oid and d.objsubid = 0
 where ($2::oid[] is null or s.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_foreign_server'::regclass and e.objid = s.oid and e.deptype = 'e')
