-- Every shape of expression and query that a catalog keeps, in valid SQL of PostgreSQL 15.
create type mood as enum ('low', 'middle', 'high');
create type pair as (a integer, b text);
create domain positive as integer check (value > 0) check (value between 1 and 100 or value in (200, 300));
create domain code as varchar(10) collate "C" default 'x'::varchar check (value ~ '^[a-z]+$' and length(value) < 8);
create function twice(a integer) returns integer language sql immutable as 'select a * 2';
create function joined(variadic parts text[]) returns text language sql immutable as $$select array_to_string(parts, '-')$$;
create function named(first integer, second text default 'x', third boolean default true) returns text
  language sql immutable as $$select second$$;
create function rows_of(n integer) returns table (a integer, b text) language sql stable as $$select n, 'x'$$;
create table accounts (
  id bigint generated always as identity primary key,
  name text not null,
  state text not null default 'new',
  mood mood default 'low',
  amount numeric(12,2) default 0.00,
  tags text[] default '{}',
  data jsonb default '{"a": 1}'::jsonb,
  born date default '2020-01-01',
  at timestamptz default now(),
  span interval default '1 day',
  during tstzrange default tstzrange(now(), null),
  point pair,
  flag boolean default false,
  code char(3) default 'abc',
  short varchar(10) default upper('x'),
  token uuid default gen_random_uuid(),
  made timestamp default (now() at time zone 'utc'),
  bits bit(3) default b'101',
  bytes bytea default '\xdeadbeef',
  n integer default twice(3) + 1,
  big bigint default 10000000000,
  real double precision default 1e-7,
  total numeric generated always as (coalesce(amount, 0) * 1.19) stored,
  label text generated always as (case when flag then name else upper(name) end) stored,
  constraint c_in check (state in ('new', 'open', 'done')),
  constraint c_any check (state = any (array['new', 'open', 'done'])),
  constraint c_or check (state = 'new' or state = 'open' or state = 'done'),
  constraint c_notin check (state not in ('x', 'y')),
  constraint c_between check (amount between 0 and 1000),
  constraint c_symmetric check (n between symmetric 10 and 1),
  constraint c_notbetween check (n not between 3 and 4),
  constraint c_like check (name like 'a%' or name ilike '%b' or name not like 'c_' escape '\' or name similar to 'x+'),
  constraint c_regex check (name ~ '^a' and name !~* 'b$'),
  constraint c_null check (name is not null and (flag is not unknown or flag is true) and point is distinct from null),
  constraint c_case check (case state when 'new' then amount is null else amount > 0 end),
  constraint c_row check ((n, big) < (10, 20) and row(n, name) is not null),
  constraint c_array check (tags @> array['x'] or tags && '{a,b}'::text[] or cardinality(tags) < 3 or tags[1] = 'x' or tags[1:2] = '{x,y}'),
  constraint c_json check (data ? 'a' and data -> 'a' = '1' and data #>> '{a,b}' is null and jsonb_typeof(data) = 'object' and data @> '{"a":1}'),
  constraint c_cast check (amount::integer > 3 and name::varchar(5) = 'x' and state::text <> '' and '5'::integer < n),
  constraint c_extract check (extract(year from born) > 2000 and date_part('month', at) < 13 and date_trunc('day', made) is not null),
  constraint c_zone check (at at time zone 'UTC' > made and at at time zone interval '1 hour' is not null),
  constraint c_string check (substring(name from 1 for 2) <> 'ab' and position('x' in name) = 0 and trim(both 'x' from name) <> '' and overlay(name placing 'q' from 1) <> 'z' and char_length(name) > 1 and ltrim(name) = name and trim(leading from name) = name),
  constraint c_call check (twice(n) > 1 and joined('a', name) <> '' and joined(variadic tags) <> '' and named(1, third => false) = 'x' and greatest(n, 1, 2) > least(3, n) and nullif(n, 0) is not null and coalesce(n, 1, 2) > 0),
  constraint c_composite check ((point).a > 1 and (point).b <> ''),
  constraint c_range check (not isempty(during) and during @> now() and lower(during) < upper(during)),
  constraint c_mood check (mood in ('low', 'high') or mood > 'middle'::mood),
  constraint c_bool check (flag and not flag or flag is null or (flag = true) or flag <> false),
  constraint c_operator check (n operator(pg_catalog.+) 1 > 2 and - n < 0 and @ n >= 0 and n % 2 = 0 and n ^ 2 > 1 and (n # 3) > 0 and ~n < 0 and n << 1 > 2 and |/ n > 0),
  constraint c_interval check (at - interval '1 month 2 days' < now() and span < '1 hour'::interval and make_interval(days => 3) < span),
  constraint c_collate check (name collate "C" < 'b' and lower(name collate "POSIX") <> 'x'),
  constraint c_xml check (name is normalized and normalize(name, NFC) = name),
  constraint c_text check (name <> E'a\nb' and name <> U&'\00e4' and name <> 'it''s' and name <> '\x'),
  constraint c_nested check (((((n > 1))) and ((n > 2) and (n > 3)))),
  constraint c_subscript check ((data['a']) is not null and (array[1,2,3])[n] > 0 and (array[[1,2],[3,4]])[1][2] = 2),
  constraint c_current check (made < current_timestamp and born < current_date and at < localtimestamp(2) and name <> current_user and name <> session_user)
);
create table jobs (
  id integer primary key, account bigint references accounts, kind text, status text, at timestamptz default clock_timestamp(),
  "Order" integer, "quoted ""name""" text, payload jsonb, parent integer references jobs, n numeric
);
create index i_partial on jobs (status) where status in ('queued', 'failed') and at > '2020-01-01';
create index i_expression on jobs (lower(kind), (n + 1), (payload ->> 'a'), coalesce(status, ''), (kind || status), ((payload -> 'x')::text), date_trunc('day', at at time zone 'UTC'));
create unique index i_unique on jobs (account, kind) where account is not null and kind <> all (array['a', 'b']);
create index i_case on jobs ((case when status = 'x' then 1 else 2 end));
create statistics st (ndistinct) on lower(kind), (n + 1) from jobs;
-- views
create view v_simple as select id, kind from jobs where status = 'queued';
create view v_alias as select j.id, j.kind as k, j.status || 'x' as s from jobs j where j.id > 1 order by j.id desc nulls last limit 10 offset 2;
create view v_star as select * from jobs;
create view v_join as select j.id, a.name, a.state from jobs j join accounts a on a.id = j.account left join jobs p on p.id = j.parent where a.flag;
create view v_using as select id, j.kind, k.status from jobs j join jobs k using (id);
create view v_using_alias as select x.id from (jobs j join jobs k using (id) as x);
create view v_natural as select * from (select id, kind from jobs) a natural join (select id, status from jobs) b;
create view v_full as select coalesce(a.id, b.id) as id from jobs a full join jobs b on a.id = b.parent cross join accounts;
create view v_alias_columns as select x, y from (select id, kind from jobs) as t(x, y);
create view v_join_alias as select q.* from (jobs j cross join (select 1 as one) o) as q(a, b, c);
create view v_group as select status, kind, count(*) as n, sum(n) filter (where n > 0) as total, array_agg(id order by id desc) as ids, string_agg(distinct kind, ',') as kinds from jobs group by status, kind having count(*) > 1;
create view v_group_expr as select lower(kind) as k, count(distinct status) as c from jobs group by lower(kind) order by lower(kind), 2 desc;
create view v_grouping as select status, kind, grouping(status, kind) as g, count(*) from jobs group by grouping sets ((status), (kind), ()), rollup (at);
create view v_cube as select status, kind, count(*) from jobs group by distinct cube (status, kind);
create view v_group_pk as select id, kind, count(*) from jobs group by id;
create view v_window as select id, row_number() over (partition by status order by id) as r, lag(kind, 1) over w as l, sum(n) over (order by id rows between unbounded preceding and 1 following exclude current row) as s, first_value(id) over (w range between interval '1 day' preceding and current row) as f from jobs window w as (order by at);
create view v_distinct as select distinct status from jobs;
create view v_distinct_on as select distinct on (status) status, id from jobs order by status, at desc;
create view v_union as select id from jobs union select id + 1 from jobs union all (select 3 order by 1 limit 1) intersect select 4 except all select 5 order by 1;
create view v_values as select * from (values (1, 'a'), (2, 'b')) as t(n, s);
create view v_bare_values as values (1, 'x'::text), (2, null);
create view v_cte as with a as (select id from jobs), b as materialized (select id from a where id > 1), c as not materialized (select 1 as x) select b.id, c.x from b, c where exists (select 1 from a where a.id = b.id);
create view v_recursive as with recursive t(id, depth) as (select id, 1 from jobs where parent is null union all select j.id, t.depth + 1 from jobs j join t on t.id = j.parent) search depth first by id set o cycle id set is_cycle using path select id, depth, is_cycle from t;
create recursive view v_recursive_view (n) as values (1) union all select n + 1 from v_recursive_view where n < 5;
create view v_sub as select id, (select max(n) from jobs k where k.parent = j.id) as m, array(select id from accounts where id = j.account) as arr, exists (select from accounts) as e, j.id in (select parent from jobs) as i, j.id = any (select 1) as y, j.id <> all (select 2) as z, (j.id, j.kind) in (select id, kind from jobs) as r from jobs j;
create view v_sub_from as select s.id, s.c from (select id, count(*) as c from jobs group by id) s where s.c > 1;
create view v_lateral as select j.id, x.n from jobs j cross join lateral (select count(*) as n from jobs k where k.parent = j.id) x left join lateral rows_of(j.id) r on true;
create view v_function as select * from rows_of(1) with ordinality as r(a, b, o);
create view v_rows_from as select * from rows from (rows_of(1), generate_series(1, 3)) as r(a, b, c);
create view v_unnest as select j.id, t.tag, t.n from jobs j, unnest(array['a', 'b'], array[1, 2]) with ordinality as t(tag, x, n);
create view v_json_to as select * from jsonb_to_recordset('[{"a":1}]') as x(a integer, b text collate "C");
create view v_sample as select id from jobs tablesample bernoulli (10) repeatable (3);
create view v_lock as select id from jobs for update skip locked;
create view v_ordinal as select kind, id from jobs order by 2, kind collate "C";
create view v_fetch as select id from jobs order by id fetch first 3 rows with ties;
create view v_whole as select j, (row(j.*))::text as r, (j).kind, j.*::text as t, to_jsonb(j) as js from jobs j;
create view v_row as select row(1, 'a')::pair as r, (row(1, 2) = row(3, 4)) as e, row(id) is null as one from jobs;
create view v_composite as select (point).a, (a.point).b, a.point from accounts a;
create view v_quoted as select "Order", "quoted ""name""" as "Q q", "Order" + 1 as "select" from jobs;
create view v_case as select case when id > 1 then 'a' when id is null then 'b' end as c, case id when 1 then 'x' else 'y' end as d, coalesce(kind, 'x') as e, nullif(kind, '') as f from jobs;
create view v_cast as select id::text as w, cast(id as numeric(10,2)) as z, '2020-01-01'::date as d, date '2020-01-02' as e, interval '1' day as i, timestamp with time zone '2020-01-01 00:00+00' as ts, 'x'::char(3) as c, id::bigint::text as b, array[]::integer[] as a, null::jsonb as j, 1.5::float8 as f from jobs;
create view v_const as select 1 as a, -1 as b, 1.0 as c, 'x' as d, true as e, null as f, 10000000000 as g, b'1' as h, '\x00'::bytea as i, 1e10 as j, -1.5 as k, 'NaN'::float8 as l, 'a' || 'b' as m, '{1,2}'::int[] as n, x'ff' as o;
create view v_time as select now(), current_timestamp(3), localtime, at at time zone 'UTC' as u, timezone('UTC', at) as t, extract(epoch from at) as e, (at, interval '1 day') overlaps (at, interval '2 days') as o, at::date as d, age(at) as g from jobs;
create view v_string as select substring(kind from '^.') as a, substring(kind, 1, 2) as b, trim(kind) as c, trim(trailing 'x' from kind) as d, overlay(kind placing 'y' from 2 for 1) as e, position('a' in kind) as f, kind similar to '%x' as g, kind collate "C" as h, format('%s', kind) as i, concat(kind, status) as j, kind like '%a' escape '!' as k, substring(kind similar 'a#"b#"c' escape '#') as l from jobs;
create view v_json as select payload -> 'a' as a, payload ->> 'b' as b, payload #> '{a,b}' as c, payload @> '{}' as d, payload ? 'k' as e, payload ?| array['a'] as f, jsonb_build_object('a', id) as g, payload['a']['b'] as h, jsonb_path_query(payload, '$.a') as i from jobs;
create view v_array as select array[id, 1] as a, (array[1,2])[1] as b, (array[1,2,3])[1:2] as c, array[[1],[2]] as d, id = any (array[1,2]) as e, id in (1, 2) as f, array_agg(id) over () as g, kind = any (string_to_array('a', ',')) as h from jobs;
create view v_agg as select percentile_cont(0.5) within group (order by n) as p, mode() within group (order by kind) as m, count(*) as c, max(n) filter (where n > 1) as x, json_agg(j order by j.id) as j, jsonb_object_agg(kind, n) as o, every(id > 1) as e, rank(3) within group (order by id) as r from jobs j;
create view v_setop_names as (select id as x from jobs order by id limit 1) union all (select 1 as y) order by x;
create view v_nested as select * from (select * from (select id, kind from jobs where id > 1) a where kind = 'x') b where id < 10;
create view v_on_view as select s.id, s.kind from v_simple s where s.kind is not null;
create view v_same_names as select jobs.id, accounts.id as account_id from jobs, accounts where jobs.account = accounts.id;
create view v_self as select a.id from jobs a, jobs b where a.id = b.parent and a.kind = b.kind;
create view v_bool as select id from jobs where (id > 1) is true and (id < 5) is not false and (id = 3) is unknown and not (id = 4 or kind is null);
create view v_check with (check_option = cascaded, security_barrier) as select id, status from jobs where status = 'x';
create view v_updating as select id from jobs where id in (select id from accounts where accounts.id = jobs.account);
create view v_correlated as select id from jobs where exists (select 1 from accounts where accounts.id = account and name = kind);
create view v_correlated_one as select id from jobs j where (select count(*) from jobs where parent = j.id) > 1;
create view v_only as select id from only jobs;
create view v_dropped as select id, n from jobs;
create view v_func_default as select named(id) as a, named(second => 'y', first => 1) as b, joined('a', 'b') as c, joined(variadic array['a']) as d from jobs;
create view v_operators as select id + 1 as a, - id as b, id * (2 + 3) as c, (id * 2) + 3 as d, id / 2 % 3 as e, not (id > 1) as f, id > 1 and id < 5 or id = 7 as g, id is distinct from 3 as h, id between 1 and 5 as i, @ id as j, id operator(pg_catalog.*) 3 as k from jobs;
create view v_enum as select a.mood, a.mood = 'low' as l, a.mood::text as t, array[a.mood] as m, 'high'::mood as h from accounts a;
create view v_domain as select 3::positive as p, 'x'::code as c, id::positive as i from jobs;
create view v_regclass as select 'jobs'::regclass as r, tableoid::regclass as t, nextval('accounts_id_seq') as n from jobs;
create view v_srf as select generate_series(1, 3) as g, unnest(array[1,2]) as u, regexp_matches('a', 'b') as m;
create materialized view m_plain as select kind, count(*) as n from jobs group by kind;
create materialized view m_join as select j.id, a.name from jobs j join accounts a on a.id = j.account where j.status in ('a', 'b') with no data;
create index on m_plain (lower(kind)) where n > 1;
-- rules, triggers, policies, functions
create rule r_nothing as on delete to jobs where old.status = 'x' do instead nothing;
create rule r_insert as on insert to v_simple do instead insert into jobs (id, kind, status) values (new.id, new.kind, 'queued') returning jobs.id, jobs.kind;
create rule r_update as on update to v_simple do instead (update jobs set kind = new.kind, n = n + 1 where jobs.id = old.id; delete from jobs j using accounts a where j.account = a.id and j.id = old.id);
create rule r_also as on update to jobs where new.status <> old.status do also insert into accounts (name) select new.kind where new.id > 1 on conflict do nothing;
create rule r_upsert as on insert to v_alias do instead insert into jobs as x (id, kind) values (new.id, new.k) on conflict (id) where id > 0 do update set kind = excluded.kind, n = x.n + 1 where x.id > 1;
create table noted (id integer);
create rule r_notify as on insert to noted do also notify something;
create rule r_multi as on update to v_alias do instead update jobs set (kind, status) = (select new.k, new.s) where id = old.id;
create function tg() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t_when before update of kind, status on jobs for each row when (old.status is distinct from new.status and new.kind in ('a', 'b') or new.* is distinct from old.*) execute function tg();
create trigger t_simple after insert on jobs for each row when (new.n > 1.5 and new.at > now() - interval '1 day') execute function tg();
create trigger t_session before insert on accounts for each row when (current_setting('app.x', true) = 'on' and new.mood = 'low') execute function tg();
alter table jobs enable row level security;
create policy p_sub on jobs for select using (account in (select id from accounts where accounts.name = current_user));
create policy p_exists on jobs for all using (exists (select 1 from accounts a where a.id = jobs.account and a.state = any (array['new', 'open']))) with check (kind = 'x' and (select count(*) from accounts where id = account) > 0);
create policy p_setting on jobs for update using (account = (current_setting('app.account', true))::bigint) with check (status not in ('a', 'b'));
create policy p_nested on accounts using (id in (select j.account from jobs j join jobs k on k.id = j.parent where k.account = accounts.id and accounts.flag));
create table parts_of (id integer primary key);
create function f_return(a integer, b text) returns boolean language sql return a > 1 and b in ('x', 'y');
create function f_atomic(a integer) returns setof jobs language sql begin atomic
  insert into parts_of (id) values (3) on conflict (id) do update set id = excluded.id where parts_of.id > 1 returning id;
  update jobs set kind = 'z', n = (select max(n) from jobs) where id = a returning id, kind;
  delete from jobs using accounts where jobs.account = accounts.id and accounts.id = a;
  select * from jobs where id = a and status in ('a', 'b') order by at;
end;
create function f_atomic_args(integer, b text default lower('X'), c text[] default array['a','b'], d mood default 'low', e timestamptz default now(), f integer default 1 + 2) returns text language sql begin atomic
  with x as (select kind, count(*) as n from jobs group by kind) select x.kind from x where x.n > $1 union all select b;
end;
create procedure p_atomic(a integer) language sql begin atomic
  insert into jobs select id, account from jobs where id = a;
end;

create table parts (id integer, at timestamptz, region text) partition by list (lower(region));
create table parts_a partition of parts for values in ('a', 'b');
create table parts_rest partition of parts default;
create table ranges (at timestamptz, n integer) partition by range (at, n);
create table ranges_1 partition of ranges for values from ('2020-01-01', minvalue) to ('2021-01-01', 10);
create table ranges_2 partition of ranges for values from ('2021-01-01', 10) to (maxvalue, maxvalue);
create table hashes (id integer) partition by hash (id);
create table hashes_0 partition of hashes for values with (modulus 4, remainder 0);
alter table jobs rename column n to "number";
alter table accounts rename column name to title;
alter table jobs add column later text;
create view v_later as select * from jobs natural join (select 1 as one) x;
alter table jobs add column one integer;
alter table jobs drop column later cascade;
create table json (json text, json_table integer, "system_user" json, merge_action json[] default '{}', constraint json check (json <> 'a.json'), constraint "json_value" unique (json_table, json));
create function "json"("json" json, b json[] default '{}') returns json language sql as 'select $1';
create procedure "json_object"(json) language sql as 'select';
create type "json_scalar" as (json json, json_array text);
create trigger "json_exists" before insert on json for each row when (new.json <> 'x') execute function tg();
create index "json_query" on json (json, lower(json)) include (json_table) where json_table > 1;
create view v_json_names as select json, json_table, "system_user" as u from json where json_table = 1;
create policy json on json using (json = 'a');
create sequence json_s owned by json.json_table;
create schema json;
create table json.json (json integer);

