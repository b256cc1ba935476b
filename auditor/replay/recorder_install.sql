-- What the recorder puts into the database of a replay, and takes out again before its catalog is read.
--
-- Everything belongs to the superuser. The functions run whenever anyone changes the catalog, so each name in them
-- is qualified: the search path is the migration's.
--
-- It stands in pg_catalog, and in no schema of its own, because migrations loop over schemas and over what is in
-- them: all but PostgreSQL's own, which they leave out in one way or another.
--
-- https://www.postgresql.org/docs/current/event-triggers.html

set allow_system_table_mods = on;

create table pg_catalog.auditor_recorder_log (
    id bigint generated always as identity primary key,
    dropped boolean not null,
    tag text not null,
    classid oid,
    objid oid,
    objsubid integer,
    type text,
    identity text,
    -- of a dropped object: whether the command was about it, not about what it depends on
    original boolean,
    -- md5 of what the client sent: says which statement of the migration did it
    statement text
);

-- A stored expression or query, such that the same text has the same value wherever it stood and whatever the
-- objects in it have been renamed to since.
create function pg_catalog.auditor_recorder_tree(pg_catalog.pg_node_tree) returns text
language sql immutable strict as $$
    select pg_catalog.md5(pg_catalog.regexp_replace($1::pg_catalog.text, ':(stmt_)?(location|len) -?\d+', '', 'g'))
$$;

create function pg_catalog.auditor_recorder_log_command() returns event_trigger
language plpgsql security definer as $$
begin
    insert into pg_catalog.auditor_recorder_log
           (dropped, tag, classid, objid, objsubid, type, identity, original, statement)
    select false, c.command_tag, c.classid, c.objid, c.objsubid, c.object_type, c.object_identity, null,
           pg_catalog.md5(pg_catalog.current_query())
      from pg_catalog.pg_event_trigger_ddl_commands() c
     where not c.in_extension;
end $$;

create function pg_catalog.auditor_recorder_log_drop() returns event_trigger
language plpgsql security definer as $$
begin
    insert into pg_catalog.auditor_recorder_log
           (dropped, tag, classid, objid, objsubid, type, identity, original, statement)
    select true, tg_tag, d.classid, d.objid, d.objsubid, d.object_type, d.object_identity, d.original,
           pg_catalog.md5(pg_catalog.current_query())
      from pg_catalog.pg_event_trigger_dropped_objects() d;
end $$;

create event trigger auditor_recorder_command on ddl_command_end
    execute function pg_catalog.auditor_recorder_log_command();
create event trigger auditor_recorder_drop on sql_drop
    execute function pg_catalog.auditor_recorder_log_drop();
-- Also under session_replication_role = replica, which migrations that load data set.
alter event trigger auditor_recorder_command enable always;
alter event trigger auditor_recorder_drop enable always;

revoke all on function pg_catalog.auditor_recorder_tree(pg_catalog.pg_node_tree) from public;
reset allow_system_table_mods;
