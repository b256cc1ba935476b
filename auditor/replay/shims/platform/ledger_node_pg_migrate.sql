-- node-pg-migrate notes what it applied here.
-- https://salsita.github.io/node-pg-migrate/

create table public.pgmigrations (id serial primary key, name varchar(255) not null, run_on timestamp not null);
