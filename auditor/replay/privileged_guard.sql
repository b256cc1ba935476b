-- Keeps the event triggers of migrations away from the scripts of extensions.
--
-- The script of a trusted extension runs as superuser, whoever creates or updates it, and event triggers fire for each
-- of its commands, their functions then as superuser too. So no extension is created or updated while one of theirs is
-- enabled; the replay disables them meanwhile. They cannot be made or enabled in between: that takes a superuser.
-- https://www.postgresql.org/docs/current/extend-extensions.html#EXTEND-EXTENSIONS-FILES-TRUSTED

create function pg_catalog.auditor_recorder_guard() returns event_trigger language plpgsql as $$
begin
    if exists (
        select from pg_catalog.pg_event_trigger e
         where e.evtenabled operator(pg_catalog.<>) 'D'
           and e.evtname operator(pg_catalog.<>) all (
                   array['auditor_recorder_command', 'auditor_recorder_drop', 'auditor_recorder_guard']
                       ::pg_catalog.name[]))
    then
        raise exception 'an extension is created or changed beside an event trigger' using errcode =
            'insufficient_privilege';
    end if;
end $$;

create event trigger auditor_recorder_guard on ddl_command_start
    when tag in ('CREATE EXTENSION', 'ALTER EXTENSION') execute function pg_catalog.auditor_recorder_guard();
-- Also under session_replication_role = replica.
alter event trigger auditor_recorder_guard enable always;

set allow_system_table_mods = on;
create table pg_catalog.auditor_recorder_silenced (name name not null, state "char" not null);
reset allow_system_table_mods;

create function pg_catalog.auditor_recorder_silence() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    theirs record;
begin
    for theirs in
        select evtname, evtenabled from pg_event_trigger
         where evtenabled <> 'D' and evtname <> all (
                   array['auditor_recorder_command', 'auditor_recorder_drop', 'auditor_recorder_guard']::name[])
    loop
        insert into pg_catalog.auditor_recorder_silenced values (theirs.evtname, theirs.evtenabled);
        execute format('alter event trigger %I disable', theirs.evtname);
    end loop;
end $$;

create function pg_catalog.auditor_recorder_unsilence() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    theirs record;
begin
    for theirs in delete from pg_catalog.auditor_recorder_silenced returning * loop
        execute format(
            'alter event trigger %I enable %s', theirs.name,
            case theirs.state when 'A' then 'always' when 'R' then 'replica' else '' end
        );
    end loop;
end $$;

revoke all on function pg_catalog.auditor_recorder_silence(), pg_catalog.auditor_recorder_unsilence() from public;
