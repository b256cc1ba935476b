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

-- operator | app.===(app.mood,app.mood) | restrict
alter operator app.=== (app.mood, app.mood) set (restrict = neqsel);

-- operator | app.===(app.mood,app.mood) | join
alter operator app.=== (app.mood, app.mood) set (join = none);

-- operator | app.===(app.mood,app.mood) | owner
alter operator app.=== (app.mood, app.mood) owner to APP;

-- operator | app.===(app.mood,app.mood) | comment
comment on operator app.=== (app.mood, app.mood) is null;

-- operator | app.!!(NONE,app.mood) | function, result
drop operator app.!! (none, app.mood);
create operator app.!! (function = app.other, rightarg = app.mood);
alter operator app.!! (none, app.mood) owner to APP;

-- operator | app.<<(app.mood,bigint) | negator, commutator
drop operator family app.mood_family using btree cascade;
drop operator app.<< (app.mood, bigint);
create operator app.<< (function = app.less, leftarg = app.mood, rightarg = bigint, commutator = operator(app.>>), negator = operator(app.>>=));
create operator family app.mood_family using btree;
comment on operator family app.mood_family using btree is 'moods';
alter operator family app.mood_family using btree add
  operator 1 app.<< (app.mood, bigint), function 1 (app.mood, bigint) app.compare(app.mood, bigint);
alter operator family app.mood_family using btree owner to APP;
create operator class app.mood_ops for type app.mood using btree family app.mood_family as
  operator 3 app.=== (app.mood, app.mood), function 1 app.compare(app.mood, app.mood);
comment on operator class app.mood_ops using btree is 'by mood';

-- operator family | app.mood_family USING btree | members
alter operator family app.mood_family using btree drop function 1 (app.mood, bigint);

-- operator family | app.mood_family USING btree | owner
alter operator family app.mood_family using btree owner to AUDIT;

-- operator family | app.mood_family USING btree | comment
comment on operator family app.mood_family using btree is 'other';

-- operator class | app.mood_hash USING hash | default
drop operator class app.mood_hash using hash;
create operator class app.mood_hash for type app.mood using hash as
  operator 1 app.=== (app.mood, app.mood), function 1 app.hash(app.mood);
alter operator class app.mood_hash using hash owner to APP;

-- operator class | app.mood_ops USING btree | members
drop operator class app.mood_ops using btree;
create operator class app.mood_ops for type app.mood using btree family app.mood_family as function 1 app.compare(app.mood, app.mood);
comment on operator class app.mood_ops using btree is 'by mood';

-- operator class | app.stored USING gist | storage
drop operator class app.stored using gist;
create operator class app.stored for type app.point using gist as storage bigint;

-- operator class | app.stored USING gist | type, storage
drop operator class app.stored using gist;
create operator class app.stored for type app.pair using gist as storage app.pair;

-- operator class | app.mood_ops USING btree | owner
alter operator class app.mood_ops using btree owner to APP;

-- operator class | app.mood_ops USING btree | comment
comment on operator class app.mood_ops using btree is null;

-- cast | (app.mood AS bigint) | context
drop cast (app.mood as bigint);
create cast (app.mood as bigint) with function app.as_number(app.mood);
comment on cast (app.mood as bigint) is 'as a number';

-- cast | (app.mood AS bigint) | function, method
drop cast (app.mood as bigint);
create cast (app.mood as bigint) with inout as assignment;
comment on cast (app.mood as bigint) is 'as a number';

-- cast | (app.mood AS bigint) | comment
comment on cast (app.mood as bigint) is null;

-- collation | app.plain | collate, encoding
drop collation app.plain;
create collation app.plain (provider = libc, lc_collate = 'POSIX', lc_ctype = 'C');
comment on collation app.plain is 'plain';

