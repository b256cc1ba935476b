-- The schemas and extensions that every Supabase project begins with.
-- https://supabase.com/docs/guides/database/extensions

create schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;
grant all on schema extensions to dashboard_user;

create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;

create schema vault;
grant usage on schema vault to service_role;
create extension supabase_vault with schema vault;

create schema graphql;
create extension pg_graphql with schema graphql;
create schema graphql_public;
grant usage on schema graphql, graphql_public to anon, authenticated, service_role;

create function graphql_public.graphql(
    "operationName" text default null, query text default null, variables jsonb default null,
    extensions jsonb default null
) returns jsonb language sql
return jsonb_build_object('errors', jsonb_build_array(jsonb_build_object('message', 'not in a replay')));

-- Where unqualified names are looked for by the role that migrates.
do $$
begin
    execute format(
        'alter role %I in database %I set search_path = "$user", public, extensions', current_user, current_database()
    );
end
$$;
