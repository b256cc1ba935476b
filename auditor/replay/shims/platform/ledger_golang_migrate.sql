-- golang-migrate notes here how far it came: one row.
-- https://github.com/golang-migrate/migrate/tree/master/database/postgres

create table public.schema_migrations (version bigint primary key, dirty boolean not null);
