-- One object of every kind, and for every field at least two values. APP and AUDIT are roles.
create schema app;
create schema "Odd Schema" authorization APP;
comment on schema app is 'the application';
grant usage on schema app to APP;
grant create on schema app to AUDIT with grant option;
create schema ext;
create extension citext schema ext;
create schema recorder;
create table recorder.log (id int);
create function recorder.note() returns event_trigger language plpgsql as 'begin end';
create event trigger APP_recorder on ddl_command_end execute function recorder.note();

-- Types
create type app.mood as enum ('low', 'high');
comment on type app.mood is 'how it feels';
alter type app.mood add value 'middle' before 'high';
create type "Odd Schema"."Mood" as enum ();
alter type "Odd Schema"."Mood" owner to APP;
revoke usage on type app.mood from public;
grant usage on type app.mood to APP;
create type app.point as (x numeric(10,2), "Y y" text collate "C", tags text[]);
create type app.pair as (a integer, b integer);
create domain app.positive as integer default 1 not null check (value > 0);
create domain app.code as varchar(10) collate "C" constraint "Code format" check (value ~ '^[a-z]+$');
alter domain app.code add constraint not_long check (length(value) < 9) not valid;
comment on constraint not_long on domain app.code is 'new';
create function app.float_difference(a float8, b float8) returns float8 language sql immutable as 'select a - b';
create type app.span as range (subtype = float8, subtype_diff = app.float_difference, multirange_type_name = app.spans);
create type app.names as range (subtype = text, collation = "C");
create type app.canonical;
create function app.canonical(app.canonical) returns app.canonical language internal immutable strict as 'int4range_canonical';
create type app.canonical as range (subtype = integer, canonical = app.canonical);

-- Functions
create function app.touch() returns trigger language plpgsql as $$
begin
  -- 100 % verbatim: 'ä'
  return new;
end
$$;
comment on function app.touch() is 'sets nothing';
create function app.claim(worker integer, kinds text[] default '{a,b}', out id bigint, out job app.mood)
returns setof record language sql stable security definer strict leakproof parallel safe cost 7 rows 3
set search_path = app, pg_temp set work_mem = '64MB'
as 'select 1::bigint, ''low''::app.mood';
alter function app.claim(integer, text[]) owner to APP;
revoke execute on function app.claim(integer, text[]) from public;
grant execute on function app.claim(integer, text[]) to AUDIT;
create function app.twice(a integer) returns integer language sql immutable parallel restricted return a * 2;
create function app.numbered() returns bigint language internal window as 'window_row_number';
create function app.c_code(text, app.mood, timestamptz, json, variadic "char"[]) returns void language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function app.supported(text, text) returns boolean language internal immutable strict support pg_catalog.textlike_support as 'textlike';
create procedure app.run(inout total integer) language plpgsql security definer set search_path = '' as 'begin total := 1; end';
comment on procedure app.run(integer) is 'runs';
alter procedure app.run(integer) owner to APP;
revoke execute on procedure app.run(integer) from public;
create procedure "Odd Schema"."Do it"("A" text) language sql as 'select 1';
create function app.keep(app.mood, app.mood) returns app.mood language sql immutable as 'select $1';
create aggregate app.last_mood(app.mood) (sfunc = app.keep, stype = app.mood, parallel = safe);
comment on aggregate app.last_mood(app.mood) is 'the last';
alter aggregate app.last_mood(app.mood) owner to APP;
revoke execute on function app.last_mood(app.mood) from public;
create function app.removed(float8[], float8) returns float8[] language sql immutable strict as 'select $1';
create function app.result(float8[], float8) returns float8 language sql immutable as 'select $1[1]';
create aggregate app.total(bigint) (
  sfunc = int8_avg_accum, stype = internal, sspace = 48, finalfunc = numeric_poly_avg, finalfunc_modify = read_write,
  combinefunc = int8_avg_combine, serialfunc = int8_avg_serialize, deserialfunc = int8_avg_deserialize, parallel = restricted);
