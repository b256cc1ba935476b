-- Foreign-data wrappers.
select 'foreign-data wrapper' as kind,
       quote_ident(f.fdwname) as identity,
       nullif(f.fdwhandler, 0)::regprocedure::text as handler,
       nullif(f.fdwvalidator, 0)::regprocedure::text as validator,
       array(select o.option_name || '='
                    || case when o.option_name ~* 'pass|pwd|secret|token|credential|api_?key|private_?key|access_?key|account_?key|conn_?str|conninfo|dsn'
                              or o.option_value ~* '://[^/@]*:[^/@]*@|passw' then '***' else o.option_value end
               from pg_options_to_table(f.fdwoptions) o
              order by o.option_name collate "C") as options,
       f.fdwowner::regrole::text as owner,
       array(select (case a.grantee when 0 then 'public' when f.fdwowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(f.fdwacl, acldefault('F', f.fdwowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_foreign_data_wrapper f
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_foreign_data_wrapper'::regclass and d.objoid = f.oid and d.objsubid = 0
 where ($2::oid[] is null or f.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass and e.objid = f.oid and e.deptype = 'e')
