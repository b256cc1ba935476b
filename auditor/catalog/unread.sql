-- What is there and not read, with the reason. Object kinds that no query reads would stand here too.
select 'options of user mappings' as kind,
       count(*) || ' there, PostgreSQL shows them to few roles and they hold passwords' as reason
  from pg_catalog.pg_user_mappings
having count(*) > 0
union all
select 'connection strings of subscriptions',
       count(*) || ' there, PostgreSQL shows them to superusers only and they hold passwords'
  from pg_catalog.pg_subscription s
  join pg_catalog.pg_database b on b.oid = s.subdbid and b.datname = current_database()
having count(*) > 0
union all
select 'large objects', count(*) || ' there, they are data' from pg_catalog.pg_largeobject_metadata having count(*) > 0
union all
select 'privileges on what extensions brought',
       count(*) || ' there that are not those an extension came with, they are not compared'
  from (select coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)),
               coalesce(i.initprivs, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
          from pg_catalog.pg_extension x
          join pg_catalog.pg_depend e
            on e.refclassid = 'pg_catalog.pg_extension'::regclass and e.refobjid = x.oid and e.deptype = 'e'
          join pg_catalog.pg_class c on e.classid = 'pg_catalog.pg_class'::regclass and c.oid = e.objid
          left join pg_catalog.pg_init_privs i on i.classoid = e.classid and i.objoid = e.objid and i.objsubid = 0
        union all
        select coalesce(p.proacl, acldefault('f', p.proowner)), coalesce(i.initprivs, acldefault('f', p.proowner))
          from pg_catalog.pg_extension x
          join pg_catalog.pg_depend e
            on e.refclassid = 'pg_catalog.pg_extension'::regclass and e.refobjid = x.oid and e.deptype = 'e'
          join pg_catalog.pg_proc p on e.classid = 'pg_catalog.pg_proc'::regclass and p.oid = e.objid
          left join pg_catalog.pg_init_privs i on i.classoid = e.classid and i.objoid = e.objid and i.objsubid = 0
        union all
        select coalesce(n.nspacl, acldefault('n', n.nspowner)), coalesce(i.initprivs, acldefault('n', n.nspowner))
          from pg_catalog.pg_extension x
          join pg_catalog.pg_depend e
            on e.refclassid = 'pg_catalog.pg_extension'::regclass and e.refobjid = x.oid and e.deptype = 'e'
          join pg_catalog.pg_namespace n on e.classid = 'pg_catalog.pg_namespace'::regclass and n.oid = e.objid
          left join pg_catalog.pg_init_privs i on i.classoid = e.classid and i.objoid = e.objid and i.objsubid = 0
        ) a(now, first)
 where not (a.now @> a.first and a.now <@ a.first)
having count(*) > 0
union all
select 'dependencies on extensions', count(*) || ' there, of ALTER ... DEPENDS ON EXTENSION, they are not compared'
  from pg_catalog.pg_extension x
  join pg_catalog.pg_depend e
    on e.refclassid = 'pg_catalog.pg_extension'::regclass and e.refobjid = x.oid and e.deptype = 'x'
having count(*) > 0
 order by 1
