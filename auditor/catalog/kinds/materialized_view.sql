-- Materialized views.
select 'materialized view' as kind,
       format('%I.%I', n.nspname, c.relname) as identity,
       c.relowner::regrole::text as owner,
       pg_get_viewdef(c.oid) as definition,
       c.relispopulated as populated,
       m.amname::text as access_method,
       s.spcname::text as tablespace,
       array(select o.option from unnest(c.reloptions) o(option) order by o.option collate "C") as options,
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
  left join pg_catalog.pg_am m on m.oid = c.relam
  left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and c.relkind = 'm'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
