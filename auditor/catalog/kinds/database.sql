-- The database itself. What its locale is called depends on the version: daticulocale became datlocale in 17.
select 'database' as kind,
       quote_ident(b.datname) as identity,
       b.datdba::regrole::text as owner,
       pg_encoding_to_char(b.encoding)::text as encoding,
       b.datcollate as collate,
       b.datctype as ctype,
       case b.datlocprovider when 'c' then 'libc' when 'i' then 'icu' else 'builtin' end as provider,
       coalesce(to_jsonb(b) ->> 'datlocale', to_jsonb(b) ->> 'daticulocale') as locale,
       quote_ident(t.spcname) as tablespace,
       b.datallowconn as connections,
       b.datconnlimit as connection_limit,
       b.datistemplate as template,
       array(select case when u.setting ~* '^[^=]*(pass|pwd|secret|token|credential|api_?key|private_?key|access_?key|account_?key|conn_?str|conninfo|dsn)[^=]*='
                         then split_part(u.setting, '=', 1) || '=***' else u.setting end collate "C" as setting
               from pg_catalog.pg_db_role_setting s
              cross join unnest(s.setconfig) u(setting)
              where s.setdatabase = b.oid and s.setrole = 0
              order by setting) as settings,
       array(select (case a.grantee when 0 then 'public' when b.datdba then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(b.datacl, acldefault('d', b.datdba))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_database b
  join pg_catalog.pg_tablespace t on t.oid = b.dattablespace
  left join pg_catalog.pg_shdescription d
    on d.classoid = 'pg_catalog.pg_database'::regclass and d.objoid = b.oid
 where b.datname = current_database()
   and ($2::oid[] is null or b.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