-- collation | app.plain | ctype, encoding
drop collation app.plain;
create collation app.plain (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
comment on collation app.plain is 'plain';

-- collation | app.plain | owner
alter collation app.plain owner to APP;

-- collation | app.plain | comment
comment on collation app.plain is null;

-- conversion | app.to_latin | default
drop conversion app.to_latin;
create default conversion app.to_latin for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;

-- conversion | app.to_latin | target, function
drop conversion app.to_latin;
create conversion app.to_latin for 'UTF8' to 'LATIN2' from utf8_to_iso8859;

-- conversion | app.from_latin | source, function
drop conversion app.from_latin;
create default conversion app.from_latin for 'LATIN2' to 'UTF8' from iso8859_to_utf8;
comment on conversion app.from_latin is 'from';
alter conversion app.from_latin owner to APP;

-- conversion | app.to_latin | owner
alter conversion app.to_latin owner to APP;

-- conversion | app.to_latin | comment
comment on conversion app.to_latin is 'to';

-- statistics object | app.some_statistics | target
alter statistics app.some_statistics set statistics 7;

-- statistics object | app.some_statistics | owner
alter statistics app.some_statistics owner to APP;

-- statistics object | app.some_statistics | comment
comment on statistics app.some_statistics is null;

-- statistics object | app.some_statistics | kinds
drop statistics app.some_statistics;
create statistics app.some_statistics (ndistinct) on a, b from app.parent;
comment on statistics app.some_statistics is 'together';

-- statistics object | app.some_statistics | on
drop statistics app.some_statistics;
create statistics app.some_statistics on a, (b * 2) from app.parent;
comment on statistics app.some_statistics is 'together';

-- statistics object | app.some_statistics | table
drop statistics app.some_statistics;
create statistics app.some_statistics on a, b from app.child;
comment on statistics app.some_statistics is 'together';

-- text search configuration | app.words | mappings
alter text search configuration app.words alter mapping for asciiword with simple, app.words;

-- text search configuration | app.words | mappings
alter text search configuration app.words drop mapping for email;

-- text search configuration | app.empty | parser
drop text search configuration app.empty;
create text search configuration app.empty (parser = app.parser);
alter text search configuration app.empty owner to APP;

-- text search configuration | app.words | owner
alter text search configuration app.words owner to APP;

-- text search configuration | app.words | comment
comment on text search configuration app.words is null;

-- text search dictionary | app.words | options
alter text search dictionary app.words (accept = true);

-- text search dictionary | app.others | template
drop text search dictionary app.others;
create text search dictionary app.others (template = app.bare);
alter text search dictionary app.others owner to APP;

-- text search dictionary | app.words | owner
alter text search dictionary app.words owner to APP;

-- text search dictionary | app.words | comment
comment on text search dictionary app.words is null;

-- text search parser | app.parser | headline
drop text search parser app.parser;
create text search parser app.parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype,
  headline = prsd_headline);
comment on text search parser app.parser is 'like the default';

-- text search parser | app.parser | start, token, end, lextypes
drop text search parser app.parser;
create text search parser app.parser (start = app.starting, gettoken = app.next, end = app.ending, lextypes = app.lextypes);
comment on text search parser app.parser is 'like the default';

-- text search parser | app.parser | comment
comment on text search parser app.parser is null;

-- text search template | app.bare | init
drop text search template app.bare;
create text search template app.bare (init = dsimple_init, lexize = app.lexize);

-- text search template | app.bare | lexize
drop text search template app.bare;
create text search template app.bare (lexize = dsimple_lexize);

-- text search template | app.template | comment
comment on text search template app.template is null;

-- language | APP_language | trusted
update pg_language set lanpltrusted = false where lanname = 'APP_language';

-- language | APP_bare | handler
create or replace language APP_bare handler app.handler;

-- language | APP_bare | inline
create or replace language APP_bare handler app.other_handler inline app.inline;

-- language | APP_bare | validator
create or replace language APP_bare handler app.other_handler validator app.validator;

-- language | APP_language | owner
alter language APP_language owner to APP_super;

-- language | APP_language | privileges
grant usage on language APP_language to APP;

-- language | APP_language | comment
comment on language APP_language is null;

-- transform | for app.point language APP_language | to_sql
create or replace transform for app.point language APP_language
  (from sql with function app.transformed(internal), to sql with function app.transformed_back(internal));

-- transform | for app.pair language APP_bare | from_sql
create or replace transform for app.pair language APP_bare (from sql with function app.transformed_again(internal));

-- transform | for app.pair language APP_bare | comment
comment on transform for app.pair language APP_bare is 'new';

-- access method | APP_btree | handler
drop access method APP_btree;
create access method APP_btree type index handler app.other_index_handler;