create aggregate app.moving(float8) (
  sfunc = float8_accum, stype = float8[], initcond = '{0,0,0}', finalfunc = app.result, finalfunc_extra,
  msfunc = float8_accum, minvfunc = app.removed, mstype = float8[], msspace = 24, minitcond = '{0,0,0}',
  mfinalfunc = app.result, mfinalfunc_extra, mfinalfunc_modify = shareable);
create aggregate app.largest(integer) (sfunc = int4larger, stype = integer, initcond = '0', sortop = operator(pg_catalog.>),
  msfunc = int4pl, minvfunc = int4mi, mstype = integer, minitcond = '0');
create aggregate app.middle(float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal,
  finalfunc = percentile_disc_final, finalfunc_extra);
create aggregate app.place(variadic "any" order by variadic "any") (sfunc = ordered_set_transition_multi, stype = internal,
  finalfunc = rank_final, finalfunc_extra, hypothetical);

-- Tables and columns
create table app.documents (
  id bigint generated always as identity primary key,
  "Title" text not null default 'none'::text collate "C",
  price numeric(10,2),
  mood app.mood default 'low',
  code app.code,
  doubled numeric generated always as (price * 2) stored,
  body text,
  numbers float8[] default '{0.1,1e300}',
  bytes bytea default '\xff',
  within interval default '1 day 2 hours',
  rank integer generated by default as identity (start with 10 increment by 5 maxvalue 1000 cache 3 cycle),
  owner_id bigint references app.documents (id) on delete set null,
  during tstzrange default '[2024-01-01 00:00+00,)',
  constraint documents_price_check check (price > 0) no inherit,
  constraint "Title of documents" unique nulls not distinct ("Title", rank) include (price) with (fillfactor = 70) deferrable initially deferred,
  constraint no_overlap exclude using gist (during with &&, int8range(id, id + 1) with =) include (id) where (price > 1)
) with (fillfactor = 80, autovacuum_enabled = off, toast.autovacuum_enabled = off);
comment on table app.documents is 'documents';
comment on column app.documents.mood is 'mood of it';
comment on constraint documents_price_check on app.documents is 'not free';
alter table app.documents alter column body set storage external, alter column body set compression pglz,
  alter column price set statistics 500, alter column price set (n_distinct = 5);
alter table app.documents enable row level security;
alter table app.documents force row level security;
alter table app.documents replica identity full;
grant select on app.documents to public;
grant insert, update on app.documents to APP with grant option;
grant select ("Title"), update ("Title") on app.documents to AUDIT;
revoke truncate on app.documents from current_user;
create role owner;
create role owner_lookalike_APP;
grant select on app.documents to owner_lookalike_APP;
create unlogged table app.scratch (a integer, b text, c text not null);
alter table app.scratch owner to APP;
create unique index scratch_c on app.scratch (c);
alter table app.scratch replica identity using index scratch_c;
create table app.simple (a integer);
create table app.typed of app.point;
create table app.parent (a integer, b integer check (b > 0));
create table app.child (c integer) inherits (app.parent);
create table app.placed (a integer) using APP_heap tablespace APP_space;
create table app.events (id bigint not null, at date not null, kind text, primary key (id, at)) partition by range (at);
create table app.events_2024 partition of app.events for values from ('2024-01-01') to ('2025-01-01');
create table app.events_rest partition of app.events default;
alter table app.parent add constraint parent_a unique (a);
create table app.links (
  parent_a integer,
  event_id bigint, event_at date,
  constraint links_parent foreign key (parent_a) references app.parent (a) match full on update cascade on delete restrict deferrable
);
alter table app.links add constraint links_event
  foreign key (event_id, event_at) references app.events on delete set default (event_at) not valid;
alter table app.links disable trigger all;
create foreign data wrapper APP_wrapper;
create server APP_server foreign data wrapper APP_wrapper;
create server APP_other_server foreign data wrapper APP_wrapper;
create foreign table app.remote (a integer options (column_name 'x'), b text collate "C" default 'x', constraint remote_a check (a > 0))
  server APP_server options (table_name 'other', password 'hidden');
