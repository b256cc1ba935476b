-- A small queue with what a repair has to bring back. {reader} and {worker} are roles of the test's own.
create schema app;
create type app.mood as enum ('sad', 'ok', 'happy');
create domain app.email as text default 'nobody@example.org' constraint email_check check (value like '%@%');
create table app.docs (
    id bigint generated always as identity primary key,
    owner app.email not null,
    mood app.mood default 'ok',
    events jsonb not null default '[]',
    total numeric(10, 2) default 0.0,
    title text collate "C",
    size integer generated always as (jsonb_array_length(events)) stored
);
create table app.jobs (
    id bigserial primary key,
    doc_id bigint constraint jobs_doc references app.docs (id) on delete cascade deferrable,
    type text not null constraint jobs_type_check check (type in ('protect', 'anchor')),
    dedupe_key text,
    status text not null default 'queued',
    constraint jobs_status_unique unique nulls not distinct (doc_id, status)
);
create unique index jobs_dedupe on app.jobs (dedupe_key) where dedupe_key is not null;
create index jobs_by_status on app.jobs using btree (status desc, lower(type)) include (doc_id) with (fillfactor = 70);
create function app.materialise() returns trigger language plpgsql security definer set search_path = app, pg_temp as $$
begin
    -- it's 100% the only writer: $1 is no parameter
    insert into app.jobs (doc_id, type, dedupe_key) values (new.id, 'protect', 'k' || new.id)
        on conflict (dedupe_key) where dedupe_key is not null do nothing;
    return new;
end
$$;
create function app.claim(worker text, how_many integer default 10) returns setof app.jobs language sql stable strict
    parallel safe cost 50 rows 5 as 'select * from app.jobs where type = ''protect'' limit $2';
create procedure app.clean(inout number integer) language plpgsql as $p$ begin number := 1; end $p$;
create function app.twice(n integer) returns integer language sql immutable return n * 2;
revoke execute on function app.claim(text, integer) from public;
grant execute on function app.claim(text, integer) to {worker} with grant option;
comment on function app.claim(text, integer) is 'takes "jobs"; it''s \ careful';
create trigger docs_changed after update of events or insert on app.docs
    for each row when (new.events is not null) execute function app.materialise();
create constraint trigger jobs_late after insert on app.jobs deferrable initially deferred
    for each row execute function app.materialise('one', 'it''s');
create trigger jobs_off before delete on app.jobs for each statement execute function app.materialise();
alter table app.jobs disable trigger jobs_off;
alter table app.docs enable row level security;
create policy docs_own on app.docs as restrictive for update to {reader} using (owner = current_user) with check (id > 0);
create rule jobs_quiet as on delete to app.jobs where old.status = 'kept' do instead nothing;
create view app.open_jobs with (security_barrier) as select id, type from app.jobs where status = 'queued';
create materialized view app.counts as select type, count(*) as number from app.jobs group by type;
create sequence app.numbers increment 5 cache 3;
grant select on app.docs to {reader};
grant update (title) on app.docs to {worker};
grant select on app.open_jobs, app.counts to {reader};
alter default privileges in schema app grant select on tables to {reader};
