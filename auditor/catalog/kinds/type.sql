-- Enums, composite types, domains and ranges.
select 'type' as kind,
       format('%I.%I', n.nspname, t.typname) as identity,
       case t.typtype when 'e' then 'enum' when 'c' then 'composite' when 'd' then 'domain' else 'range' end as form,
       t.typowner::regrole::text as owner,
       case when t.typtype <> 'e' then '{}' else
           array(select e.enumlabel::text from pg_catalog.pg_enum e
                  where e.enumtypid = t.oid order by e.enumsortorder)
       end as labels,
       case when t.typtype <> 'c' then '{}' else
           array(select quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                        || case when a.attcollation <> y.typcollation
                                then ' COLLATE ' || a.attcollation::regcollation::text else '' end
                   from pg_catalog.pg_attribute a
                   join pg_catalog.pg_type y on y.oid = a.atttypid
                  where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
                  order by a.attnum)
       end as attributes,
       case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end as base_type,
       t.typnotnull as not_null,
       pg_get_expr(t.typdefaultbin, 0) as default,
       case when coalesce(r.rngcollation, t.typcollation) <> b.typcollation
            then coalesce(r.rngcollation, t.typcollation)::regcollation::text end as collation,
       format_type(r.rngsubtype, null) as subtype,
       case when o.oid is not null then format('%I.%I', q.nspname, o.opcname) end as subtype_operator_class,
       nullif(r.rngcanonical::oid, 0)::regprocedure::text as canonical_function,
       nullif(r.rngsubdiff::oid, 0)::regprocedure::text as subtype_difference_function,
       r.rngmultitypid::regtype::text as multirange,
       array(select (case a.grantee when 0 then 'public' when t.typowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_type t
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  left join pg_catalog.pg_class c on c.oid = t.typrelid
  left join pg_catalog.pg_range r on r.rngtypid = t.oid
  left join pg_catalog.pg_type b on b.oid = coalesce(r.rngsubtype, nullif(t.typbasetype, 0))
  left join pg_catalog.pg_opclass o on o.oid = r.rngsubopc
  left join pg_catalog.pg_namespace q on q.oid = o.opcnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_type'::regclass and d.objoid = t.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c')
   and ($2::oid[] is null or t.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_type'::regclass and e.objid = t.oid and e.deptype = 'e')