comment on foreign table app.remote is 'elsewhere';
grant select on app.remote to AUDIT;
alter foreign table app.remote owner to APP;
create table app.measures (a integer, at date) partition by list (a);
create foreign table app.measures_1 partition of app.measures for values in (1) server "APP_server" options (table_name 'm1');
create foreign table app.remote_child (c integer) inherits (app.parent) server APP_other_server;

-- Indexes
create unique index documents_code on app.documents (code) nulls not distinct where price is not null;
create index documents_many on app.documents using btree
  (lower(body) collate "C" desc, "Title" collate "POSIX" text_pattern_ops nulls first, price desc nulls last, (price + 1))
  include (rank, id) with (fillfactor = 60);
create index documents_during on app.documents using gist (during);
comment on index app.documents_during is 'when';
alter table app.documents cluster on documents_many;
create index documents_code_bpchar on app.documents (code bpchar_ops);
create table app.searched (words tsvector, tags text[], name varchar(10), mood app.mood, more jsonb, at inet);
create index searched_gin on app.searched using gin (words, tags, more jsonb_path_ops, to_tsvector('simple', name));
create index searched_gist on app.searched using gist (words tsvector_ops (siglen = 100), at inet_ops);
create index searched_btree on app.searched (name, mood, at, tags, (name || 'x'), ((more ->> 'a')) desc);
create index placed_a on app.placed (a) tablespace APP_space;
set allow_system_table_mods = on;
update pg_index set indisready = false where indexrelid = 'app.placed_a'::regclass;
reset allow_system_table_mods;
create index events_kind on app.events (kind);
create index events_only on only app.events (kind, at);

-- Sequences
create unlogged sequence app.numbers as smallint start 5 increment -1 minvalue -100 maxvalue 10 cache 2 cycle;
comment on sequence app.numbers is 'downwards';
grant usage on sequence app.numbers to AUDIT;
alter sequence app.numbers owner to APP;
create sequence app.links_numbers owned by app.links.event_id;

-- Views, rules
create view app.cheap with (security_barrier, security_invoker = on, check_option = local) as
  select id, price from app.documents where price < 10;
comment on view app.cheap is 'cheap ones';
grant select on app.cheap to AUDIT;
create view app.listing as select d.id, app.twice(d.rank) as twice from app.documents d;
alter view app.listing owner to APP;
create materialized view app.summary tablespace APP_space as select count(*) as n from app.documents;
create unique index summary_n on app.summary (n);
create materialized view app.empty using APP_heap with (fillfactor = 50) as select 1 as one with no data;
comment on materialized view app.empty is 'nothing yet';
alter materialized view app.empty owner to APP;
grant select on app.empty to AUDIT;
create rule scratch_ignored as on delete to app.scratch do instead nothing;
comment on rule scratch_ignored on app.scratch is 'keep';
create rule listing_insert as on insert to app.listing do instead insert into app.scratch (a, c) values (new.id, 'x');
alter table app.scratch disable rule scratch_ignored;

-- Triggers, policies
create trigger on_change after update of price, "Title" or insert on app.documents
  for each row when (new.price > 1 and new.body <> ') EXECUTE FUNCTION') execute function app.touch('one', 'ä '' 2', '');
comment on trigger on_change on app.documents is 'on change';
create trigger "Always" before delete on app.documents for each row execute function app.touch();
alter table app.documents enable always trigger "Always";
create trigger gone after truncate on app.documents for each statement execute function app.touch();
alter table app.documents disable trigger gone;
create trigger all_rows after update on app.documents referencing old table as before_rows new table as "After"
  for each statement execute function app.touch();
alter table app.documents enable replica trigger all_rows;
create constraint trigger checked after insert on app.links from app.parent deferrable initially deferred
  for each row execute function app.touch();
create trigger instead_of_insert instead of insert on app.cheap for each row execute function app.touch();
create trigger remote_change before update on app.remote for each row execute function app.touch();
create trigger cloned after insert on app.events for each row execute function app.touch();
alter table app.events_2024 disable trigger cloned;
create trigger builtin before update on app.scratch for each row execute function suppress_redundant_updates_trigger();
create policy readers on app.documents as restrictive for select to APP, AUDIT using (price > 0);
comment on policy readers on app.documents is 'who reads';
create policy anything on app.scratch using (true);
create policy writers on app.documents for insert with check ("Title" = current_user);

