-- Operator families, with the members that belong to no class.
select 'operator family' as kind,
       o.identity,
       m.amname::text as method,
       array(select 'OPERATOR ' || a.amopstrategy || ' ' || a.amopopr::regoperator
                    || case when a.amoppurpose <> 'o' then '' else
                           (select ' FOR ORDER BY ' || format('%I.%I', s.nspname, b.opfname)
                              from pg_catalog.pg_opfamily b
                              join pg_catalog.pg_namespace s on s.oid = b.opfnamespace
                             where b.oid = a.amopsortfamily)
                       end collate "C" as member
               from pg_catalog.pg_amop a
              where a.amopfamily = f.oid
                and not exists (select from pg_catalog.pg_depend e
                                        where e.classid = 'pg_catalog.pg_amop'::regclass and e.objid = a.oid
                                          and e.refclassid = 'pg_catalog.pg_opclass'::regclass)
              union all
             select 'FUNCTION ' || p.amprocnum || ' (' || p.amproclefttype::regtype || ', ' || p.amprocrighttype::regtype || ') '
                    || p.amproc::oid::regprocedure
               from pg_catalog.pg_amproc p
              where p.amprocfamily = f.oid
                and not exists (select from pg_catalog.pg_depend e
                                        where e.classid = 'pg_catalog.pg_amproc'::regclass and e.objid = p.oid
                                          and e.refclassid = 'pg_catalog.pg_opclass'::regclass)
              order by member) as members,
       f.opfowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_opfamily f
  join pg_catalog.pg_namespace n on n.oid = f.opfnamespace
  join pg_catalog.pg_am m on m.oid = f.opfmethod
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_opfamily'::regclass and d.objoid = f.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_opfamily'::regclass, f.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or f.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_opfamily'::regclass and e.objid = f.oid and e.deptype = 'e')
