-- tern notes here how far it came: one row.
-- https://github.com/jackc/tern#readme

create table public.schema_version (version integer not null);
