-- Views.
select 'view' as kind,
       format('%I.%I', n.nspname, c.relname) as identity,
       c.relowner::regrole::text as owner,
       pg_get_viewdef(c.oid) as definition,
       coalesce(o.security_barrier, false) as security_barrier,
       coalesce(o.security_invoker, false) as security_invoker,
       o.check_option,
       array(select (case a.grantee when 0 then 'public' when c.relowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral (
       select bool_or(o.option_value::boolean) filter (where o.option_name = 'security_barrier'),
              bool_or(o.option_value::boolean) filter (where o.option_name = 'security_invoker'),
              max(lower(o.option_value)) filter (where o.option_name = 'check_option')
         from pg_options_to_table(c.reloptions) o) o(security_barrier, security_invoker, check_option)
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and c.relkind = 'v'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
