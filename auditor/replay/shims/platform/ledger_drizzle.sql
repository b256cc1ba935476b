-- Drizzle notes what it applied here.
-- https://orm.drizzle.team/docs/drizzle-kit-migrate

create schema drizzle;
create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
