-- superuser
-- Loops over every schema, and over what is in them, that leave PostgreSQL's own out in one way or another: what
-- the recorder stands on is not met.
create role replay_case_reader;
create schema replay_sales;
create schema "Replay Odd";
create table replay_sales.orders (id bigint generated always as identity primary key, state text not null);
create unique index one_open on replay_sales.orders (id) where state = 'open';
create table "Replay Odd".t (a int);
create function replay_sales.f() returns int language sql as 'select 1';
-- next migration
do $$
declare s text; r record;
begin
    for s in select nspname from pg_namespace where nspname not like 'pg_%' and nspname <> 'information_schema' loop
        execute format('grant usage on schema %I to replay_case_reader', s);
        execute format('grant select on all tables in schema %I to replay_case_reader', s);
    end loop;
    for r in select schemaname, tablename from pg_tables
              where schemaname not in ('pg_catalog', 'information_schema') loop
        execute format('alter table %I.%I enable row level security', r.schemaname, r.tablename);
        execute format('create policy seen on %I.%I using (true)', r.schemaname, r.tablename);
    end loop;
end $$;
-- next migration
do $$
declare s text; r record;
begin
    for r in select n.nspname, p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
              where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' loop
        execute format('comment on function %I.%I is %L', r.nspname, r.proname, 'ours');
    end loop;
    for s in select schema_name from information_schema.schemata
              where schema_name not in ('pg_catalog', 'information_schema', 'pg_toast', 'public') loop
        execute format('alter schema %I owner to replay_case_reader', s);
    end loop;
    for r in select policyname, schemaname, tablename from pg_policies loop
        execute format('drop policy %I on %I.%I', r.policyname, r.schemaname, r.tablename);
    end loop;
end $$;
-- next migration
drop schema replay_sales, "Replay Odd" cascade;
reassign owned by replay_case_reader to current_user;
drop owned by replay_case_reader;
drop role replay_case_reader;
