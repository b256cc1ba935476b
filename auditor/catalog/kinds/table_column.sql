-- Columns of tables and foreign tables.
with relation as materialized (
    select c.oid,
           case c.relkind when 'f' then 'foreign table' else 'table' end as kind,
           format('%I.%I', n.nspname, c.relname) as identity,
           c.relowner
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname <> all ($1::text[])
       and n.nspname !~ '^pg_'
       and c.relkind in ('r', 'p', 'f')
       and ($2::oid[] is null or c.oid = any ($2))
       and not exists (select from pg_catalog.pg_depend e
                        where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
)
select r.kind || ' column' as kind,
       r.identity || '.' || quote_ident(a.attname) as identity,
       r.identity as table,
       r.kind as table_kind,
       format_type(a.atttypid, a.atttypmod) as type,
       a.attnotnull as not_null,
       coalesce(k.convalidated, true) as not_null_valid,
       coalesce(k.connoinherit, false) as not_null_no_inherit,
       pg_get_expr(v.adbin, v.adrelid) as default,
       case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity_generation,
       case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated,
       case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation,
       case when a.attstorage <> t.typstorage
            then case a.attstorage when 'p' then 'plain' when 'e' then 'external'
                                   when 'x' then 'extended' else 'main' end
       end as storage,
       case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end as compression,
       nullif(a.attstattarget, -1)::int as statistics,
       case when a.attoptions is null and a.attfdwoptions is null then '{}' else
           array(select o.option from unnest(a.attoptions || a.attfdwoptions) o(option)
                  order by o.option collate "C")
       end as options,
       a.attinhcount > 0 and not a.attislocal as inherited,
       case when a.attacl is null then '{}' else
           array(select (case x.grantee when 0 then 'public' when r.relowner then 'owner'
                         else coalesce(nullif(x.grantee::regrole::text, 'owner'), '"owner"') end
                         || ': ' || x.privilege_type || case when bool_or(x.is_grantable) then '*' else '' end
                        ) collate "C" as privilege
                   from aclexplode(a.attacl) x
                  group by x.grantee, x.privilege_type
                  order by privilege)
       end as privileges,
       d.description as comment
  from relation r
  join pg_catalog.pg_attribute a on a.attrelid = r.oid
  join pg_catalog.pg_type t on t.oid = a.atttypid
  -- PostgreSQL 18 has a row for each NOT NULL.
  left join pg_catalog.pg_constraint k
    on k.contype = 'n' and k.conrelid = a.attrelid and k.conkey[1] = a.attnum
  left join pg_catalog.pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = a.attrelid and d.objsubid = a.attnum
 where a.attnum > 0
   and not a.attisdropped
