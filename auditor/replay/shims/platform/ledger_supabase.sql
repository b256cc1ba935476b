-- The Supabase CLI notes what it applied here.
-- https://supabase.com/docs/guides/deployment/database-migrations

create schema supabase_migrations;
create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
