-- Foreign tables.
select 'foreign table' as kind,
       format('%I.%I', n.nspname, c.relname) as identity,
       c.relowner::regrole::text as owner,
       quote_ident(s.srvname) as server,
       array(select o.option_name || '='
                    || case when o.option_name ~* 'pass|pwd|secret|token|credential|api_?key|private_?key|access_?key|account_?key|conn_?str|conninfo|dsn'
                              or o.option_value ~* '://[^/@]*:[^/@]*@|passw' then '***' else o.option_value end
               from pg_options_to_table(f.ftoptions) o
              order by o.option_name collate "C") as options,
       case when c.relispartition then p.parents[1] end as partition_of,
       pg_get_expr(c.relpartbound, c.oid) as partition_bound,
       case when c.relispartition then '{}' else p.parents end as inherits,
       array(select (case a.grantee when 0 then 'public' when c.relowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_foreign_table f
  join pg_catalog.pg_foreign_server s on s.oid = f.ftserver
  join pg_catalog.pg_class c on c.oid = f.ftrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral (select array(select h.inhparent::regclass::text from pg_catalog.pg_inherits h
                                   where h.inhrelid = c.oid order by h.inhseqno)) p(parents)
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