-- The rest
create function app.on_ddl() returns event_trigger language plpgsql as 'begin end';
create event trigger APP_ddl on ddl_command_end when tag in ('DROP TABLE', 'CREATE TABLE') execute function app.on_ddl();
comment on event trigger APP_ddl is 'watches';
alter event trigger APP_ddl enable always;
create function app.on_drop() returns event_trigger language plpgsql as 'begin end';
create event trigger APP_drop on sql_drop execute function app.on_drop();
create role APP_super superuser;
alter event trigger APP_drop owner to APP_super;
alter default privileges for role APP in schema app grant select on tables to public;
alter default privileges for role APP revoke execute on functions from public;
alter default privileges for role AUDIT in schema app grant usage on types to APP with grant option;
create publication "APP_some" for table app.links (event_id, parent_a) where (parent_a > 0)
  with (publish = 'insert, delete', publish_via_partition_root = true);
comment on publication "APP_some" is 'some';
create publication "APP_schemas" for table app.links, app.typed, tables in schema "Odd Schema";
create publication "APP_all" for all tables;
alter publication "APP_all" owner to AUDIT;

-- Operators, their families and classes, casts
create function app.same(app.mood, app.mood) returns boolean language sql immutable as 'select $1 = $2';
create function app.differs(app.mood, app.mood) returns boolean language sql immutable as 'select $1 <> $2';
create function app.as_number(app.mood) returns bigint language sql immutable as 'select 1::bigint';
create function app.from_number(bigint) returns app.mood language sql immutable as $$ select 'low'::app.mood $$;
create function app.other(app.mood) returns text language sql as 'select $1::text';
create function app.negated(app.mood) returns app.mood language sql immutable as 'select $1';
create operator app.=== (function = app.same, leftarg = app.mood, rightarg = app.mood, commutator = operator(app.===),
  negator = operator(app.<!>), restrict = eqsel, join = eqjoinsel, hashes, merges);
comment on operator app.=== (app.mood, app.mood) is 'the same';
create operator app.<!> (function = app.differs, leftarg = app.mood, rightarg = app.mood, commutator = operator(app.<!>),
  negator = operator(app.===));
create operator app.!! (function = app.negated, rightarg = app.mood);
alter operator app.!! (none, app.mood) owner to APP;
create function app.hash(app.mood) returns integer language sql immutable as 'select 1';
create function app.compare(app.mood, app.mood) returns integer language sql immutable as 'select 0';
create function app.compare(app.mood, bigint) returns integer language sql immutable as 'select 0';
create operator family app.mood_family using btree;
comment on operator family app.mood_family using btree is 'moods';
create function app.less(app.mood, bigint) returns boolean language sql immutable as 'select true';
create operator app.<< (function = app.less, leftarg = app.mood, rightarg = bigint);
alter operator family app.mood_family using btree add
  operator 1 app.<< (app.mood, bigint), function 1 (app.mood, bigint) app.compare(app.mood, bigint);
alter operator family app.mood_family using btree owner to APP;
create operator class app.mood_ops for type app.mood using btree family app.mood_family as
  operator 3 app.=== (app.mood, app.mood), function 1 app.compare(app.mood, app.mood);
comment on operator class app.mood_ops using btree is 'by mood';
create operator class app.mood_hash default for type app.mood using hash as
  operator 1 app.=== (app.mood, app.mood), function 1 app.hash(app.mood);
alter operator class app.mood_hash using hash owner to APP;
create function app.consistent(internal, app.point, smallint, oid, internal) returns boolean language internal strict as 'gist_point_consistent';
create operator class app.stored for type app.point using gist as storage text;
create cast (app.mood as bigint) with function app.as_number(app.mood) as assignment;
comment on cast (app.mood as bigint) is 'as a number';
create cast (bigint as app.mood) with function app.from_number(bigint) as implicit;
create cast (app.point as app.mood) with inout;

