-- Supabase's roles. True: names, attributes and who is a member of whom. None can log in, and supabase_admin is no
-- superuser.
-- https://supabase.com/docs/guides/database/postgres/roles

create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator nologin noinherit;
create role supabase_admin nologin createdb createrole bypassrls;
create role supabase_auth_admin nologin noinherit createrole;
create role supabase_storage_admin nologin noinherit createrole;
create role supabase_realtime_admin nologin noinherit;
create role supabase_functions_admin nologin noinherit createrole;
create role supabase_replication_admin nologin;
create role supabase_read_only_user nologin bypassrls;
create role dashboard_user nologin createdb createrole;
create role pgbouncer nologin;

grant anon, authenticated, service_role to authenticator;
grant authenticator to supabase_storage_admin;
