-- Each paragraph is one change to the database of test_catalog_everything.sql and says what differs after it:
-- KIND | IDENTITY | FIELD, ...

-- schema | ext | owner
alter schema ext owner to APP;

-- schema | app | comment
comment on schema app is null;

-- schema | app | privileges
revoke usage on schema app from APP;

-- extension | citext | schema
alter extension citext set schema app;

-- type | "Odd Schema"."Mood" | labels
alter type "Odd Schema"."Mood" add value 'new';

-- type | app.point | owner
alter type app.point owner to APP;

-- type | app.pair | attributes
alter type app.pair add attribute c integer;

-- type | app.positive | not_null
alter domain app.positive drop not null;

-- type | app.positive | default
alter domain app.positive set default 2;

-- type | app.code | privileges
grant usage on type app.code to AUDIT;

-- domain constraint | not_long on app.code | validated
alter domain app.code validate constraint not_long;

-- table | app.parent | row_security
alter table app.parent enable row level security;

-- table | app.documents | force_row_security
alter table app.documents no force row level security;

-- table | app.parent | replica_identity
alter table app.parent replica identity nothing;

-- table | app.parent | options
alter table app.parent set (fillfactor = 50);

-- table | app.documents | options
alter table app.documents reset (toast.autovacuum_enabled);

-- table | app.parent | owner
alter table app.parent owner to AUDIT;

-- table | app.child | persistence
alter table app.child set unlogged;

-- table | app.parent | privileges
grant delete on app.parent to public;

-- table | app.parent | privileges
create role owner;
grant select on app.parent to owner;

-- table | app.parent | privileges
revoke insert on app.parent from current_user;

-- table | app.parent | comment
comment on table app.parent is 'new';

-- foreign table | app.remote | options
alter foreign table app.remote options (add x 'y');

-- table column | app.scratch.a | not_null
alter table app.scratch alter a set not null;

-- table column | app.scratch.a | default
alter table app.scratch alter a set default 7;

-- table column | app.simple.a | type
alter table app.simple alter a type bigint;

-- table column | app.documents.rank | identity_generation
alter table app.documents alter rank set generated always;

-- table column | app.documents.doubled | default, generated
alter table app.documents alter doubled drop expression;

-- table column | app.scratch.b | storage
alter table app.scratch alter b set storage main;

-- table column | app.scratch.b | compression
alter table app.scratch alter b set compression pglz;

-- table column | app.scratch.b | statistics
alter table app.scratch alter b set statistics 0;

-- table column | app.scratch.b | options
alter table app.scratch alter b set (n_distinct = 1);

-- table column | app.scratch.b | collation
alter table app.scratch alter b type text collate "C";

-- table column | app.scratch.b | privileges
grant update (b) on app.scratch to public;

-- table column | app.scratch.b | comment
comment on column app.scratch.b is 'b';

-- foreign table column | app.remote.a | options
alter foreign table app.remote alter a options (set column_name 'y');

-- table constraint | links_parent on app.links | initially_deferred
alter table app.links alter constraint links_parent deferrable initially deferred;

-- table constraint | links_event on app.links | validated
alter table app.links validate constraint links_event;

-- table constraint | links_event on app.links | enabled
-- table constraint | links_parent on app.links | enabled
alter table app.links enable trigger all;

-- table constraint | documents_price_check on app.documents | expression
alter table app.documents drop constraint documents_price_check,
  add constraint documents_price_check check (price > 1) no inherit;
comment on constraint documents_price_check on app.documents is 'not free';

-- table constraint | "Title of documents" on app.documents | options
alter index app."Title of documents" set (fillfactor = 71);

-- index | app.documents_many | options
alter index app.documents_many reset (fillfactor);

-- index | app.documents_many | clustered
alter table app.documents set without cluster;

-- index | app.documents_code | predicate
drop index app.documents_code;
create unique index documents_code on app.documents (code) nulls not distinct;

-- index | app.documents_code | nulls_not_distinct
drop index app.documents_code;
create unique index documents_code on app.documents (code) where price is not null;

-- index | app.documents_code | keys
drop index app.documents_code;
create unique index documents_code on app.documents (lower(code))
  nulls not distinct where price is not null;