-- access method | APP_btree | type, handler
drop access method APP_btree;
create access method APP_btree type table handler heap_tableam_handler;

-- access method | APP_btree | comment
comment on access method APP_btree is 'new';

-- foreign-data wrapper | APP_wrapper | handler
alter foreign data wrapper APP_wrapper handler app.wrapper_handler;

-- foreign-data wrapper | APP_wrapper | validator
alter foreign data wrapper APP_wrapper validator app.wrapper_validator;

-- foreign-data wrapper | APP_other | options
alter foreign data wrapper APP_other options (set debug 'false');

-- foreign-data wrapper | APP_wrapper | owner
alter foreign data wrapper APP_wrapper owner to APP_super;

-- foreign-data wrapper | APP_wrapper | privileges
revoke usage on foreign data wrapper APP_wrapper from APP;

-- foreign-data wrapper | APP_wrapper | comment
comment on foreign data wrapper APP_wrapper is null;

-- server | APP_typed | options
alter server APP_typed options (set host 'other', drop dbname);

-- server | APP_typed | version
alter server APP_typed version '2';

-- server | APP_wrapped | type
drop server APP_wrapped;
create server APP_wrapped type 'x' foreign data wrapper APP_other;

-- server | APP_wrapped | wrapper
drop server APP_wrapped;
create server APP_wrapped foreign data wrapper APP_wrapper;

-- server | APP_typed | owner
alter server APP_typed owner to APP_super;

-- server | APP_typed | privileges
grant usage on foreign server APP_typed to public;

-- server | APP_typed | comment
comment on server APP_typed is null;

-- role | APP_limited | superuser
alter role APP_limited superuser;

-- role | APP_limited | create_role, create_database
alter role APP_limited nocreaterole nocreatedb;

-- role | APP_limited | login
alter role APP_limited nologin;

-- role | APP_limited | replication
alter role APP_limited noreplication;

-- role | APP_limited | bypass_rls
alter role APP_limited nobypassrls;

-- role | AUDIT | inherit, member_of
revoke APP from AUDIT;
alter role AUDIT noinherit;
grant APP to AUDIT;

-- role | APP_limited | connection_limit
alter role APP_limited connection limit -1;

-- role | APP_limited | valid_until
alter role APP_limited valid until 'infinity';

-- role | APP_limited | member_of
revoke pg_read_all_data from APP_limited;

-- role | APP_limited | member_of
grant APP to APP_limited with admin option;

-- role | APP_limited | settings
alter role APP_limited reset work_mem;

-- role | APP_limited | database_settings
alter role APP_limited in database DATABASE set work_mem = '8MB';

-- role | APP_limited | comment
comment on role APP_limited is null;

-- database | DATABASE | owner
alter database DATABASE owner to AUDIT;

-- database | DATABASE | connections
update pg_database set datallowconn = false where datname = 'DATABASE';

-- database | DATABASE | connection_limit
alter database DATABASE connection limit 5;

-- database | DATABASE | template
alter database DATABASE is_template true;

-- database | DATABASE | settings
alter database DATABASE set work_mem = '8MB';

-- database | DATABASE | privileges
revoke connect on database DATABASE from public;

-- database | DATABASE | comment
comment on database DATABASE is null;

-- tablespace | APP_other | options
alter tablespace APP_other set (seq_page_cost = 2);

-- tablespace | APP_other | owner
alter tablespace APP_other owner to APP_super;

-- tablespace | APP_other | privileges
grant create on tablespace APP_other to public;

-- tablespace | APP_space | comment
comment on tablespace APP_space is null;

-- parameter ACL | work_mem | privileges
grant set on parameter work_mem to AUDIT;

-- subscription | APP_sub | publications
alter subscription "APP_sub" set publication b, c with (refresh = false);

-- subscription | APP_sub | owner
alter subscription "APP_sub" owner to APP_super;

-- subscription | APP_sub | binary
alter subscription "APP_sub" set (binary = false);

-- subscription | APP_sub | streaming
alter subscription "APP_sub" set (streaming = off);

-- subscription | APP_sub | disable_on_error
alter subscription "APP_sub" set (disable_on_error = false);

-- subscription | APP_sub | synchronous_commit
alter subscription "APP_sub" set (synchronous_commit = on);

