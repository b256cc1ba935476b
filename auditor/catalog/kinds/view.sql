-- Views.
select 'view' as kind,
       format('%I.%I', n.nspname, c.relname) as identity,
       c.relowner::regrole::text as owner,
       pg_get_viewdef(c.oid) as definition,
       array(select quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
               from pg_catalog.pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              order by a.attnum) as columns,
       array(select quote_ident(a.attname) || '=' || pg_get_expr(v.adbin, v.adrelid)
               from pg_catalog.pg_attrdef v
               join pg_catalog.pg_attribute a on a.attrelid = v.adrelid and a.attnum = v.adnum
              where v.adrelid = c.oid
              order by a.attnum) as column_defaults,
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
       case when not exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attacl is not null)
            then '{}' else
           array(select (case x.grantee when 0 then 'public' when c.relowner then 'owner'
                         else coalesce(nullif(x.grantee::regrole::text, 'owner'), '"owner"') end
                         || ': ' || x.privilege_type || ' (' || quote_ident(a.attname) || ')'
                         || case when bool_or(x.is_grantable) then '*' else '' end
                        ) collate "C" as privilege
                   from pg_catalog.pg_attribute a
                  cross join aclexplode(a.attacl) x
                  where a.attrelid = c.oid
                  group by x.grantee, x.privilege_type, a.attname
                  order by privilege)
       end as column_privileges,
       array(select quote_ident(a.attname) || ': ' || x.description
               from pg_catalog.pg_description x
               join pg_catalog.pg_attribute a on a.attrelid = x.objoid and a.attnum = x.objsubid
              where x.classoid = 'pg_catalog.pg_class'::regclass and x.objoid = c.oid and x.objsubid > 0
              order by a.attnum) as column_comments,
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
