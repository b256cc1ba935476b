-- Row-level-security policies.
select 'policy' as kind,
       format('%I on %I.%I', p.polname, n.nspname, c.relname) as identity,
       format('%I.%I', n.nspname, c.relname) as table,
       'table' as table_kind,
       case p.polcmd
            when 'r' then 'select'
            when 'a' then 'insert'
            when 'w' then 'update'
            when 'd' then 'delete'
            else 'all'
       end as command,
       p.polpermissive as permissive,
       array(select case r.oid when 0 then 'public' else r.oid::regrole::text end collate "C" as role
               from unnest(p.polroles) r(oid)
              order by role) as roles,
       pg_get_expr(p.polqual, p.polrelid) as using,
       pg_get_expr(p.polwithcheck, p.polrelid) as check,
       d.description as comment
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_policy'::regclass and d.objoid = p.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