-- Collations, conversions, statistics
create collation app.plain from "C";
comment on collation app.plain is 'plain';
create collation app.posix (provider = libc, lc_collate = 'POSIX', lc_ctype = 'C');
alter collation app.posix owner to APP;
set allow_system_table_mods = on;
update pg_collation set collprovider = 'i', colllocale_column = 'und', collencoding = 6, collisdeterministic = false, collcollate = null,
  collctype = null where oid = 'app.posix'::regcollation;
reset allow_system_table_mods;
create conversion app.to_latin for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
create default conversion app.from_latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
comment on conversion app.from_latin is 'from';
alter conversion app.from_latin owner to APP;
create statistics app.some_statistics on a, b from app.parent;
comment on statistics app.some_statistics is 'together';
create statistics app.other_statistics (mcv) on a, (b + 1) from app.parent;
alter statistics app.other_statistics set statistics 50;
alter statistics app.other_statistics owner to APP;
create statistics app.of_summary on (n + 1) from app.summary;

-- Text search
create text search parser app.parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
comment on text search parser app.parser is 'like the default';
create function app.starting(internal, integer) returns internal language internal strict as 'prsd_start';
create function app.next(internal, internal, internal) returns internal language internal strict as 'prsd_nexttoken';
create function app.ending(internal) returns void language internal strict as 'prsd_end';
create function app.lextypes(internal) returns internal language internal strict as 'prsd_lextype';
create text search parser app.headlines (start = app.starting, gettoken = app.next, end = app.ending, lextypes = app.lextypes,
  headline = prsd_headline);
create text search template app.template (init = dsimple_init, lexize = dsimple_lexize);
comment on text search template app.template is 'simple';
create function app.lexize(internal, internal, internal, internal) returns internal language internal strict as 'dsimple_lexize';
create text search template app.bare (lexize = app.lexize);
create text search dictionary app.words (template = pg_catalog.simple, stopwords = 'english', accept = false);
comment on text search dictionary app.words is 'words';
create text search dictionary app.others (template = app.template);
alter text search dictionary app.others owner to APP;
create text search configuration app.words (copy = simple);
comment on text search configuration app.words is 'words';
alter text search configuration app.words alter mapping for asciiword with app.words, simple;
create text search configuration app.empty (parser = app.headlines);
alter text search configuration app.empty owner to APP;

-- Languages, transforms, access methods
create function app.handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function app.inline(internal) returns void language c as '$libdir/plpgsql', 'plpgsql_inline_handler';
create function app.validator(oid) returns void language c as '$libdir/plpgsql', 'plpgsql_validator';
create trusted language APP_language handler app.handler inline app.inline validator app.validator;
comment on language APP_language is 'like plpgsql';
revoke usage on language APP_language from public;
create function app.other_handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create language APP_bare handler app.other_handler;
alter language APP_bare owner to APP_super;
create function app.transformed(internal) returns internal language internal immutable as 'varchar_support';
create function app.transformed_again(internal) returns internal language internal immutable as 'varchar_support';
create function app.transformed_back(internal) returns app.point language internal immutable as 'varchar_support';
create transform for app.point language APP_language (from sql with function app.transformed(internal));
comment on transform for app.point language APP_language is 'one way';
create transform for app.pair language APP_bare (from sql with function app.transformed(internal));
create function app.to_mood(internal) returns app.mood language internal immutable as 'varchar_support';
create transform for app.mood language APP_language (to sql with function app.to_mood(internal));
create function app.with_transform(app.point) returns integer transform for type app.point language APP_language as 'begin return 1; end';
create procedure app.with_transform(text, app.point) transform for type app.point language APP_language as 'begin end';
comment on access method APP_heap is 'like heap';
create function app.index_handler(internal) returns index_am_handler language internal as 'bthandler';
create function app.other_index_handler(internal) returns index_am_handler language internal as 'bthandler';
create access method APP_btree type index handler app.index_handler;

-- Foreign data
create function app.wrapper_validator(text[], oid) returns void language plpgsql as 'begin end';
create foreign data wrapper APP_other validator app.wrapper_validator options (debug 'true', api_key 'hidden');
alter foreign data wrapper APP_other owner to APP_super;
comment on foreign data wrapper APP_wrapper is 'wraps';
grant usage on foreign data wrapper APP_wrapper to APP;
create function app.wrapper_handler() returns fdw_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create foreign data wrapper APP_handled handler app.wrapper_handler;
create server APP_typed type 'oracle' version '1' foreign data wrapper APP_wrapper
  options (host 'db', dbname 'postgres://u:hidden@host/db', password 'hidden');
