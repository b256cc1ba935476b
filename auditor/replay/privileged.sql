-- How a migration's session has single statements run as superuser, within its own transaction.
--
-- The caller proves with a digest that the replay itself asks for this very statement ($2, of kind $3): $1 is made
-- with a secret that only the superuser can read, and comes as a parameter, so that no query text shows it.
--
-- A migration's event trigger, which may be of this very transaction, would run its function as superuser. Commands
-- on event triggers themselves fire none.

set allow_system_table_mods = on;
create table pg_catalog.auditor_recorder_secret (value text not null);
reset allow_system_table_mods;

-- How much there is that belongs to a superuser or to one of PostgreSQL's own roles.
create function pg_catalog.auditor_recorder_privileged_objects() returns bigint
language sql as $$
    select pg_catalog.count(*)
      from (select relowner from pg_catalog.pg_class
            union all select proowner from pg_catalog.pg_proc
            union all select typowner from pg_catalog.pg_type
            union all select nspowner from pg_catalog.pg_namespace) o (owner)
      join pg_catalog.pg_roles r on r.oid operator(pg_catalog.=) o.owner
     where r.rolsuper
        or r.rolname operator(pg_catalog.~) '^pg_' and r.rolname operator(pg_catalog.<>) 'pg_database_owner'
$$;

create function pg_catalog.auditor_recorder_run_as_superuser(text, text, text) returns void
language plpgsql security definer as $$
declare
    before bigint;
begin
    if not exists (
        select from pg_catalog.auditor_recorder_secret s
         where pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
                   s.value operator(pg_catalog.||) $3 operator(pg_catalog.||) $2, 'UTF8'
               )), 'hex') operator(pg_catalog.=) $1)
    then
        raise exception 'this is for the replay alone' using errcode = 'insufficient_privilege';
    end if;
    if $3 operator(pg_catalog.<>) 'event trigger' and exists (
        select from pg_catalog.pg_event_trigger e
         where e.evtname operator(pg_catalog.<>) all (
                   array['auditor_recorder_command', 'auditor_recorder_drop', 'auditor_recorder_guard']
                       ::pg_catalog.name[]))
    then
        raise exception 'not run as superuser, because there is an event trigger' using errcode =
            'insufficient_privilege';
    end if;
    if $3 operator(pg_catalog.=) 'owner' then
        before := pg_catalog.auditor_recorder_privileged_objects();
    end if;
    execute $2;
    if $3 operator(pg_catalog.=) 'owner'
       and before operator(pg_catalog.<>) pg_catalog.auditor_recorder_privileged_objects()
    then
        raise exception 'a superuser''s objects are not given away, and nothing is given to a superuser' using errcode =
            'insufficient_privilege';
    end if;
end $$;

revoke all on function pg_catalog.auditor_recorder_privileged_objects(),
    pg_catalog.auditor_recorder_run_as_superuser(text, text, text) from public;
