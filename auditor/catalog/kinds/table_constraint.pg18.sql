-- Constraints of tables, from PostgreSQL 18 on: conenforced, conperiod.
with relation as materialized (
    select c.oid,
           case c.relkind when 'f' then 'foreign table' else 'table' end as kind,
           format('%I.%I', n.nspname, c.relname) as identity
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname <> all ($1::text[])
       and n.nspname !~ '^pg_'
       and c.relkind in ('r', 'p', 'f')
       and ($2::oid[] is null or c.oid = any ($2))
       and not exists (select from pg_catalog.pg_depend e
                        where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
)
select 'table constraint' as kind,
       quote_ident(k.conname) || ' on ' || r.identity as identity,
       r.identity as table,
       r.kind as table_kind,
       k.contype::text as type,
       case when k.contype in ('c', 'x') then '{}' else
           array(select (select quote_ident(a.attname) from pg_catalog.pg_attribute a
                          where a.attrelid = k.conrelid and a.attnum = u.number)
                   from unnest(k.conkey) with ordinality u(number, place)
                  order by u.place)
       end as columns,
       pg_get_expr(k.conbin, k.conrelid) as expression,
       case when k.contype <> 'x' then '{}' else
           array(select pg_get_indexdef(k.conindid, g.place, false)
                        || case when i.indcollation[g.place - 1] <> coalesce(a.attcollation, y.typcollation, 0)
                                then ' COLLATE ' || i.indcollation[g.place - 1]::regcollation::text else '' end
                        || case when s.opcdefault then ''
                                when q.nspname = 'pg_catalog' then ' ' || quote_ident(s.opcname)
                                else ' ' || format('%I.%I', q.nspname, s.opcname) end
                        || coalesce(' (' || array_to_string(b.attoptions, ', ') || ')', '')
                        || ' WITH ' || case z.nspname when 'pg_catalog' then '' else quote_ident(z.nspname) || '.' end
                        || o.oprname
                   from generate_series(1, i.indnkeyatts) g(place)
                   join pg_catalog.pg_attribute b on b.attrelid = i.indexrelid and b.attnum = g.place
                   join pg_catalog.pg_type y on y.oid = b.atttypid
                   left join pg_catalog.pg_attribute a
                     on a.attrelid = i.indrelid and a.attnum = i.indkey[g.place - 1] and a.attnum <> 0
                   join pg_catalog.pg_opclass s on s.oid = i.indclass[g.place - 1]
                   join pg_catalog.pg_namespace q on q.oid = s.opcnamespace
                   join pg_catalog.pg_operator o on o.oid = k.conexclop[g.place]
                   join pg_catalog.pg_namespace z on z.oid = o.oprnamespace
                  order by g.place)
       end as elements,
       pg_get_expr(i.indpred, i.indrelid) as predicate,
       m.amname::text as method,
       case when k.confrelid <> 0 then k.confrelid::regclass::text end as references,
       case when k.contype <> 'f' then '{}' else
           array(select (select quote_ident(a.attname) from pg_catalog.pg_attribute a
                          where a.attrelid = k.confrelid and a.attnum = u.number)
                   from unnest(k.confkey) with ordinality u(number, place)
                  order by u.place)
       end as references_columns,
       case k.confmatchtype when 's' then 'simple' when 'f' then 'full' when 'p' then 'partial' end as match,
       case k.confupdtype
            when 'a' then 'no action'
            when 'r' then 'restrict'
            when 'c' then 'cascade'
            when 'n' then 'set null'
            when 'd' then 'set default'
       end as on_update,
       case k.confdeltype
            when 'a' then 'no action'
            when 'r' then 'restrict'
            when 'c' then 'cascade'
            when 'n' then 'set null'
            when 'd' then 'set default'
       end
       || case when k.confdelsetcols is null then '' else
           ' (' || array_to_string(array(select quote_ident(a.attname)
                                           from pg_catalog.pg_attribute a
                                          where a.attrelid = k.conrelid and a.attnum = any (k.confdelsetcols)
                                          order by a.attname), ', ') || ')'
          end as on_delete,
       k.condeferrable as deferrable,
       k.condeferred as initially_deferred,
       k.convalidated as validated,
       k.conenforced as enforced,
       k.connoinherit and k.contype = 'c' as no_inherit,
       k.conperiod as temporal,
       coalesce(i.indnullsnotdistinct, false) as nulls_not_distinct,
       case when i.indnatts > i.indnkeyatts then
           array(select pg_get_indexdef(i.indexrelid, g.place, false)
                   from generate_series(i.indnkeyatts + 1, i.indnatts) g(place)
                  order by g.place)
           else '{}'
       end as include,
       i.indisvalid as index_valid,
       coalesce(i.indisclustered, false) as clustered,
       quote_ident(l.spcname) as tablespace,
       case when x.reloptions is null then '{}' else
           array(select o.option from unnest(x.reloptions) o(option) order by o.option collate "C")
       end as options,
       case when k.contype = 'f' or k.condeferrable then
           (select string_agg(distinct case t.tgenabled when 'O' then 'origin' when 'A' then 'always'
                                                        when 'R' then 'replica' else 'disabled' end, ', ')
              from pg_catalog.pg_trigger t
             where t.tgconstraint = k.oid and t.tgisinternal)
       end as enabled,
       k.coninhcount > 0 and not k.conislocal as inherited,
       d.description as comment
  from relation r
  join pg_catalog.pg_constraint k on k.conrelid = r.oid
  left join pg_catalog.pg_constraint parent on parent.oid = k.conparentid
  left join pg_catalog.pg_index i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
  left join pg_catalog.pg_class x on x.oid = i.indexrelid
  left join pg_catalog.pg_am m on m.oid = x.relam
  left join pg_catalog.pg_tablespace l on l.oid = x.reltablespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_constraint'::regclass and d.objoid = k.oid and d.objsubid = 0
 where k.contype in ('p', 'u', 'c', 'f', 'x')
    -- A foreign key to a partitioned table has one more row for each of that table's partitions.
   and (parent.oid is null or parent.conrelid <> k.conrelid)
