-- Flight recorder: which statement changed which object, when, by whom, from where.
--
-- Read this before you run it. It makes one schema, {schema}, with one table and one function, and two event
-- triggers. Afterwards every command that changes the catalog adds rows to {schema}.log; a failure to
-- do so is a warning and never stops the command. Nothing else is changed. It needs a superuser, or whichever role
-- may create event triggers on your platform. `auditor forensics recorder uninstall` prints the reverse.
--
-- https://www.postgresql.org/docs/current/event-triggers.html
begin;

create schema {schema};
revoke all on schema {schema} from public;
comment on schema {schema} is 'auditor flight recorder: who changed the catalog';

create table {schema}.log (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    -- of the whole transaction: the ledger row of a migration that did it has the same xmin
    xid bigint not null,
    session_role text not null,
    acting_role text not null,
    application text,
    client inet,
    pid integer not null,
    dropped boolean not null,
    tag text not null,
    kind text,
    identity text,
    in_extension boolean not null,
    -- what the client sent, cut at 20,000 characters, without what follows the word password
    statement text
);
create index on {schema}.log (identity);
create index on {schema}.log (at);
comment on table {schema}.log is 'append-only';

create function {schema}.refuse() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'the flight recorder is append-only' using errcode = 'restrict_violation';
end $$;
create trigger refuse before update or delete or truncate on {schema}.log
    for each statement execute function {schema}.refuse();

-- SECURITY DEFINER, so that whoever changes the catalog can be recorded without being able to write the log. Each
-- name is qualified and the search path fixed: nobody can put a function of his own in between.
create function {schema}.note() returns event_trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    acting text := pg_catalog.current_setting('role', true);
    sent text := pg_catalog.left(pg_catalog.regexp_replace(pg_catalog.current_query(),
        '(password\s*(=|to)?\s*)(E?''([^'']|'''')*''|[^\s,;)]+)', '\1***', 'gi'), 20000);
begin
    -- The id of the transaction is asked for before the block below opens a subtransaction.
    perform pg_catalog.pg_current_xact_id();
    begin
        if tg_event = 'sql_drop' then
            insert into {schema}.log (at, xid, session_role, acting_role, application, client, pid, dropped, tag,
                                      kind, identity, in_extension, statement)
            select pg_catalog.clock_timestamp(), pg_catalog.pg_current_xact_id()::text::bigint, session_user,
                   case acting when 'none' then session_user else acting end,
                   pg_catalog.current_setting('application_name', true), pg_catalog.inet_client_addr(),
                   pg_catalog.pg_backend_pid(), true, tg_tag, d.object_type, d.object_identity, false, sent
              from pg_catalog.pg_event_trigger_dropped_objects() d
             where not d.is_temporary;
        else
            insert into {schema}.log (at, xid, session_role, acting_role, application, client, pid, dropped, tag,
                                      kind, identity, in_extension, statement)
            select pg_catalog.clock_timestamp(), pg_catalog.pg_current_xact_id()::text::bigint, session_user,
                   case acting when 'none' then session_user else acting end,
                   pg_catalog.current_setting('application_name', true), pg_catalog.inet_client_addr(),
                   pg_catalog.pg_backend_pid(), false, c.command_tag, c.object_type, c.object_identity,
                   c.in_extension, sent
              from pg_catalog.pg_event_trigger_ddl_commands() c
             where c.schema_name is distinct from 'pg_temp';
        end if;
    exception when others then
        raise warning 'flight recorder: % was not recorded: %', tg_tag, sqlerrm;
    end;
end $$;
revoke execute on function {schema}.note() from public;
{grants}
create event trigger {prefix}_command on ddl_command_end execute function {schema}.note();
create event trigger {prefix}_drop on sql_drop execute function {schema}.note();
-- Also under session_replication_role = replica, behind which ordinary triggers do not fire.
alter event trigger {prefix}_command enable always;
alter event trigger {prefix}_drop enable always;

commit;
