-- Tables, partitioned tables and partitions.
select 'table' as kind,
       format('%I.%I', n.nspname, c.relname) as identity,
       case c.relkind when 'p' then 'partitioned table' else 'table' end as form,
       c.relowner::regrole::text as owner,
       case c.relpersistence when 'u' then 'unlogged' else 'permanent' end as persistence,
       c.relrowsecurity as row_security,
       c.relforcerowsecurity as force_row_security,
       case c.relreplident
            when 'd' then 'default'
            when 'n' then 'nothing'
            when 'f' then 'full'
            else 'index ' || (select i.indexrelid::regclass::text from pg_catalog.pg_index i
                               where i.indrelid = c.oid and i.indisreplident)
       end as replica_identity,
       m.amname::text as access_method,
       quote_ident(s.spcname) as tablespace,
       case when c.reloptions is null and x.reloptions is null then '{}' else
           array(select o.option from (select unnest(c.reloptions)
                                       union all
                                       select 'toast.' || unnest(x.reloptions)) o(option)
                  order by o.option collate "C")
       end as options,
       case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_key,
       case when c.relispartition then p.parents[1] end as partition_of,
       pg_get_expr(c.relpartbound, c.oid) as partition_bound,
       case when c.relispartition then '{}' else p.parents end as inherits,
       case when c.reloftype <> 0 then c.reloftype::regtype::text end as of_type,
       case when c.relacl is null then  -- the same for every owner, so it is asked once
           (select array(select (case a.grantee when 0 then 'public' else 'owner' end || ': ' || a.privilege_type
                                ) collate "C" as privilege
                           from aclexplode(acldefault('r', 10)) a
                          order by privilege))
       else
           array(select (case a.grantee when 0 then 'public' when c.relowner then 'owner'
                         else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                         || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                        ) collate "C" as privilege
                   from aclexplode(c.relacl) a
                  group by a.grantee, a.privilege_type
                  order by privilege)
       end as privileges,
       d.description as comment
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_class x on x.oid = c.reltoastrelid
  left join pg_catalog.pg_am m on m.oid = c.relam
  left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral (select array(select h.inhparent::regclass::text from pg_catalog.pg_inherits h
                                   where h.inhrelid = c.oid order by h.inhseqno)) p(parents)
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and c.relkind in ('r', 'p')
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
