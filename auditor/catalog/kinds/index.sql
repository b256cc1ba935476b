-- Indexes that no constraint owns.
select 'index' as kind,
       format('%I.%I', n.nspname, c.relname) as identity,
       format('%I.%I', tn.nspname, t.relname) as table,
       case t.relkind when 'm' then 'materialized view' else 'table' end as table_kind,
       m.amname::text as method,
       i.indisunique as unique,
       array(select case when i.indkey[b.attnum - 1] = 0 then pg_get_indexdef(i.indexrelid, b.attnum, false)
                         else (select quote_ident(a.attname) from pg_catalog.pg_attribute a
                                where a.attrelid = i.indrelid and a.attnum = i.indkey[b.attnum - 1]) end
                    || case when i.indcollation[b.attnum - 1] <> 0
                             and i.indcollation[b.attnum - 1] <>
                                 case when i.indkey[b.attnum - 1] <> 0
                                      then (select a.attcollation from pg_catalog.pg_attribute a
                                             where a.attrelid = i.indrelid and a.attnum = i.indkey[b.attnum - 1])
                                      else (select y.typcollation from pg_catalog.pg_type y where y.oid = b.atttypid)
                                 end
                            then ' COLLATE ' || i.indcollation[b.attnum - 1]::regcollation::text else '' end
                    -- As GetDefaultOpClass(): the class made for the type goes before one for a type it can be
                    -- taken for, and that of a preferred type (text) before others (bpchar). What type an
                    -- expression has is not told where the index stores another (opckeytype).
                    || case when o.opcdefault
                             and (o.opcintype = b.atttypid
                                  or i.indkey[b.attnum - 1] = 0 and o.opckeytype <> 0
                                  or (select o.opcintype in (v.oid, v.typbasetype)
                                             or (w.typispreferred or w.typtype = 'p')
                                                and not exists (select from pg_catalog.pg_opclass own
                                                                 where own.opcmethod = o.opcmethod and own.opcdefault
                                                                   and own.opcintype in (v.oid, v.typbasetype))
                                        from pg_catalog.pg_type v
                                        join pg_catalog.pg_type w on w.oid = o.opcintype
                                       where v.oid = coalesce((select a.atttypid from pg_catalog.pg_attribute a
                                                                where a.attrelid = i.indrelid and a.attnum <> 0
                                                                  and a.attnum = i.indkey[b.attnum - 1]),
                                                              b.atttypid)))
                            then ''
                            when o.opcnamespace = 'pg_catalog'::regnamespace then ' ' || quote_ident(o.opcname)
                            else ' ' || o.opcnamespace::regnamespace::text || '.' || quote_ident(o.opcname) end
                    || coalesce(' (' || array_to_string(b.attoptions, ', ') || ')', '')
                    || case i.indoption[b.attnum - 1] & 3
                            when 1 then ' DESC NULLS LAST'
                            when 2 then ' NULLS FIRST'
                            when 3 then ' DESC'
                            else '' end
               from pg_catalog.pg_attribute b
               join pg_catalog.pg_opclass o on o.oid = i.indclass[b.attnum - 1]
              where b.attrelid = i.indexrelid and b.attnum between 1 and i.indnkeyatts
              order by b.attnum) as keys,
       case when i.indnatts > i.indnkeyatts then
           array(select pg_get_indexdef(i.indexrelid, g.place, false)
                   from generate_series(i.indnkeyatts + 1, i.indnatts) g(place)
                  order by g.place)
           else '{}'
       end as include,
       pg_get_expr(i.indpred, i.indrelid) as predicate,
       i.indnullsnotdistinct as nulls_not_distinct,
       i.indisvalid as valid,
       i.indisready as ready,
       i.indisclustered as clustered,
       quote_ident(s.spcname) as tablespace,
       case when c.reloptions is null then '{}' else
           array(select o.option from unnest(c.reloptions) o(option) order by o.option collate "C")
       end as options,
       array(select b.attnum || ': ' || b.attstattarget from pg_catalog.pg_attribute b
              where b.attrelid = i.indexrelid and b.attstattarget >= 0
              order by b.attnum) as statistics,
       h.inhparent::regclass::text as partition_of,
       d.description as comment
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
  join pg_catalog.pg_am m on m.oid = c.relam
  left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
  left join pg_catalog.pg_inherits h on h.inhrelid = c.oid
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and c.relkind in ('i', 'I')
   and not exists (select from pg_catalog.pg_constraint k
                    where k.conrelid = i.indrelid and k.conindid = i.indexrelid
                      and k.contype in ('p', 'u', 'x'))
   and ($2::oid[] is null or t.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = t.oid and e.deptype = 'e')
