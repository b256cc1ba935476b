-- Supabase Realtime. True: the publication, the table of messages, and the functions that migrations call, which
-- write to that table. Missing: everything that reads the replication stream.
-- https://github.com/supabase/realtime

create publication supabase_realtime;

create schema realtime authorization supabase_realtime_admin;
set role supabase_realtime_admin;
grant usage on schema realtime to anon, authenticated, service_role;
grant all on schema realtime to session_user, dashboard_user;

create type realtime.action as enum ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ERROR');
create type realtime.equality_op as enum ('eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in');
create type realtime.user_defined_filter as (column_name text, op realtime.equality_op, value text);

create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    primary key (id, inserted_at)
) partition by range (inserted_at);
create table realtime.messages_default partition of realtime.messages default;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to session_user, anon, authenticated, service_role;

create table realtime.subscription (
    id bigint generated always as identity constraint pk_subscription primary key,
    subscription_id uuid not null,
    entity regclass not null,
    filters realtime.user_defined_filter[] not null default '{}',
    claims jsonb not null,
    created_at timestamp not null default timezone('utc', now())
);
grant select on realtime.subscription to session_user, anon, authenticated, service_role;

create function realtime.topic() returns text language sql stable
return nullif(current_setting('realtime.topic', true), '');

create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language sql as $$
    insert into realtime.messages (payload, event, topic, private, extension) values ($1, $2, $3, $4, 'broadcast');
$$;

create function realtime.broadcast_changes(
    topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record,
    level text default 'ROW'
) returns void language plpgsql as $$
begin
    perform realtime.send(
        jsonb_build_object(
            'record', to_jsonb(new), 'old_record', to_jsonb(old), 'operation', operation, 'table', table_name,
            'schema', table_schema
        ),
        event_name, topic_name
    );
end
$$;
reset role;
