-- Diesel notes what it applied here.
-- https://docs.rs/diesel_migrations/latest/diesel_migrations/

create table public.__diesel_schema_migrations (
    version varchar(50) primary key,
    run_on timestamp not null default current_timestamp
);
