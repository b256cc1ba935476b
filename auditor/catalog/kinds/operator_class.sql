-- Operator classes.
select 'operator class' as kind,
       o.identity,
       m.amname::text as method,
       i.identity as family,
       c.opcintype::regtype::text as type,
       c.opcdefault as default,
       nullif(c.opckeytype, 0)::regtype::text as storage,
       array(select 'OPERATOR ' || a.amopstrategy || ' ' || a.amopopr::regoperator
                    || case when a.amoppurpose <> 'o' then '' else
                           (select ' FOR ORDER BY ' || format('%I.%I', s.nspname, b.opfname)
                              from pg_catalog.pg_opfamily b
                              join pg_catalog.pg_namespace s on s.oid = b.opfnamespace
                             where b.oid = a.amopsortfamily)
                       end collate "C" as member
               from pg_catalog.pg_amop a
              where a.amopfamily = c.opcfamily
                and exists (select from pg_catalog.pg_depend e
                                    where e.classid = 'pg_catalog.pg_amop'::regclass and e.objid = a.oid
                                      and e.refclassid = 'pg_catalog.pg_opclass'::regclass and e.refobjid = c.oid)
              union all
             select 'FUNCTION ' || p.amprocnum || ' (' || p.amproclefttype::regtype || ', ' || p.amprocrighttype::regtype || ') '
                    || p.amproc::oid::regprocedure
               from pg_catalog.pg_amproc p
              where p.amprocfamily = c.opcfamily
                and exists (select from pg_catalog.pg_depend e
                                    where e.classid = 'pg_catalog.pg_amproc'::regclass and e.objid = p.oid
                                      and e.refclassid = 'pg_catalog.pg_opclass'::regclass and e.refobjid = c.oid)
              order by member) as members,
       c.opcowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_opclass c
  join pg_catalog.pg_namespace n on n.oid = c.opcnamespace
  join pg_catalog.pg_am m on m.oid = c.opcmethod
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_opclass'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_opclass'::regclass, c.oid, 0) o
 cross join lateral pg_identify_object('pg_catalog.pg_opfamily'::regclass, c.opcfamily, 0) i
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_opclass'::regclass and e.objid = c.oid and e.deptype = 'e')