-- subscription | APP_sub | slot
alter subscription "APP_sub" set (slot_name = 'new');

-- subscription | APP_other_sub | active
alter subscription "APP_other_sub" disable;

-- subscription | APP_sub | comment
comment on subscription "APP_sub" is null;

-- security label | dummy on table app.documents | label
set local allow_system_table_mods = on;
update pg_seclabel set label = 'unclassified' where provider = 'dummy' and objsubid = 0;

-- cron job | 'often' of APP | schedule
update cron.job set schedule = '1 * * * *' where username = 'APP' and jobname = 'often';

-- cron job | 'often' of APP | command
update cron.job set command = 'select 3' where username = 'APP' and jobname = 'often';

-- cron job | 'often' of APP | database
update cron.job set database = 'new' where username = 'APP' and jobname = 'often';

-- cron job | 'often' of APP | active
update cron.job set active = false where username = 'APP' and jobname = 'often';

-- cron job | unnamed 'vacuum' | role
update cron.job set username = 'APP_limited' where jobname is null;

-- extension | hstore | owner
update pg_extension set extowner = 'APP'::regrole where extname = 'hstore';

-- extension | citext | comment
comment on extension citext is null;

-- view | app.listing | column_defaults
alter view app.listing alter twice set default 8;

-- view | app.listing | column_privileges
grant select (twice) on app.listing to AUDIT;

-- view | app.listing | column_comments
comment on column app.listing.id is 'key';

-- view | app.listing | definition, columns
create or replace view app.listing as select d.id, app.twice(d.rank) as twice, 1 as one from app.documents d;

-- view | app.cheap | owner
alter view app.cheap owner to APP;

-- view | app.cheap | privileges
grant insert on app.cheap to AUDIT;

-- view | app.cheap | comment
comment on view app.cheap is null;

-- materialized view | app.columned | column_settings
alter materialized view app.columned alter b set storage plain;

-- materialized view | app.columned | column_privileges
revoke select (b) on app.columned from AUDIT;

-- materialized view | app.columned | column_comments
comment on column app.columned.b is 'b';

-- materialized view | app.columned | definition, columns
drop materialized view app.columned;
create materialized view app.columned as select 1 as "A", 'x'::varchar as b;
comment on column app.columned."A" is 'a';
grant select (b) on app.columned to AUDIT;
alter materialized view app.columned alter b set storage external, alter b set compression pglz, alter "A" set statistics 7,
  alter "A" set (n_distinct = 5);

-- materialized view | app.empty | owner
alter materialized view app.empty owner to APP_super;

-- materialized view | app.empty | privileges
grant select on app.empty to public;

-- materialized view | app.empty | comment
comment on materialized view app.empty is null;

-- materialized view | app.columned | tablespace
alter materialized view app.columned set tablespace APP_space;

-- materialized view | app.empty | access_method
drop materialized view app.empty;
create materialized view app.empty with (fillfactor = 50) as select 1 as one with no data;
comment on materialized view app.empty is 'nothing yet';
alter materialized view app.empty owner to APP;
grant select on app.empty to AUDIT;

-- type | app.pair | attribute_comments
comment on column app.pair.b is 'second';

-- type | app.base | options
alter type app.base set (storage = plain, typmod_in = numerictypmodin, typmod_out = numerictypmodout);

-- type | app.base | comment
comment on type app.base is 'new';

-- index | app.documents_many | statistics
alter index app.documents_many alter column 1 set statistics 9;

-- index | app.documents_many | tablespace
alter index app.documents_many set tablespace APP_space;

-- index | app.documents_many | include
drop index app.documents_many;
create index documents_many on app.documents using btree
  (lower(body) collate "C" desc, "Title" collate "POSIX" text_pattern_ops nulls first, price desc nulls last, (price + 1))
  include (rank) with (fillfactor = 60);
alter table app.documents cluster on documents_many;
alter index app.documents_many alter column 4 set statistics 100;

-- index | app.documents_code_bpchar | method, keys
drop index app.documents_code_bpchar;
create index documents_code_bpchar on app.documents using hash (code);

-- index | app.placed_a | ready
set local allow_system_table_mods = on;
update pg_index set indisready = true where indexrelid = 'app.placed_a'::regclass;

