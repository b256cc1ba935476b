-- Each paragraph is one change to the schema of test_across_majors.sql: the object that differs after it, or `nothing`.

-- view public.v_alias
create or replace view v_alias as select j.id, j.kind as k, j.kind || 'x' as s from jobs j;

-- view public.v_self
create or replace view v_self as select b.id from jobs a, jobs b where a.id = b.parent and a.kind = b.kind;

-- view public.v_simple
create or replace view v_simple as select id, kind from jobs where status = 'done';

-- view public.v_simple
create or replace view v_simple as select id, kind from jobs where status <> 'queued';

-- view public.v_distinct
create or replace view v_distinct as select status from jobs;

-- view public.v_const
alter view v_const set (security_barrier);

-- table constraint c_in on public.accounts
alter table accounts drop constraint c_in, add constraint c_in check (state in ('new', 'open', 'gone'));

-- table constraint c_cast on public.accounts
alter table accounts drop constraint c_cast, add constraint c_cast check (amount::bigint > 3 and title::varchar(5) = 'x' and state::text <> '' and '5'::integer < n);

-- table constraint c_between on public.accounts
alter table accounts drop constraint c_between, add constraint c_between check (amount between 0 and 1001);

-- table column public.accounts.born
alter table accounts alter born set default '2020-01-02';

-- table column public.accounts.at
alter table accounts alter at set default clock_timestamp();

-- policy p_setting on public.jobs
alter policy p_setting on jobs with check (status not in ('a', 'c'));

-- policy p_exists on public.jobs
alter policy p_exists on jobs using (not exists (select from accounts));

-- index public.i_case
drop index i_case; create index i_case on jobs ((case when status = 'x' then 1 else 3 end));

-- rule r_nothing on public.jobs
create or replace rule r_nothing as on delete to jobs where old.status = 'y' do instead nothing;

-- function public.f_return(integer,pg_catalog.text)
create or replace function f_return(a integer, b text) returns boolean language sql return a > 2 and b = 'x';

-- trigger t_simple on public.jobs
create or replace trigger t_simple after insert on jobs for each row when (new."number" > 1.6) execute function tg();

-- nothing
alter table accounts drop constraint c_in, add constraint c_in check (state = 'done' or 'open' = state or state = 'new');

-- nothing
alter table accounts drop constraint c_notin, add constraint c_notin check (not (state in ('y', 'x')));

-- nothing
alter table accounts drop constraint c_between, add constraint c_between check (amount <= 1000 and amount >= 0);

-- nothing
alter policy p_setting on jobs with check (status <> all (array['b', 'a']));

-- nothing
drop index i_partial; create index i_partial on jobs (status) where at > '2020-01-01' and (status = 'failed' or status = 'queued');
