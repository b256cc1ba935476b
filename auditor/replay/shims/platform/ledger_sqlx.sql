-- sqlx notes what it applied here.
-- https://docs.rs/sqlx/latest/sqlx/migrate/

create table public._sqlx_migrations (
    version bigint primary key,
    description text not null,
    installed_on timestamptz not null default now(),
    success boolean not null,
    checksum bytea not null,
    execution_time bigint not null
);
