-- What Supabase grants on everything that is created in the schema public. It is seen in the privileges of all
-- tables, sequences and functions that the history makes.
-- https://supabase.com/docs/guides/api/securing-your-api

grant usage on schema public to session_user, anon, authenticated, service_role;

alter default privileges in schema public grant all on tables to session_user, anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to session_user, anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to session_user, anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public
    grant all on tables to session_user, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
    grant all on functions to session_user, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
    grant all on sequences to session_user, anon, authenticated, service_role;
