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
        or typtype in ('b', 'p') and typnamespace <> 'pg_catalog'::regnamespace
           and not exists (select from pg_type where typarray = t.oid)
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
    union all
    select 'pg_subscription'::regclass, s.oid, 0 from pg_subscription s
      join pg_database d on d.oid = s.subdbid and datname = current_database()
    union all
    select 'pg_operator'::regclass, oid, 0 from pg_operator
    union all
    select 'pg_opfamily'::regclass, oid, 0 from pg_opfamily
    union all
    select 'pg_opclass'::regclass, oid, 0 from pg_opclass
    union all
    select 'pg_cast'::regclass, oid, 0 from pg_cast c
     where oid >= 16384 and not exists (select from pg_depend where classid = 'pg_cast'::regclass and objid = c.oid and deptype = 'i')
    union all
    select 'pg_collation'::regclass, oid, 0 from pg_collation
    union all
    select 'pg_conversion'::regclass, oid, 0 from pg_conversion
    union all
    select 'pg_statistic_ext'::regclass, oid, 0 from pg_statistic_ext
    union all
    select 'pg_ts_config'::regclass, oid, 0 from pg_ts_config
    union all
    select 'pg_ts_dict'::regclass, oid, 0 from pg_ts_dict
    union all
    select 'pg_ts_parser'::regclass, oid, 0 from pg_ts_parser
    union all
    select 'pg_ts_template'::regclass, oid, 0 from pg_ts_template
    union all
    select 'pg_language'::regclass, oid, 0 from pg_language where oid >= 16384
    union all
    select 'pg_transform'::regclass, oid, 0 from pg_transform
    union all
    select 'pg_am'::regclass, oid, 0 from pg_am where oid >= 16384
    union all
    select 'pg_foreign_data_wrapper'::regclass, oid, 0 from pg_foreign_data_wrapper
    union all
    select 'pg_foreign_server'::regclass, oid, 0 from pg_foreign_server
    union all
    select 'pg_user_mapping'::regclass, oid, 0 from pg_user_mapping
    union all
    select 'pg_authid'::regclass, oid, 0 from pg_authid where oid >= 16384
    union all
    select 'pg_database'::regclass, oid, 0 from pg_database where datname = current_database()
    union all
    select 'pg_tablespace'::regclass, oid, 0 from pg_tablespace where oid >= 16384
    union all
    select 'pg_parameter_acl'::regclass, oid, 0 from pg_parameter_acl
)
select o.type, o.identity
  from found f
 cross join lateral pg_identify_object(f.catalog, f.oid, f.number) o
 where o.identity !~ '(^| on )(pg_catalog|pg_toast|information_schema|ext|recorder)(\.|$)'
   and not exists (select from pg_depend where classid = f.catalog and objid = f.oid and deptype = 'e')
   or o.identity = 'ext'
