-- User mappings, without their options, which are shown to few.
select 'user mapping' as kind,
       o.identity,
       case u.umuser when 0 then 'public' else u.umuser::regrole::text end as role,
       quote_ident(u.srvname) as server
  from pg_catalog.pg_user_mappings u
 cross join lateral pg_identify_object('pg_catalog.pg_user_mapping'::regclass, u.umid, 0) o
 where ($2::oid[] is null or u.umid = any ($2))
   and $1::text[] is not null -- lies in no schema
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_foreign_server'::regclass and e.objid = u.srvid
                      and e.deptype = 'e')
