-- Hasura's own schema in a database that it manages. True: the tables with their columns, and the function that
-- writes an event. Nothing ever delivers one.
-- https://hasura.io/docs/2.0/event-triggers/clean-up/

create schema hdb_catalog;

create function hdb_catalog.gen_hasura_uuid() returns uuid language sql
return gen_random_uuid();

create table hdb_catalog.hdb_version (
    hasura_uuid uuid primary key default hdb_catalog.gen_hasura_uuid(),
    version text not null,
    upgraded_on timestamptz not null,
    cli_state jsonb not null default '{}',
    console_state jsonb not null default '{}'
);

create table hdb_catalog.hdb_metadata (
    id integer primary key,
    metadata json not null,
    resource_version integer not null default 1 unique
);

create table hdb_catalog.schema_migrations (version bigint primary key, dirty boolean not null);

create table hdb_catalog.event_log (
    id text primary key default hdb_catalog.gen_hasura_uuid(),
    schema_name text not null,
    table_name text not null,
    trigger_name text not null,
    payload jsonb not null,
    delivered boolean not null default false,
    error boolean not null default false,
    tries integer not null default 0,
    created_at timestamp default now(),
    locked timestamptz,
    next_retry_at timestamp,
    archived boolean not null default false
);

create table hdb_catalog.event_invocation_logs (
    id text primary key default hdb_catalog.gen_hasura_uuid(),
    trigger_name text,
    event_id text,
    status integer,
    request json,
    response json,
    created_at timestamp default now()
);

create table hdb_catalog.hdb_action_log (
    id uuid primary key default hdb_catalog.gen_hasura_uuid(),
    action_name text,
    input_payload jsonb not null,
    request_headers jsonb not null,
    session_variables jsonb not null,
    response_payload jsonb,
    errors jsonb,
    created_at timestamptz not null default now(),
    response_received_at timestamptz,
    status text not null
);

create table hdb_catalog.hdb_cron_events (
    id text primary key default hdb_catalog.gen_hasura_uuid(),
    trigger_name text not null,
    scheduled_time timestamptz not null,
    status text not null default 'scheduled',
    tries integer not null default 0,
    created_at timestamptz default now(),
    next_retry_at timestamptz
);

create table hdb_catalog.hdb_cron_event_invocation_logs (
    id text primary key default hdb_catalog.gen_hasura_uuid(),
    event_id text references hdb_catalog.hdb_cron_events on update cascade on delete cascade,
    status integer,
    request json,
    response json,
    created_at timestamptz default now()
);

create table hdb_catalog.hdb_scheduled_events (
    id text primary key default hdb_catalog.gen_hasura_uuid(),
    webhook_conf json not null,
    scheduled_time timestamptz not null,
    retry_conf json,
    payload json,
    header_conf json,
    status text not null default 'scheduled',
    tries integer not null default 0,
    created_at timestamptz default now(),
    next_retry_at timestamptz,
    comment text
);

create table hdb_catalog.hdb_scheduled_event_invocation_logs (
    id text primary key default hdb_catalog.gen_hasura_uuid(),
    event_id text references hdb_catalog.hdb_scheduled_events on update cascade on delete cascade,
    status integer,
    request json,
    response json,
    created_at timestamptz default now()
);

create function hdb_catalog.insert_event_log(
    schema_name text, table_name text, trigger_name text, op text, row_data json
) returns text language sql as $$
    insert into hdb_catalog.event_log (schema_name, table_name, trigger_name, payload)
    values ($1, $2, $3, jsonb_build_object('op', $4, 'data', $5))
    returning id;
$$;