comment on server APP_typed is 'typed';
grant usage on foreign server APP_typed to AUDIT;
alter server APP_typed owner to APP;
create server APP_wrapped foreign data wrapper APP_other;
create user mapping for APP server APP_server options (user 'other', password 'hidden');
create user mapping for public server APP_typed;

-- Columns of views and of types; keys
alter view app.listing alter twice set default 7;
comment on column app.listing.twice is 'two times';
grant select (id) on app.listing to AUDIT with grant option;
create materialized view app.columned as select 1 as "A", 'x'::text as b;
comment on column app.columned."A" is 'a';
grant select (b) on app.columned to AUDIT;
alter materialized view app.columned alter b set storage external, alter b set compression pglz, alter "A" set statistics 7,
  alter "A" set (n_distinct = 5);
comment on column app.pair.a is 'first';
alter index app.documents_many alter column 4 set statistics 100;
create table app.keyed (id integer constraint keyed_key primary key using index tablespace APP_space);
alter table app.keyed cluster on keyed_key;
create type app.base;
create function app.base_in(cstring) returns app.base language internal immutable strict as 'int4in';
create function app.base_out(app.base) returns cstring language internal immutable strict as 'int4out';
create type app.base (input = app.base_in, output = app.base_out, like = integer, category = 'N', default = '0');
create type app.announced;

-- The cluster
create role APP_limited nosuperuser createrole createdb login replication bypassrls noinherit connection limit 5
  valid until '2030-01-01 00:00+00' password 'hidden';
comment on role APP_limited is 'limited';
grant APP, pg_read_all_data to APP_limited;
grant APP to AUDIT with admin option;
alter role APP_limited set work_mem = '4MB';
alter role APP_limited set app.api_key = 'hidden';
alter role APP in database DATABASE set work_mem = '8MB';
alter database DATABASE set search_path = app;
comment on database DATABASE is 'everything';
grant create on database DATABASE to APP;
comment on tablespace APP_space is 'space';
alter tablespace APP_other set (random_page_cost = 2);
alter tablespace APP_other owner to APP;
grant create on tablespace APP_other to AUDIT;
grant set on parameter work_mem to APP;
grant alter system on parameter log_statement to AUDIT with grant option;
create subscription "APP_sub" connection 'host=nowhere password=hidden' publication b, a
  with (connect = false, slot_name = none, binary, streaming = on, synchronous_commit = local, disable_on_error);
comment on subscription "APP_sub" is 'none';
create subscription "APP_other_sub" connection 'host=nowhere password=hidden' publication c
  with (connect = false, slot_name = 'slot', two_phase);
alter subscription "APP_other_sub" owner to APP_super;
set allow_system_table_mods = on;
update pg_subscription set subenabled = true where subname = 'APP_other_sub';
insert into pg_seclabel (classoid, objoid, objsubid, provider, label) values
  ('pg_class'::regclass, 'app.documents'::regclass, 0, 'dummy', 'secret'),
  ('pg_class'::regclass, 'app.documents'::regclass, 1, 'Other provider', 'classified'),
  ('pg_class'::regclass, 'app.listing'::regclass, 1, 'dummy', 'classified');
insert into pg_shseclabel (classoid, objoid, provider, label)
  select 'pg_authid'::regclass, oid, 'dummy', 'trusted' from pg_authid where rolname = 'APP';
reset allow_system_table_mods;

set role APP_super;
create extension hstore schema ext;
reset role;

-- Jobs of pg_cron
insert into cron.job (schedule, command, database, username, active, jobname) values
  ('* * * * *', 'select 1', 'DATABASE', 'APP', true, 'often'),
  ('0 0 * * *', 'select 2', 'other', 'Audit role', false, 'often'),
  ('0 1 * * *', 'vacuum', 'DATABASE', 'APP', true, null);
