-- The OIDs behind names: $1 catalogs, $2 schemas ('' where there is none), $3 names, place by place.
-- A relation brings along the table it indexes and the sequences its columns own.
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
