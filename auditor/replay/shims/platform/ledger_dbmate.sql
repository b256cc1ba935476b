-- dbmate notes what it applied here.
-- https://github.com/amacneil/dbmate#readme

create table public.schema_migrations (version varchar(128) primary key);
