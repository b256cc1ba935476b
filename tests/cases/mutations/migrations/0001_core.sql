-- What the system is: documents, the jobs that come of them, and who may touch them.
create schema app;
comment on schema app is 'the core';
grant usage on schema app to mut_reader, mut_worker;

create type app.mood as enum ('low', 'middle', 'high');
create type app.pair as (a integer, b text collate "C");
create type app.span as range (subtype = float8, subtype_diff = float8mi);
create domain app.positive as integer default 1 constraint positive_check check (value > 0);
create domain app.code as varchar(10) not null;
comment on type app.mood is 'how it feels';

create table app.documents (
    id bigint generated always as identity primary key,
    title text not null default 'untitled',
    body text,
    events jsonb not null default '[]'::jsonb,
    amount numeric(12, 2) default 0,
    mood app.mood default 'low',
    tags text[] default '{}',
    code app.code default 'x',
    counted integer generated always as (jsonb_array_length(events)) stored,
    created_at timestamptz not null default now(),
    constraint documents_amount_check check (amount >= 0 and amount < 1000000),
    constraint documents_title_unique unique (title)
);
alter table app.documents enable row level security;
comment on table app.documents is 'the only authority';
comment on column app.documents.events is 'append-only';
grant select on app.documents to mut_reader;
grant insert, update (title, body) on app.documents to mut_worker;
create policy documents_own on app.documents for select to mut_reader
    using (title = current_setting('app.title', true) and mood in ('low', 'high'));
create policy documents_write on app.documents as restrictive for insert to mut_worker with check (amount > 0);

create table app.jobs (
    id bigserial primary key,
    document_id bigint not null
        constraint jobs_document references app.documents (id) on update cascade on delete cascade,
    type text not null constraint jobs_type_check check (type in ('protect', 'anchor', 'build')),
    status text not null default 'queued',
    dedupe_key text,
    priority smallint default 5,
    payload jsonb,
    run_at timestamptz,
    during tstzrange,
    constraint jobs_status_check check (status = any (array['queued', 'running', 'done', 'failed'])),
    constraint jobs_late unique (document_id, run_at) deferrable initially deferred,
    constraint jobs_during exclude using gist (during with &&) where (status = 'running')
) with (fillfactor = 70);
create unique index jobs_dedupe on app.jobs (dedupe_key) where dedupe_key is not null;
create index jobs_ready on app.jobs (status, run_at desc) include (priority) where status = 'queued';
create index jobs_payload on app.jobs using gin (payload jsonb_path_ops);
create index jobs_lower on app.jobs (lower(type) collate "C");
alter sequence app.jobs_id_seq cache 5;
alter table app.jobs replica identity using index jobs_pkey;
alter table app.jobs alter payload set storage external, alter status set statistics 200;

create table app.runs (
    job_id bigint,
    started_at timestamptz not null,
    error text,
    constraint runs_error_check check (error <> '')
) partition by range (started_at);
create table app.runs_2024 partition of app.runs for values from ('2024-01-01') to ('2025-01-01');
create table app.runs_rest partition of app.runs default;
create index runs_job on app.runs (job_id);

create table app.base (a integer not null, b text);
create table app.derived (c integer) inherits (app.base);
create unlogged table app.scratch (a integer, b text);
create sequence app.numbers increment 5 minvalue 1 maxvalue 1000 start 10 cache 3 cycle;
grant usage on sequence app.numbers to mut_worker;
comment on sequence app.numbers is 'numbers';

create view app.open_jobs with (security_barrier) as
    select j.id, j.type, d.title from app.jobs j join app.documents d on d.id = j.document_id
    where j.status = 'queued';
create view app.cheap with (check_option = local) as select id, amount from app.documents where amount < 10;
grant select on app.open_jobs to mut_reader;
comment on view app.open_jobs is 'what waits';
create materialized view app.job_counts with (fillfactor = 80) as
    select type, count(*) as n from app.jobs group by type;
create unique index job_counts_type on app.job_counts (type);

create function app.listener() returns trigger language plpgsql security definer set search_path = app, pg_temp as $$
begin
    insert into app.jobs (document_id, type, dedupe_key) values (new.id, 'protect', 'protect:' || new.id)
        on conflict (dedupe_key) where dedupe_key is not null do nothing;
    return new;
end
$$;
create function app.claim_jobs(n integer, worker text default 'any') returns setof app.jobs language sql
    stable strict parallel safe cost 50 rows 10 security definer set search_path = app, pg_temp
    as $$ select * from app.jobs where type = 'protect' and status = 'queued' limit n $$;
revoke execute on function app.claim_jobs(integer, text) from public;
grant execute on function app.claim_jobs(integer, text) to mut_worker;
comment on function app.claim_jobs(integer, text) is 'hands out jobs';
create function app.twice(n integer) returns integer language sql immutable return n * 2;
create function app.noted() returns trigger language plpgsql as 'begin return null; end';
create procedure app.clean(inout n integer) language plpgsql as 'begin n := 1; end';
create function app.add(a bigint, b bigint) returns bigint language sql immutable as 'select a + b';
create aggregate app.total(bigint) (sfunc = app.add, stype = bigint, initcond = '0');

create trigger on_documents_change after insert or update of events on app.documents
    for each row when (new.events is not null) execute function app.listener();
create trigger on_truncate after truncate on app.documents for each statement execute function app.noted('it');
create trigger off_duty before delete on app.jobs for each row execute function app.noted();
alter table app.jobs disable trigger off_duty;
create constraint trigger late after insert on app.jobs deferrable initially deferred
    for each row execute function app.noted();
create trigger seen after update on app.jobs referencing old table as before new table as after
    for each statement execute function app.noted();
create rule jobs_quiet as on delete to app.jobs where old.status = 'running' do instead nothing;
create rule cheap_insert as on insert to app.cheap do instead insert into app.documents (amount) values (new.amount);
