-- Text search configurations.
select 'text search configuration' as kind,
       o.identity,
       format('%I.%I', q.nspname, p.prsname) as parser,
       array(select t.alias || ': ' || string_agg(m.mapdict::regdictionary::text, ', ' order by m.mapseqno)
                    collate "C" as mapping
               from pg_catalog.pg_ts_config_map m
               join ts_token_type(c.cfgparser) t on t.tokid = m.maptokentype
              where m.mapcfg = c.oid
              group by t.alias
              order by mapping) as mappings,
       c.cfgowner::regrole::text as owner,
       d.description as comment
  from pg_catalog.pg_ts_config c
  join pg_catalog.pg_namespace n on n.oid = c.cfgnamespace
  join pg_catalog.pg_ts_parser p on p.oid = c.cfgparser
  join pg_catalog.pg_namespace q on q.oid = p.prsnamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_ts_config'::regclass and d.objoid = c.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_ts_config'::regclass, c.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_ts_config'::regclass and e.objid = c.oid and e.deptype = 'e')
