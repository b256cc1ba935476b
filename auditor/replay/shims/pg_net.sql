-- pg_net. True: the queue and what a request writes into it. No request is ever sent, so no response ever comes.

create schema if not exists net;

create domain net.http_method as text check (value ilike any (array['get', 'post', 'delete']));

create unlogged table net.http_request_queue (
    id bigserial,
    method net.http_method not null,
    url text not null,
    headers jsonb,
    body bytea,
    timeout_milliseconds integer not null
);

create unlogged table net._http_response (
    id bigint,
    status_code integer,
    content_type text,
    headers jsonb,
    content text,
    timed_out boolean,
    error_msg text,
    created timestamptz not null default now()
);
create index on net._http_response (created);

create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
create type net.http_response as (status_code integer, headers jsonb, body text);
create type net.http_response_result as (status net.request_status, message text, response net.http_response);

create function net._enqueue(
    method text, url text, params jsonb, headers jsonb, body bytea, timeout_milliseconds integer
) returns bigint language sql
begin atomic
    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    select method,
        url || coalesce((select '?' || string_agg(key || '=' || value, '&') from jsonb_each_text(params)), ''),
        headers, body, timeout_milliseconds
    returning id;
end;

create function net.http_get(
    url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000
) returns bigint language sql strict
return net._enqueue('GET', url, params, headers, null, timeout_milliseconds);

create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds integer default 5000
) returns bigint language sql
return net._enqueue('POST', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds);

create function net.http_delete(
    url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 5000,
    body jsonb default null
) returns bigint language sql
return net._enqueue('DELETE', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds);

create function net._http_collect_response(request_id bigint, async boolean default true)
returns net.http_response_result language sql strict
return row('ERROR', 'request matching request_id not found', null)::net.http_response_result;

create function net.http_collect_response(request_id bigint, async boolean default true)
returns net.http_response_result language sql strict
return net._http_collect_response(request_id, async);

grant usage on schema net to public;
grant all on all sequences in schema net to public;
grant all on all tables in schema net to public;
