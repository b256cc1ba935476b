-- Event triggers; one whose function lies in a schema left out is left out too.
select 'event trigger' as kind,
       quote_ident(t.evtname) as identity,
       t.evtowner::regrole::text as owner,
       t.evtevent::text as event,
       o.identity as function,
       array(select u.tag from unnest(t.evttags) u(tag) order by u.tag collate "C") as tags,
       case t.evtenabled when 'O' then 'origin' when 'A' then 'always'
                         when 'R' then 'replica' else 'disabled' end as enabled,
       d.description as comment
  from pg_catalog.pg_event_trigger t
  join pg_catalog.pg_proc p on p.oid = t.evtfoid
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_event_trigger'::regclass and d.objoid = t.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_proc'::regclass, t.evtfoid, 0) o
 where n.nspname <> all ($1::text[])
   and ($2::oid[] is null or t.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_event_trigger'::regclass and e.objid = t.oid and e.deptype = 'e')
