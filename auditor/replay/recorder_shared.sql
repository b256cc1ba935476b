-- All objects that event triggers do not tell of, and whose catalogs are small: roles with their memberships and
-- settings, event triggers, default privileges, subscriptions, and this database.
--
--   $1  name of the role that runs the migrations, which is not an object of theirs

with settings (setdatabase, setrole, text) as (
    select setdatabase, setrole, setconfig::text from pg_db_role_setting
     where setdatabase in (0, (select oid from pg_database where datname = current_database()))
)
select 'pg_authid'::regclass::oid as classid, r.oid as objid, 0 as objsubid,
       null::oid as parent_class, null::oid as parent, 'role' as kind, quote_ident(r.rolname) as identity,
       null::text as enabled,
       -- memberships, but for those by which the creator of a role may administer it
       (select string_agg(format('%s%s%s', m.oid, case when a.admin_option then ' admin' end,
                                 case when (to_jsonb(a) ->> 'inherit_option')::boolean is false
                                      then ' noinherit' end), ', ' order by m.oid)
          from pg_auth_members a join pg_authid m on m.oid = a.member
         where a.roleid = r.oid and m.rolname <> $1) as acl,
       (select d.description from pg_shdescription d
         where d.objoid = r.oid and d.classoid = 'pg_authid'::regclass) as comment,
       (to_jsonb(r) - '{oid,rolname,rolpassword}'::text[]
        || jsonb_build_object('password', md5(r.rolpassword),
                              'settings', (select jsonb_agg(s.text) from settings s where s.setrole = r.oid)))::text
       as definition
  from pg_authid r
 where r.rolname <> $1
union all
select 'pg_database'::regclass, d.oid, 0, null, null, 'database', quote_ident(d.datname), null, 
       (select string_agg(x::text, ',') from aclexplode(d.datacl) x),
       shobj_description(d.oid, 'pg_database'),
       jsonb_build_object('owner', d.datdba, 'connections', d.datconnlimit, 'tablespace', d.dattablespace,
                          'settings', (select s.text from settings s
                                        where s.setdatabase = d.oid and s.setrole = 0))::text
  from pg_database d
 where d.datname = current_database()
union all
select 'pg_event_trigger'::regclass, e.oid, 0, null, null, 'event trigger', quote_ident(e.evtname),
       e.evtenabled::text, null, obj_description(e.oid, 'pg_event_trigger'),
       (to_jsonb(e) - '{oid,evtname,evtenabled}'::text[])::text
  from pg_event_trigger e
 where e.evtname not like 'auditor\_recorder\_%'
   and not exists (select from pg_depend x
                    where x.classid = 'pg_event_trigger'::regclass and x.objid = e.oid and x.deptype = 'e')
union all
select 'pg_default_acl'::regclass, a.oid, 0, null, null, i.type, i.identity, null,
       (select string_agg(x::text, ',') from aclexplode(a.defaclacl) x), null, '{}'
  from pg_default_acl a
 cross join lateral pg_identify_object('pg_default_acl'::regclass, a.oid, 0) i
union all
select 'pg_subscription'::regclass, s.oid, 0, null, null, 'subscription', quote_ident(s.subname), null, null,
       obj_description(s.oid, 'pg_subscription'), (to_jsonb(s) - '{oid,subname,subskiplsn}'::text[])::text
  from pg_subscription s
 where s.subdbid = (select oid from pg_database where datname = current_database())
