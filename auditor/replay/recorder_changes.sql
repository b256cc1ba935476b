-- Objects whose catalog rows were written since a transaction id, as they are now.
--
--   $1  age of that transaction id: rows that are older are left out
--   $2  id in pg_catalog.auditor_recorder_log after which commands are looked at
--   $3  lowest oid of interest: 16384 leaves out what initdb made, but for schemas and extensions
--
-- The first part finds the objects, the second describes them, by oid and column number wherever that can be: a
-- text with names would differ although nothing was written since a rename. A row that only belongs to an object
-- (an enum's label, a sequence's parameters, a view's query) stands for the object.

with row_written (classid, objid, objsubid) as (
    select 'pg_class'::regclass::oid, oid, 0 from pg_class
     where age(xmin) <= $1 and relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c')
    union all select 'pg_class'::regclass, attrelid, attnum from pg_attribute where age(xmin) <= $1
    union all select 'pg_class'::regclass, adrelid, adnum from pg_attrdef where age(xmin) <= $1
    union all select 'pg_class'::regclass, indexrelid, 0 from pg_index where age(xmin) <= $1
    union all select 'pg_class'::regclass, seqrelid, 0 from pg_sequence where age(xmin) <= $1
    union all select 'pg_class'::regclass, inhrelid, 0 from pg_inherits where age(xmin) <= $1
    union all select 'pg_class'::regclass, ftrelid, 0 from pg_foreign_table where age(xmin) <= $1
    union all select 'pg_class'::regclass, ev_class, 0 from pg_rewrite
     where age(xmin) <= $1 and rulename = '_RETURN'
    union all select 'pg_rewrite'::regclass, oid, 0 from pg_rewrite
     where age(xmin) <= $1 and rulename <> '_RETURN'
    union all select 'pg_constraint'::regclass, oid, 0 from pg_constraint where age(xmin) <= $1
    union all select 'pg_trigger'::regclass, oid, 0 from pg_trigger
     where age(xmin) <= $1 and not tgisinternal
    union all select 'pg_policy'::regclass, oid, 0 from pg_policy where age(xmin) <= $1
    union all select 'pg_type'::regclass, oid, 0 from pg_type where age(xmin) <= $1
    union all select 'pg_type'::regclass, enumtypid, 0 from pg_enum where age(xmin) <= $1
    union all select 'pg_proc'::regclass, oid, 0 from pg_proc where age(xmin) <= $1
    union all select 'pg_namespace'::regclass, oid, 0 from pg_namespace where age(xmin) <= $1
    union all select 'pg_extension'::regclass, oid, 0 from pg_extension where age(xmin) <= $1
    union all select 'pg_statistic_ext'::regclass, oid, 0 from pg_statistic_ext where age(xmin) <= $1
    union all select 'pg_publication'::regclass, oid, 0 from pg_publication where age(xmin) <= $1
    union all select 'pg_publication_rel'::regclass, oid, 0 from pg_publication_rel where age(xmin) <= $1
    union all select 'pg_publication_namespace'::regclass, oid, 0 from pg_publication_namespace where age(xmin) <= $1
    union all select 'pg_language'::regclass, oid, 0 from pg_language where age(xmin) <= $1
    union all select 'pg_cast'::regclass, oid, 0 from pg_cast where age(xmin) <= $1
    union all select 'pg_operator'::regclass, oid, 0 from pg_operator where age(xmin) <= $1
    union all select 'pg_opclass'::regclass, oid, 0 from pg_opclass where age(xmin) <= $1
    union all select 'pg_opfamily'::regclass, oid, 0 from pg_opfamily where age(xmin) <= $1
    union all select 'pg_opfamily'::regclass, amopfamily, 0 from pg_amop where age(xmin) <= $1
    union all select 'pg_opfamily'::regclass, amprocfamily, 0 from pg_amproc where age(xmin) <= $1
    union all select 'pg_conversion'::regclass, oid, 0 from pg_conversion where age(xmin) <= $1
    union all select 'pg_collation'::regclass, oid, 0 from pg_collation where age(xmin) <= $1
    union all select 'pg_transform'::regclass, oid, 0 from pg_transform where age(xmin) <= $1
    union all select 'pg_ts_config'::regclass, oid, 0 from pg_ts_config where age(xmin) <= $1
    union all select 'pg_ts_config'::regclass, mapcfg, 0 from pg_ts_config_map where age(xmin) <= $1
    union all select 'pg_ts_dict'::regclass, oid, 0 from pg_ts_dict where age(xmin) <= $1
    union all select 'pg_ts_parser'::regclass, oid, 0 from pg_ts_parser where age(xmin) <= $1
    union all select 'pg_ts_template'::regclass, oid, 0 from pg_ts_template where age(xmin) <= $1
    union all select 'pg_am'::regclass, oid, 0 from pg_am where age(xmin) <= $1
    union all select 'pg_foreign_data_wrapper'::regclass, oid, 0 from pg_foreign_data_wrapper where age(xmin) <= $1
    union all select 'pg_foreign_server'::regclass, oid, 0 from pg_foreign_server where age(xmin) <= $1
    union all select 'pg_user_mapping'::regclass, oid, 0 from pg_user_mapping where age(xmin) <= $1
    union all select classoid, objoid, objsubid from pg_description where age(xmin) <= $1
    -- What a command named although it wrote no row of it (COMMENT ... IS NULL deletes one).
    union all select classid, objid, objsubid from pg_catalog.auditor_recorder_log
     where id > $2 and not dropped and objid is not null
),
written as materialized (
    select distinct classid, objid, objsubid from row_written
     where objid >= $3 or classid in ('pg_namespace'::regclass, 'pg_extension'::regclass)
),
described (classid, objid, objsubid, parent_class, parent, enabled, acl, definition) as (
    select 'pg_class'::regclass::oid, c.oid, 0,
           case when c.relkind in ('i', 'I', 'S') then 'pg_class'::regclass
                when c.relkind = 'c' then 'pg_type'::regclass end::oid,
           case when c.relkind in ('i', 'I') then i.indrelid
                when c.relkind = 'c' then c.reltype
                when c.relkind = 'S'
                then (select d.refobjid from pg_depend d
                       where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
                         and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')) end,
           null::text, c.relacl,
           jsonb_build_object(
               'persistence', c.relpersistence, 'owner', case when i.indrelid is null then c.relowner end,
               'options', c.reloptions, 'tablespace', c.reltablespace, 'access method', c.relam,
               'row security', c.relrowsecurity, 'forced row security', c.relforcerowsecurity,
               'replica identity', c.relreplident,
               'partition bound', pg_catalog.auditor_recorder_tree(c.relpartbound),
               'of type', nullif(c.reloftype, 0),
               'partition key', (select jsonb_build_array(k.partstrat, k.partattrs, k.partclass, k.partcollation,
                                                          pg_catalog.auditor_recorder_tree(k.partexprs))
                                   from pg_partitioned_table k where k.partrelid = c.oid),
               'parents', (select jsonb_agg(h.inhparent order by h.inhseqno)
                             from pg_inherits h where h.inhrelid = c.oid),
               'query', (select pg_catalog.auditor_recorder_tree(r.ev_action) from pg_rewrite r
                           where r.ev_class = c.oid and r.rulename = '_RETURN'),
               'parameters', case when c.relkind = 'S' then (
                   select to_jsonb(s) - 'seqrelid' || jsonb_build_object('owned by', (
                           select jsonb_build_array(d.refobjid, d.refobjsubid) from pg_depend d
                            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
                              and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')))
                     from pg_sequence s where s.seqrelid = c.oid) end,
               'foreign', case when c.relkind = 'f' then (
                   select to_jsonb(f) - 'ftrelid' from pg_foreign_table f where f.ftrelid = c.oid) end,
               'columns', i.indkey, 'expressions', pg_catalog.auditor_recorder_tree(i.indexprs),
               'classes', i.indclass, 'collations', i.indcollation, 'orders', i.indoption,
               'predicate', pg_catalog.auditor_recorder_tree(i.indpred), 'unique', i.indisunique,
               'nulls not distinct', i.indnullsnotdistinct, 'key columns', i.indnkeyatts,
               'valid', i.indisvalid, 'clustered', i.indisclustered, 'identity of replicas', i.indisreplident)
      from written w
      join pg_class c on w.classid = 'pg_class'::regclass and c.oid = w.objid and w.objsubid = 0
      left join pg_index i on i.indexrelid = c.oid
     where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c') and c.relpersistence <> 't'
       and c.relnamespace <> 'pg_toast'::regnamespace
    union all
    select 'pg_class'::regclass, a.attrelid, a.attnum, 'pg_class'::regclass, a.attrelid, null, a.attacl,
           jsonb_build_object(
               'type', jsonb_build_array(a.atttypid, a.atttypmod), 'not null', a.attnotnull,
               'default', pg_catalog.auditor_recorder_tree(d.adbin),
               'generated', a.attgenerated, 'identity', a.attidentity,
               'collation', a.attcollation, 'storage', a.attstorage, 'compression', a.attcompression,
               'statistics', nullif(a.attstattarget, -1),
               -- 15 notes there how often a column's type was changed
               'options', (select jsonb_agg(o) from unnest(a.attoptions) o where o not like 'pg\_attver=%'),
               'foreign options', a.attfdwoptions)
      from written w
      join pg_attribute a on w.classid = 'pg_class'::regclass and a.attrelid = w.objid and a.attnum = w.objsubid
      join pg_class c on c.oid = a.attrelid
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where w.objsubid > 0 and not a.attisdropped and c.relpersistence <> 't'
       and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and c.relnamespace <> 'pg_toast'::regnamespace
       -- of a composite type, only the type is noted as a member of an extension
       and not (c.relkind = 'c' and exists (
               select from pg_depend e
                where e.classid = 'pg_type'::regclass and e.objid = c.reltype and e.deptype = 'e'))
    union all
    select 'pg_rewrite'::regclass, r.oid, 0, 'pg_class'::regclass, r.ev_class, r.ev_enabled::text, null,
           jsonb_build_object('event', r.ev_type, 'instead', r.is_instead,
                              'condition', pg_catalog.auditor_recorder_tree(r.ev_qual),
                              'action', pg_catalog.auditor_recorder_tree(r.ev_action))
      from written w
      join pg_rewrite r on w.classid = 'pg_rewrite'::regclass and r.oid = w.objid
      join pg_class c on c.oid = r.ev_class
     where r.rulename <> '_RETURN' and c.relpersistence <> 't'
    union all
    select 'pg_constraint'::regclass, n.oid, 0,
           case when n.conrelid = 0 then 'pg_type'::regclass else 'pg_class'::regclass end,
           case when n.conrelid = 0 then n.contypid else n.conrelid end, null, null,
           to_jsonb(n)
           - '{oid,conname,connamespace,conrelid,contypid,conindid,conparentid,conislocal,coninhcount}'::text[]
           - '{conpfeqop,conppeqop,conffeqop,conbin}'::text[]
           || jsonb_build_object('expression', pg_catalog.auditor_recorder_tree(n.conbin))
      from written w
      join pg_constraint n on w.classid = 'pg_constraint'::regclass and n.oid = w.objid
      left join pg_class c on c.oid = n.conrelid
     where n.contype <> 't' and c.relpersistence is distinct from 't'
    union all
    select 'pg_trigger'::regclass, t.oid, 0, 'pg_class'::regclass, t.tgrelid, t.tgenabled::text, null,
           to_jsonb(t) - '{oid,tgrelid,tgname,tgparentid,tgenabled,tgconstrindid,tgconstraint,tgqual}'::text[]
           || jsonb_build_object('condition', pg_catalog.auditor_recorder_tree(t.tgqual))
      from written w
      join pg_trigger t on w.classid = 'pg_trigger'::regclass and t.oid = w.objid
      join pg_class c on c.oid = t.tgrelid
     where not t.tgisinternal and c.relpersistence <> 't'
    union all
    select 'pg_policy'::regclass, p.oid, 0, 'pg_class'::regclass, p.polrelid, null, null,
           jsonb_build_object(
               'command', p.polcmd, 'permissive', p.polpermissive, 'roles', p.polroles,
               'using', pg_catalog.auditor_recorder_tree(p.polqual),
               'check', pg_catalog.auditor_recorder_tree(p.polwithcheck))
      from written w join pg_policy p on w.classid = 'pg_policy'::regclass and p.oid = w.objid
    union all
    select 'pg_type'::regclass, t.oid, 0, m.refclassid, m.refobjid, null, t.typacl,
           jsonb_build_object(
               'owner', t.typowner, 'kind', t.typtype, 'defined', t.typisdefined,
               'default', coalesce(pg_catalog.auditor_recorder_tree(t.typdefaultbin), t.typdefault),
               'not null', t.typnotnull, 'base', jsonb_build_array(t.typbasetype, t.typtypmod),
               'collation', t.typcollation, 'length', t.typlen, 'storage', t.typstorage,
               'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder)
                            from pg_enum e where e.enumtypid = t.oid),
               'range', (select to_jsonb(r) - '{rngtypid,rngmultitypid,rngmltrngtype}'::text[]
                           from pg_range r where r.rngtypid = t.oid))
      from written w
      join pg_type t on w.classid = 'pg_type'::regclass and t.oid = w.objid
      left join pg_class c on c.oid = t.typrelid
      left join pg_depend m -- of a multirange type: its range type
             on m.classid = 'pg_type'::regclass and m.objid = t.oid and m.deptype = 'i'
            and m.refclassid = 'pg_type'::regclass
     where t.typsubscript <> 'array_subscript_handler'::regproc -- nor its array, nor the row type of a table
       and (t.typrelid = 0 or c.relkind = 'c')
    union all
    select 'pg_proc'::regclass, p.oid, 0, m.refclassid, m.refobjid, null, p.proacl,
           to_jsonb(p) - '{oid,proname,pronamespace,proacl,prosqlbody,proargdefaults}'::text[]
           || jsonb_build_object(
               'body', pg_catalog.auditor_recorder_tree(p.prosqlbody),
               'defaults', pg_catalog.auditor_recorder_tree(p.proargdefaults),
               'aggregate', (select to_jsonb(g) - 'aggfnoid' from pg_aggregate g where g.aggfnoid = p.oid))
      from written w
      join pg_proc p on w.classid = 'pg_proc'::regclass and p.oid = w.objid
      left join pg_depend m -- of a constructor function: its range type
             on m.classid = 'pg_proc'::regclass and m.objid = p.oid and m.deptype = 'i'
            and m.refclassid = 'pg_type'::regclass
    union all
    select 'pg_namespace'::regclass, n.oid, 0, null, null, null, n.nspacl,
           jsonb_build_object('owner', n.nspowner)
      from written w join pg_namespace n on w.classid = 'pg_namespace'::regclass and n.oid = w.objid
     where n.nspname !~ '^pg_(temp|toast)'
    union all
    select 'pg_extension'::regclass, e.oid, 0, null, null, null, null,
           jsonb_build_object('version', e.extversion, 'schema', e.extnamespace)
      from written w join pg_extension e on w.classid = 'pg_extension'::regclass and e.oid = w.objid
    union all
    select 'pg_statistic_ext'::regclass, s.oid, 0, null, null, null, null,
           to_jsonb(s) - '{oid,stxname,stxnamespace,stxexprs}'::text[]
           || jsonb_build_object('expressions', pg_catalog.auditor_recorder_tree(s.stxexprs))
      from written w join pg_statistic_ext s on w.classid = 'pg_statistic_ext'::regclass and s.oid = w.objid
    union all
    select 'pg_publication'::regclass, p.oid, 0, null, null, null, null, to_jsonb(p) - '{oid,pubname}'::text[]
      from written w join pg_publication p on w.classid = 'pg_publication'::regclass and p.oid = w.objid
    union all
    select 'pg_publication_rel'::regclass, r.oid, 0, 'pg_publication'::regclass, r.prpubid, null, null,
           jsonb_build_object('columns', r.prattrs, 'where', pg_catalog.auditor_recorder_tree(r.prqual))
      from written w
      join pg_publication_rel r on w.classid = 'pg_publication_rel'::regclass and r.oid = w.objid
    union all
    select 'pg_publication_namespace'::regclass, r.oid, 0, 'pg_publication'::regclass, r.pnpubid, null, null, '{}'
      from written w
      join pg_publication_namespace r on w.classid = 'pg_publication_namespace'::regclass and r.oid = w.objid
    union all
    select 'pg_language'::regclass, l.oid, 0, null, null, null, l.lanacl,
           to_jsonb(l) - '{oid,lanname,lanacl}'::text[]
      from written w join pg_language l on w.classid = 'pg_language'::regclass and l.oid = w.objid
    union all
    select 'pg_cast'::regclass, c.oid, 0, m.refclassid, m.refobjid, null, null, to_jsonb(c) - 'oid'
      from written w
      join pg_cast c on w.classid = 'pg_cast'::regclass and c.oid = w.objid
      left join pg_depend m -- from a range type to its multirange type
             on m.classid = 'pg_cast'::regclass and m.objid = c.oid and m.deptype = 'i'
            and m.refclassid = 'pg_type'::regclass and m.refobjid = c.castsource
    union all
    -- its commutator and negator change when those are made
    select 'pg_operator'::regclass, o.oid, 0, null, null, null, null,
           to_jsonb(o) - '{oid,oprname,oprnamespace,oprcom,oprnegate}'::text[]
      from written w join pg_operator o on w.classid = 'pg_operator'::regclass and o.oid = w.objid
    union all
    select 'pg_opclass'::regclass, o.oid, 0, null, null, null, null,
           to_jsonb(o) - '{oid,opcname,opcnamespace}'::text[]
      from written w join pg_opclass o on w.classid = 'pg_opclass'::regclass and o.oid = w.objid
    union all
    select 'pg_opfamily'::regclass, o.oid, 0, null, null, null, null,
           jsonb_build_object(
               'owner', o.opfowner,
               'operators', (select jsonb_agg(to_jsonb(a) - 'oid' order by a.oid)
                               from pg_amop a where a.amopfamily = o.oid),
               'functions', (select jsonb_agg(to_jsonb(a) - 'oid' order by a.oid)
                               from pg_amproc a where a.amprocfamily = o.oid))
      from written w join pg_opfamily o on w.classid = 'pg_opfamily'::regclass and o.oid = w.objid
    union all
    select 'pg_conversion'::regclass, c.oid, 0, null, null, null, null,
           to_jsonb(c) - '{oid,conname,connamespace}'::text[]
      from written w join pg_conversion c on w.classid = 'pg_conversion'::regclass and c.oid = w.objid
    union all
    select 'pg_collation'::regclass, c.oid, 0, null, null, null, null,
           to_jsonb(c) - '{oid,collname,collnamespace}'::text[]
      from written w join pg_collation c on w.classid = 'pg_collation'::regclass and c.oid = w.objid
    union all
    select 'pg_transform'::regclass, t.oid, 0, null, null, null, null, to_jsonb(t) - 'oid'
      from written w join pg_transform t on w.classid = 'pg_transform'::regclass and t.oid = w.objid
    union all
    select 'pg_ts_config'::regclass, t.oid, 0, null, null, null, null,
           jsonb_build_object(
               'owner', t.cfgowner, 'parser', t.cfgparser,
               'dictionaries', (select jsonb_agg(to_jsonb(m) order by m.maptokentype, m.mapseqno)
                                  from pg_ts_config_map m where m.mapcfg = t.oid))
      from written w join pg_ts_config t on w.classid = 'pg_ts_config'::regclass and t.oid = w.objid
    union all
    select 'pg_ts_dict'::regclass, t.oid, 0, null, null, null, null,
           to_jsonb(t) - '{oid,dictname,dictnamespace}'::text[]
      from written w join pg_ts_dict t on w.classid = 'pg_ts_dict'::regclass and t.oid = w.objid
    union all
    select 'pg_ts_parser'::regclass, t.oid, 0, null, null, null, null,
           to_jsonb(t) - '{oid,prsname,prsnamespace}'::text[]
      from written w join pg_ts_parser t on w.classid = 'pg_ts_parser'::regclass and t.oid = w.objid
    union all
    select 'pg_ts_template'::regclass, t.oid, 0, null, null, null, null,
           to_jsonb(t) - '{oid,tmplname,tmplnamespace}'::text[]
      from written w join pg_ts_template t on w.classid = 'pg_ts_template'::regclass and t.oid = w.objid
    union all
    select 'pg_am'::regclass, a.oid, 0, null, null, null, null, to_jsonb(a) - '{oid,amname}'::text[]
      from written w join pg_am a on w.classid = 'pg_am'::regclass and a.oid = w.objid
    union all
    select 'pg_foreign_data_wrapper'::regclass, f.oid, 0, null, null, null, f.fdwacl,
           to_jsonb(f) - '{oid,fdwname,fdwacl}'::text[]
      from written w
      join pg_foreign_data_wrapper f on w.classid = 'pg_foreign_data_wrapper'::regclass and f.oid = w.objid
    union all
    select 'pg_foreign_server'::regclass, s.oid, 0, null, null, null, s.srvacl,
           to_jsonb(s) - '{oid,srvname,srvacl}'::text[]
      from written w join pg_foreign_server s on w.classid = 'pg_foreign_server'::regclass and s.oid = w.objid
    union all
    select 'pg_user_mapping'::regclass, u.oid, 0, 'pg_foreign_server'::regclass, u.umserver, null, null,
           jsonb_build_object('options', u.umoptions)
      from written w join pg_user_mapping u on w.classid = 'pg_user_mapping'::regclass and u.oid = w.objid
)
select o.classid, o.objid, o.objsubid, o.parent_class, o.parent, i.type as kind, i.identity,
       o.enabled,
       case when o.acl is not null
            then (select coalesce(string_agg(format('%s=%s%s/%s', x.grantee, x.privilege_type,
                                                    case when x.is_grantable then '*' end, x.grantor), ','), '')
                    from aclexplode(o.acl) x) end as acl,
       c.description as comment, o.definition::text as definition
  from described o
 cross join lateral pg_identify_object(o.classid, o.objid, o.objsubid) i
  left join pg_description c
         on c.objoid = o.objid and c.classoid = o.classid and c.objsubid = o.objsubid
 -- but what recorder_install.sql has made
 where (i.schema = 'pg_catalog' and i.identity ~ '(^| on )pg_catalog\.auditor_recorder_') is not true
   -- what belongs to an extension is the extension's affair
   and not exists (select from pg_depend d
                    where d.classid = o.classid and d.objid = o.objid and d.deptype = 'e')
   and not exists (select from pg_depend d
                    where d.classid = o.parent_class and d.objid = o.parent and d.deptype = 'e')
