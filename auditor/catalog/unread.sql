-- How many objects there are of each kind that no query reads. 16384 is FirstNormalObjectId: what is
-- below came with initdb. What belongs to an extension or to another object (the casts of a range) is no count.
with unread(kind, catalog, oid, namespace) as (
    select 'access method', 'pg_catalog.pg_am'::regclass, oid, null::oid from pg_catalog.pg_am
    union all
    select 'cast', 'pg_catalog.pg_cast'::regclass, oid, null from pg_catalog.pg_cast
    union all
    select 'collation', 'pg_catalog.pg_collation'::regclass, oid, collnamespace from pg_catalog.pg_collation
    union all
    select 'conversion', 'pg_catalog.pg_conversion'::regclass, oid, connamespace from pg_catalog.pg_conversion
    union all
    select 'foreign-data wrapper', 'pg_catalog.pg_foreign_data_wrapper'::regclass, oid, null
      from pg_catalog.pg_foreign_data_wrapper
    union all
    select 'language', 'pg_catalog.pg_language'::regclass, oid, null from pg_catalog.pg_language
    union all
    select 'operator', 'pg_catalog.pg_operator'::regclass, oid, oprnamespace from pg_catalog.pg_operator
    union all
    select 'operator class', 'pg_catalog.pg_opclass'::regclass, oid, opcnamespace from pg_catalog.pg_opclass
    union all
    select 'operator family', 'pg_catalog.pg_opfamily'::regclass, oid, opfnamespace from pg_catalog.pg_opfamily
    union all
    select 'server', 'pg_catalog.pg_foreign_server'::regclass, oid, null from pg_catalog.pg_foreign_server
    union all
    select 'statistics object', 'pg_catalog.pg_statistic_ext'::regclass, oid, stxnamespace
      from pg_catalog.pg_statistic_ext
    union all
    select 'subscription', 'pg_catalog.pg_subscription'::regclass, s.oid, null
      from pg_catalog.pg_subscription s
      join pg_catalog.pg_database b on b.oid = s.subdbid and b.datname = current_database()
    union all
    select 'text search configuration', 'pg_catalog.pg_ts_config'::regclass, oid, cfgnamespace
      from pg_catalog.pg_ts_config
    union all
    select 'text search dictionary', 'pg_catalog.pg_ts_dict'::regclass, oid, dictnamespace
      from pg_catalog.pg_ts_dict
    union all
    select 'text search parser', 'pg_catalog.pg_ts_parser'::regclass, oid, prsnamespace
      from pg_catalog.pg_ts_parser
    union all
    select 'text search template', 'pg_catalog.pg_ts_template'::regclass, oid, tmplnamespace
      from pg_catalog.pg_ts_template
    union all
    select 'transform', 'pg_catalog.pg_transform'::regclass, oid, null from pg_catalog.pg_transform
    union all
    select 'base type', 'pg_catalog.pg_type'::regclass, oid, typnamespace
      from pg_catalog.pg_type
     where typtype in ('b', 'p') and typcategory <> 'A'
    union all
    select 'user mapping', 'pg_catalog.pg_user_mapping'::regclass, umid, null from pg_catalog.pg_user_mappings
)
select u.kind, count(*)
  from unread u
  left join pg_catalog.pg_namespace n on n.oid = u.namespace
 where u.oid >= 16384
   and (n.oid is null or n.nspname <> all ($1::text[]) and n.nspname !~ '^pg_')
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = u.catalog and e.objid = u.oid and e.deptype in ('e', 'i'))
 group by u.kind
union all
select 'security label', count(*) from pg_catalog.pg_seclabel having count(*) > 0
union all
select 'setting of a database or role', count(*)
  from pg_catalog.pg_db_role_setting s
  left join pg_catalog.pg_database b on b.oid = s.setdatabase
 where s.setdatabase = 0 or b.datname = current_database()
having count(*) > 0
 order by 1
