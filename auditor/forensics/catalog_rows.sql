-- The transactions that last wrote the catalog rows of objects.
--
-- An object may have several rows (a view its query, a column its default, an index its properties): one line each.
-- xmin is kept when a row is frozen, since 9.4: https://www.postgresql.org/docs/current/routine-vacuuming.html
-- #VACUUM-FOR-WRAPAROUND; before that, 2 was written over it; what initdb made has 1.
with written (classid, objid, objsubid, catalog, xid) as (
    select 'pg_class'::regclass::oid, c.oid, 0, 'pg_class', c.xmin
      from pg_catalog.pg_class c
     where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I') and c.relpersistence <> 't'
    union all
    select 'pg_class'::regclass, i.indexrelid, 0, 'pg_index', i.xmin from pg_catalog.pg_index i
    union all
    select 'pg_class'::regclass, s.seqrelid, 0, 'pg_sequence', s.xmin from pg_catalog.pg_sequence s
    union all
    select 'pg_class'::regclass, p.partrelid, 0, 'pg_partitioned_table', p.xmin from pg_catalog.pg_partitioned_table p
    union all
    select 'pg_class'::regclass, r.ev_class, 0, 'pg_rewrite', r.xmin
      from pg_catalog.pg_rewrite r where r.rulename = '_RETURN'
    union all
    select 'pg_class'::regclass, a.attrelid, a.attnum, 'pg_attribute', a.xmin
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_class c on c.oid = a.attrelid
     where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
    union all
    select 'pg_class'::regclass, d.adrelid, d.adnum, 'pg_attrdef', d.xmin from pg_catalog.pg_attrdef d
    union all
    select 'pg_rewrite'::regclass, r.oid, 0, 'pg_rewrite', r.xmin
      from pg_catalog.pg_rewrite r where r.rulename <> '_RETURN'
    union all
    select 'pg_constraint'::regclass, n.oid, 0, 'pg_constraint', n.xmin
      from pg_catalog.pg_constraint n where n.contype <> 't'
    union all
    select 'pg_trigger'::regclass, t.oid, 0, 'pg_trigger', t.xmin from pg_catalog.pg_trigger t where not t.tgisinternal
    union all
    select 'pg_policy'::regclass, p.oid, 0, 'pg_policy', p.xmin from pg_catalog.pg_policy p
    union all
    select 'pg_proc'::regclass, p.oid, 0, 'pg_proc', p.xmin from pg_catalog.pg_proc p
    union all
    select 'pg_proc'::regclass, a.aggfnoid, 0, 'pg_aggregate', a.xmin from pg_catalog.pg_aggregate a
    union all
    select 'pg_type'::regclass, t.oid, 0, 'pg_type', t.xmin
      from pg_catalog.pg_type t
      left join pg_catalog.pg_class c on c.oid = t.typrelid
     where t.typtype in ('b', 'd', 'e', 'r') and t.typelem = 0 or c.relkind = 'c'
    union all
    select 'pg_type'::regclass, e.enumtypid, 0, 'pg_enum', e.xmin from pg_catalog.pg_enum e
    union all
    select 'pg_namespace'::regclass, n.oid, 0, 'pg_namespace', n.xmin from pg_catalog.pg_namespace n
    union all
    select 'pg_extension'::regclass, e.oid, 0, 'pg_extension', e.xmin from pg_catalog.pg_extension e
    union all
    select 'pg_event_trigger'::regclass, e.oid, 0, 'pg_event_trigger', e.xmin from pg_catalog.pg_event_trigger e
    union all
    select 'pg_publication'::regclass, p.oid, 0, 'pg_publication', p.xmin from pg_catalog.pg_publication p
)
select o.type as kind, o.identity, w.catalog, w.xid::text::bigint as xid,
       c.relfrozenxid::text::bigint as horizon
  from written w
  join pg_catalog.pg_class c on c.relname = w.catalog and c.relnamespace = 'pg_catalog'::regnamespace
 cross join lateral pg_identify_object(w.classid, w.objid, w.objsubid) o
 where w.objid >= 16384 and o.identity is not null and o.schema is distinct from 'pg_toast'
