-- sql-migrate notes what it applied here.
-- https://github.com/rubenv/sql-migrate#readme

create table public.gorp_migrations (id text primary key, applied_at timestamptz);
