-- The OIDs behind names: $1 catalogs, $2 schemas ('' where there is none), $3 names, place by place.
-- A relation brings along the table it indexes and the sequences its columns own, a role its members. Of kinds that
-- a database has few of, all are looked at once one is named.
with wanted as (
    select w.catalog, w.schema::name, w.name::name
      from unnest($1::text[], $2::text[], $3::text[]) w(catalog, schema, name)
), relation as materialized (
    select c.oid
      from wanted w
      join pg_catalog.pg_namespace n on n.nspname = w.schema
      join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.name
     where w.catalog = 'pg_class'
)
select oid from relation
union all
select i.indrelid from relation r join pg_catalog.pg_index i on i.indexrelid = r.oid
union all
select d.objid
  from relation r
  join pg_catalog.pg_depend d
    on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = r.oid and d.refobjsubid > 0
 where d.classid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i')
union all
select p.oid
  from wanted w
  join pg_catalog.pg_namespace n on n.nspname = w.schema
  join pg_catalog.pg_proc p on p.proname = w.name and p.pronamespace = n.oid
 where w.catalog = 'pg_proc'
union all
select t.oid
  from wanted w
  join pg_catalog.pg_namespace n on n.nspname = w.schema
  join pg_catalog.pg_type t on t.typname = w.name and t.typnamespace = n.oid
 where w.catalog = 'pg_type'
union all
select n.oid from wanted w join pg_catalog.pg_namespace n on n.nspname = w.name where w.catalog = 'pg_namespace'
union all
select e.oid from wanted w join pg_catalog.pg_extension e on e.extname = w.name where w.catalog = 'pg_extension'
union all
select e.oid from wanted w join pg_catalog.pg_event_trigger e on e.evtname = w.name
 where w.catalog = 'pg_event_trigger'
union all
select p.oid from wanted w join pg_catalog.pg_publication p on p.pubname = w.name where w.catalog = 'pg_publication'
union all
select a.oid from pg_catalog.pg_default_acl a where exists (select from wanted w where w.catalog = 'pg_default_acl')
union all
select r.oid from wanted w join pg_catalog.pg_roles r on r.rolname = w.name where w.catalog = 'pg_authid'
union all
select m.member
  from wanted w
  join pg_catalog.pg_roles r on r.rolname = w.name
  join pg_catalog.pg_auth_members m on m.roleid = r.oid
 where w.catalog = 'pg_authid'
union all
select f.oid
  from (select 'pg_operator', oid from pg_catalog.pg_operator
        union all select 'pg_opfamily', oid from pg_catalog.pg_opfamily
        union all select 'pg_opclass', oid from pg_catalog.pg_opclass
        union all select 'pg_cast', oid from pg_catalog.pg_cast
        union all select 'pg_collation', oid from pg_catalog.pg_collation
        union all select 'pg_conversion', oid from pg_catalog.pg_conversion
        union all select 'pg_statistic_ext', oid from pg_catalog.pg_statistic_ext
        union all select 'pg_ts_config', oid from pg_catalog.pg_ts_config
        union all select 'pg_ts_dict', oid from pg_catalog.pg_ts_dict
        union all select 'pg_ts_parser', oid from pg_catalog.pg_ts_parser
        union all select 'pg_ts_template', oid from pg_catalog.pg_ts_template
        union all select 'pg_language', oid from pg_catalog.pg_language
        union all select 'pg_transform', oid from pg_catalog.pg_transform
        union all select 'pg_am', oid from pg_catalog.pg_am
        union all select 'pg_foreign_data_wrapper', oid from pg_catalog.pg_foreign_data_wrapper
        union all select 'pg_foreign_server', oid from pg_catalog.pg_foreign_server
        union all select 'pg_user_mapping', umid from pg_catalog.pg_user_mappings
        union all select 'pg_subscription', oid from pg_catalog.pg_subscription
        union all select 'pg_database', oid from pg_catalog.pg_database
        union all select 'pg_tablespace', oid from pg_catalog.pg_tablespace
        union all select 'pg_parameter_acl', oid from pg_catalog.pg_parameter_acl
        union all select 'pg_seclabel', objoid from pg_catalog.pg_seclabel
        union all select 'pg_seclabel', objoid from pg_catalog.pg_shseclabel) f(catalog, oid)
 where f.oid >= 16384
   and f.catalog in (select w.catalog from wanted w)
