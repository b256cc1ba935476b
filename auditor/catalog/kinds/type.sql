-- Enums, composite types, domains, ranges and base types. A type that is only announced (`create type t;`) is
-- a base type too.
select 'type' as kind,
       format('%I.%I', n.nspname, t.typname) as identity,
       case t.typtype when 'e' then 'enum' when 'c' then 'composite' when 'd' then 'domain'
                      when 'r' then 'range' when 'p' then 'shell' else 'base' end as form,
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
       case when t.typtype <> 'c' then '{}' else
           array(select quote_ident(a.attname) || ': ' || x.description
                   from pg_catalog.pg_description x
                   join pg_catalog.pg_attribute a on a.attrelid = x.objoid and a.attnum = x.objsubid
                  where x.classoid = 'pg_catalog.pg_class'::regclass and x.objoid = t.typrelid and x.objsubid > 0
                  order by a.attnum)
       end as attribute_comments,
       case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end as base_type,
       t.typnotnull as not_null,
       case when t.typtype in ('b', 'p') then t.typdefault else pg_get_expr(t.typdefaultbin, 0) end as default,
       case when coalesce(r.rngcollation, t.typcollation) <> b.typcollation
            then coalesce(r.rngcollation, t.typcollation)::regcollation::text end as collation,
       format_type(r.rngsubtype, null) as subtype,
       case when o.oid is not null then format('%I.%I', q.nspname, o.opcname) end as subtype_operator_class,
       nullif(r.rngcanonical::oid, 0)::regprocedure::text as canonical_function,
       nullif(r.rngsubdiff::oid, 0)::regprocedure::text as subtype_difference_function,
       r.rngmultitypid::regtype::text as multirange,
       case when t.typtype <> 'b' then '{}' else
           array_remove(array['INPUT = ' || t.typinput::oid::regproc, 'OUTPUT = ' || t.typoutput::oid::regproc,
                              'RECEIVE = ' || nullif(t.typreceive::oid, 0)::regproc,
                              'SEND = ' || nullif(t.typsend::oid, 0)::regproc,
                              'TYPMOD_IN = ' || nullif(t.typmodin::oid, 0)::regproc,
                              'TYPMOD_OUT = ' || nullif(t.typmodout::oid, 0)::regproc,
                              'ANALYZE = ' || nullif(t.typanalyze::oid, 0)::regproc,
                              'SUBSCRIPT = ' || nullif(t.typsubscript::oid, 0)::regproc,
                              'INTERNALLENGTH = ' || case t.typlen when -1 then 'VARIABLE' else t.typlen::text end,
                              case when t.typbyval then 'PASSEDBYVALUE' end,
                              'ALIGNMENT = ' || case t.typalign when 'c' then 'char' when 's' then 'int2'
                                                                when 'd' then 'double' else 'int4' end,
                              'STORAGE = ' || case t.typstorage when 'p' then 'plain' when 'e' then 'external'
                                                                when 'x' then 'extended' else 'main' end,
                              'CATEGORY = ' || quote_literal(t.typcategory::text),
                              case when t.typispreferred then 'PREFERRED = true' end,
                              'ELEMENT = ' || nullif(t.typelem, 0)::regtype,
                              case when t.typdelim <> ',' then 'DELIMITER = ' || quote_literal(t.typdelim::text) end,
                              case when t.typcollation <> 0 then 'COLLATABLE = true' end], null)
       end as options,
       case when t.typacl is null then  -- the same for every owner, so it is asked once
           (select array(select (case a.grantee when 0 then 'public' else 'owner' end || ': ' || a.privilege_type
                                ) collate "C" as privilege
                           from aclexplode(acldefault('T', 10)) a
                          order by privilege))
       else
           array(select (case a.grantee when 0 then 'public' when t.typowner then 'owner'
                         else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                         || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                        ) collate "C" as privilege
                   from aclexplode(t.typacl) a
                  group by a.grantee, a.privilege_type
                  order by privilege)
       end as privileges,
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
   and (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and c.relkind = 'c'
        or t.typtype in ('b', 'p') and t.typsubscript <> 'pg_catalog.array_subscript_handler'::regproc)
   and ($2::oid[] is null or t.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_type'::regclass and e.objid = t.oid and e.deptype = 'e')
