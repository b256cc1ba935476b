-- Kind and identity of everything a snapshot should hold, by pg_identify_object() alone.
with found(catalog, oid, number) as (
    select 'pg_namespace'::regclass, oid, 0 from pg_namespace
    union all
    select 'pg_extension'::regclass, oid, 0 from pg_extension
    union all
    select 'pg_class'::regclass, oid, 0 from pg_class c
     where relkind in ('r', 'p', 'f', 'v', 'm', 'S')
        or relkind in ('i', 'I') and not exists (select from pg_constraint where conindid = c.oid and contype in ('p', 'u', 'x'))
    union all
    select 'pg_class'::regclass, attrelid, attnum from pg_attribute join pg_class c on c.oid = attrelid
     where relkind in ('r', 'p', 'f') and attnum > 0 and not attisdropped
    union all
    select 'pg_constraint'::regclass, oid, 0 from pg_constraint where contype not in ('n', 't') and conparentid = 0
    union all
    -- Of a partition's constraints those that are its own, not those a foreign key to a partitioned table adds.
    select 'pg_constraint'::regclass, k.oid, 0 from pg_constraint k join pg_constraint p on p.oid = k.conparentid
     where k.contype not in ('n', 't') and k.conrelid <> p.conrelid
    union all
    select 'pg_type'::regclass, t.oid, 0 from pg_type t left join pg_class c on c.oid = typrelid
     where typtype in ('e', 'd', 'r') or relkind = 'c'
    union all
    select 'pg_proc'::regclass, oid, 0 from pg_proc p
     where not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'i')
    union all
    select 'pg_trigger'::regclass, oid, 0 from pg_trigger where not tgisinternal and tgparentid = 0
    union all
    select 'pg_trigger'::regclass, t.oid, 0 from pg_trigger t join pg_trigger p on p.oid = t.tgparentid
     where not t.tgisinternal and t.tgenabled <> p.tgenabled
    union all
    select 'pg_policy'::regclass, oid, 0 from pg_policy
    union all
    select 'pg_rewrite'::regclass, oid, 0 from pg_rewrite where rulename <> '_RETURN'
    union all
    select 'pg_event_trigger'::regclass, oid, 0 from pg_event_trigger where evtname <> 'APP_recorder'
    union all
    select 'pg_default_acl'::regclass, oid, 0 from pg_default_acl
    union all
    select 'pg_publication'::regclass, oid, 0 from pg_publication
)
select o.type, o.identity
  from found f
 cross join lateral pg_identify_object(f.catalog, f.oid, f.number) o
 where o.identity !~ '(^| on )(pg_catalog|pg_toast|information_schema|ext|recorder)(\.|$)'
   and not exists (select from pg_depend where classid = f.catalog and objid = f.oid and deptype = 'e')
   or o.identity = 'ext'