-- index | app.events_2024_kind_idx | comment
comment on index app.events_2024_kind_idx is 'new';

-- index | app.placed_a | valid
set local allow_system_table_mods = on;
update pg_index set indisvalid = false where indexrelid = 'app.placed_a'::regclass;

-- table constraint | keyed_key on app.keyed | clustered
alter table app.keyed set without cluster;

-- table constraint | keyed_key on app.keyed | tablespace
alter index app.keyed_key set tablespace pg_default;

-- function | app.with_transform(app.point) | transforms
create or replace function app.with_transform(app.point) returns integer language APP_language as 'begin return 1; end';

-- sequence | app.numbers | type, minimum, maximum, cache
alter sequence app.numbers as integer minvalue -200 maxvalue 20 cache 9;

-- sequence | app.numbers | owner
alter sequence app.numbers owner to APP_super;

-- sequence | app.numbers | comment
comment on sequence app.numbers is null;

-- publication | APP_some | via_root
alter publication "APP_some" set (publish_via_partition_root = false);

-- publication | APP_some | owner
alter publication "APP_some" owner to APP_super;

-- publication | APP_some | comment
comment on publication "APP_some" is null;

-- policy | readers on app.documents | comment
comment on policy readers on app.documents is null;

-- policy | anything on app.scratch | command, permissive
drop policy anything on app.scratch;
create policy anything on app.scratch as restrictive for delete using (true);

-- rule | scratch_ignored on app.scratch | comment
comment on rule scratch_ignored on app.scratch is null;

-- trigger | on_change on app.documents | comment
comment on trigger on_change on app.documents is null;

-- trigger | gone on app.documents | timing, events, level
drop trigger gone on app.documents;
create trigger gone before insert on app.documents for each row execute function app.touch();
alter table app.documents disable trigger gone;

-- trigger | all_rows on app.documents | old_table, new_table
drop trigger all_rows on app.documents;
create trigger all_rows after update on app.documents referencing new table as rows_now for each statement execute function app.touch();
alter table app.documents enable replica trigger all_rows;

-- trigger | checked on app.links | deferrable, initially_deferred, referenced_table
drop trigger checked on app.links;
create constraint trigger checked after insert on app.links for each row execute function app.touch();

-- trigger | builtin on app.scratch | function
create or replace trigger builtin before update on app.scratch for each row execute function app.touch();

-- event trigger | APP_ddl | event, function, tags
alter event trigger APP_ddl owner to current_user;
drop event trigger APP_ddl;
create event trigger APP_ddl on sql_drop execute function app.on_drop();
comment on event trigger APP_ddl is 'watches';
alter event trigger APP_ddl enable always;

-- table constraint | "Title of documents" on app.documents | columns, include, nulls_not_distinct
alter table app.documents drop constraint "Title of documents";
alter table app.documents add constraint "Title of documents" unique ("Title") with (fillfactor = 70) deferrable initially deferred;

-- table constraint | no_overlap on app.documents | elements, predicate, include
alter table app.documents drop constraint no_overlap;
alter table app.documents add constraint no_overlap exclude using gist (during with &&);

-- domain constraint | not_long on app.code | comment
comment on constraint not_long on domain app.code is null;

-- domain constraint | not_long on app.code | expression
alter domain app.code drop constraint not_long;
alter domain app.code add constraint not_long check (length(value) < 8) not valid;
comment on constraint not_long on domain app.code is 'new';

-- function | app.touch() | comment
comment on function app.touch() is null;

-- procedure | app.run(integer) | settings
alter procedure app.run(integer) set search_path = app;

-- procedure | app.run(integer) | owner
alter procedure app.run(integer) owner to APP_super;

-- procedure | app.run(integer) | comment
comment on procedure app.run(integer) is null;

-- aggregate | app.last_mood(app.mood) | privileges
grant execute on function app.last_mood(app.mood) to public;

-- aggregate | app.last_mood(app.mood) | comment
comment on aggregate app.last_mood(app.mood) is null;

-- foreign table | app.remote | owner
alter foreign table app.remote owner to APP_super;

-- foreign table | app.remote | privileges
revoke select on app.remote from AUDIT;

-- foreign table | app.remote | comment
comment on foreign table app.remote is null;
