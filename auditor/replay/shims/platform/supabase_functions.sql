-- Supabase's database webhooks. True: the tables, and the function that a webhook's trigger calls. No request is
-- ever sent.
-- https://supabase.com/docs/guides/database/webhooks

create schema supabase_functions;

create table supabase_functions.migrations (
    version text primary key,
    inserted_at timestamptz not null default now()
);

create table supabase_functions.hooks (
    id bigserial primary key,
    hook_table_id integer not null,
    hook_name text not null,
    created_at timestamptz not null default now(),
    request_id bigint
);

create function supabase_functions.http_request() returns trigger language plpgsql as $$
begin
    insert into supabase_functions.hooks (hook_table_id, hook_name) values (tg_relid, tg_name);
    return new;
end
$$;
