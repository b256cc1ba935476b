-- Roles of the cluster. 16384 is FirstNormalObjectId: those below came with initdb. What PostgreSQL 15 has no
-- word for is looked up by name: there a membership is inherited if the role inherits, and SET ROLE is allowed.
with setting as (
    select s.setrole, s.setdatabase,
           array(select case when u.setting ~* '^[^=]*(pass|pwd|secret|token|credential|api_?key|private_?key|access_?key|account_?key|conn_?str|conninfo|dsn)[^=]*='
                         then split_part(u.setting, '=', 1) || '=***' else u.setting end collate "C" as setting
                   from unnest(s.setconfig) u(setting)
                  order by setting) as settings
      from pg_catalog.pg_db_role_setting s
      left join pg_catalog.pg_database b on b.oid = s.setdatabase
     where s.setdatabase = 0 or b.datname = current_database()
)
select 'role' as kind,
       quote_ident(r.rolname) as identity,
       r.rolsuper as superuser,
       r.rolcreaterole as create_role,
       r.rolcreatedb as create_database,
       r.rolcanlogin as login,
       r.rolreplication as replication,
       r.rolbypassrls as bypass_rls,
       r.rolinherit as inherit,
       r.rolconnlimit as connection_limit,
       r.rolvaliduntil::text as valid_until,
       array(select m.roleid::regrole::text
                    || case when m.words = '' then '' else ' WITH' || ltrim(m.words, ',') end collate "C" as membership
               from (select g.roleid,
                            case when bool_or(g.admin_option) then ', ADMIN' else '' end
                            || case when bool_or(coalesce((to_jsonb(g) ->> 'inherit_option')::boolean,
                                                          r.rolinherit)) then '' else ', WITHOUT INHERIT' end
                            || case when bool_or(coalesce((to_jsonb(g) ->> 'set_option')::boolean, true))
                                    then '' else ', WITHOUT SET' end as words
                       from pg_catalog.pg_auth_members g
                      where g.member = r.oid
                      group by g.roleid) m
              order by membership) as member_of,
       coalesce((select s.settings from setting s where s.setrole = r.oid and s.setdatabase = 0), '{}') as settings,
       coalesce((select s.settings from setting s where s.setrole = r.oid and s.setdatabase <> 0), '{}')
            as database_settings,
       d.description as comment
  from pg_catalog.pg_roles r
  left join pg_catalog.pg_shdescription d
    on d.classoid = 'pg_catalog.pg_authid'::regclass and d.objoid = r.oid
 where r.oid >= 16384
   and ($2::oid[] is null or r.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