-- index | app.summary_n | unique
drop index app.summary_n;
create index summary_n on app.summary (n);

-- index | app.summary_n | keys
drop index app.summary_n;
create unique index summary_n on app.summary (n desc);

-- index | app.documents_during | comment
comment on index app.documents_during is null;

-- sequence | app.numbers | increment
alter sequence app.numbers increment -2;

-- sequence | app.numbers | start
alter sequence app.numbers start 6;

-- sequence | app.numbers | cycle
alter sequence app.numbers no cycle;

-- sequence | app.numbers | persistence
alter sequence app.numbers set logged;

-- sequence | app.numbers | owned_by
alter sequence app.numbers owned by app.scratch.a;

-- sequence | app.numbers | privileges
revoke usage on sequence app.numbers from AUDIT;

-- view | app.cheap | security_invoker
alter view app.cheap set (security_invoker = false);

-- view | app.cheap | check_option
alter view app.cheap set (check_option = cascaded);

-- view | app.cheap | security_barrier
alter view app.cheap reset (security_barrier);

-- view | app.listing | definition
create or replace view app.listing as select d.id, app.twice(1) as twice from app.documents d;

-- materialized view | app.empty | populated
refresh materialized view app.empty;

-- materialized view | app.empty | options
alter materialized view app.empty set (fillfactor = 51);

-- function | app.keep(app.mood,app.mood) | body
create or replace function app.keep(app.mood, app.mood) returns app.mood language sql immutable as 'select $2';

-- function | app.touch() | security_definer
alter function app.touch() security definer;

-- function | app.touch() | settings
alter function app.touch() set search_path = app;

-- function | app.touch() | volatility
alter function app.touch() stable;

-- function | app.touch() | parallel
alter function app.touch() parallel safe;

-- function | app.touch() | strict
alter function app.touch() strict;

-- function | app.touch() | leakproof
alter function app.touch() leakproof;

-- function | app.touch() | cost
alter function app.touch() cost 0.1;

-- function | app.claim(integer,pg_catalog.text[]) | rows
alter function app.claim(integer, text[]) rows 4;

-- function | app.touch() | owner
alter function app.touch() owner to APP;

-- function | app.touch() | privileges
revoke execute on function app.touch() from public;

-- procedure | app.run(integer) | privileges
revoke execute on procedure app.run(integer) from APP;

-- procedure | app.run(integer) | security_definer
alter procedure app.run(integer) security invoker;

-- aggregate | app.total(bigint) | owner
alter aggregate app.total(bigint) owner to APP;

-- trigger | on_change on app.documents | enabled
alter table app.documents disable trigger on_change;

-- trigger | on_change on app.documents | enabled
alter table app.documents enable replica trigger on_change;

-- trigger | on_change on app.documents | enabled
alter table app.documents enable always trigger on_change;

-- trigger | remote_change on app.remote | events
create or replace trigger remote_change before insert on app.remote for each row execute function app.touch();

-- trigger | remote_change on app.remote | arguments
create or replace trigger remote_change before update on app.remote for each row execute function app.touch('x');

-- trigger | remote_change on app.remote | when
create or replace trigger remote_change before update on app.remote for each row when (old.a = 1) execute function app.touch();

-- policy | readers on app.documents | roles
alter policy readers on app.documents to public;

-- policy | readers on app.documents | using
alter policy readers on app.documents using (price > 1);

-- policy | writers on app.documents | check
alter policy writers on app.documents with check (true);

-- rule | scratch_ignored on app.scratch | enabled
alter table app.scratch enable rule scratch_ignored;

-- rule | listing_insert on app.listing | definition
create or replace rule listing_insert as on insert to app.listing do instead nothing;

-- event trigger | APP_ddl | enabled
alter event trigger APP_ddl disable;

-- event trigger | APP_ddl | comment
alter event trigger APP_ddl owner to current_user;
comment on event trigger APP_ddl is null;

-- default acl | for role APP in schema app on tables | privileges
alter default privileges for role APP in schema app grant insert on tables to public;

-- publication | APP_some | publish
alter publication "APP_some" set (publish = 'insert');

-- publication | APP_some | tables
alter publication "APP_some" set table app.links;

-- publication | APP_schemas | schemas
alter publication "APP_schemas" add tables in schema app;
