-- What few databases have.
create role mut_group noinherit createdb;
create role mut_agent login connection limit 5 valid until '2030-01-01 00:00+00' in role mut_group;
comment on role mut_agent is 'does the work';
alter role mut_agent set work_mem = '8MB';
alter role mut_agent in database mutations set lock_timeout = '1min';
alter database mutations set idle_session_timeout = '1h';
comment on database mutations is 'of the suite';
grant set on parameter log_statement to mut_agent;
comment on tablespace mut_space is 'room';
grant create on tablespace mut_space to mut_agent;
select cron.schedule('nightly', '0 3 * * *', 'select app.claim_jobs(1)');

create schema kit;
create type app.grade as enum ('a', 'b', 'c');
create type app.couple as (a integer, b integer);
create function kit.same(app.grade, app.grade) returns boolean language sql immutable as 'select $1::text = $2::text';
create function kit.differs(app.grade, app.grade) returns boolean language sql immutable as 'select $1::text <> $2::text';
create function kit.less(app.grade, integer) returns boolean language sql immutable as 'select true';
create function kit.compare(app.grade, app.grade) returns integer language sql immutable as 'select 0';
create function kit.compare(app.grade, integer) returns integer language sql immutable as 'select 0';
create function kit.hash(app.grade) returns integer language sql immutable as 'select 1';
create function kit.as_number(app.grade) returns integer language sql immutable as 'select 1';
create operator app.=== (function = kit.same, leftarg = app.grade, rightarg = app.grade, commutator = operator(app.===),
    negator = operator(app.<!>), restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator app.<!> (function = kit.differs, leftarg = app.grade, rightarg = app.grade,
    commutator = operator(app.<!>), negator = operator(app.===));
create operator app.<< (function = kit.less, leftarg = app.grade, rightarg = integer);
create operator app.>>> (function = kit.differs, leftarg = app.grade, rightarg = app.grade, restrict = neqsel);
comment on operator app.=== (app.grade, app.grade) is 'the same grade';
create operator family app.grade_family using btree;
alter operator family app.grade_family using btree add
    operator 1 app.<< (app.grade, integer), function 1 (app.grade, integer) kit.compare(app.grade, integer);
create operator class app.grade_ops for type app.grade using btree family app.grade_family as
    operator 3 app.=== (app.grade, app.grade), function 1 kit.compare(app.grade, app.grade);
create operator class app.grade_hash default for type app.grade using hash as
    operator 1 app.=== (app.grade, app.grade), function 1 kit.hash(app.grade);
create cast (app.grade as integer) with function kit.as_number(app.grade) as assignment;
comment on cast (app.grade as integer) is 'how good';

create collation app.plain from "C";
create collation app.exact (provider = libc, lc_collate = 'POSIX', lc_ctype = 'C');
comment on collation app.plain is 'by bytes';
create conversion app.to_latin for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
create table app.readings (place text, thing text, amount integer);
create statistics app.readings_together (ndistinct, dependencies) on place, thing from app.readings;
create statistics app.readings_shape (mcv) on place, (amount + 1) from app.readings;
alter statistics app.readings_shape set statistics 50;
comment on statistics app.readings_shape is 'for the planner';

create text search parser app.words (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template app.words (init = dsimple_init, lexize = dsimple_lexize);
create text search dictionary app.words (template = app.words, stopwords = 'english');
create text search dictionary app.others (template = pg_catalog.simple);
create text search configuration app.words (parser = app.words);
alter text search configuration app.words add mapping for asciiword, word with app.words, pg_catalog.simple;
comment on text search configuration app.words is 'words';

create function kit.handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function kit.other_handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create function kit.validator(oid) returns void language c as '$libdir/plpgsql', 'plpgsql_validator';
create trusted language mut_language handler kit.handler validator kit.validator;
comment on language mut_language is 'as plpgsql';
create function kit.transformed(internal) returns internal language internal immutable as 'varchar_support';
create function kit.back(internal) returns app.couple language internal immutable as 'varchar_support';
create transform for app.couple language mut_language (from sql with function kit.transformed(internal));
create function kit.index_handler(internal) returns index_am_handler language internal as 'bthandler';
create function kit.other_index_handler(internal) returns index_am_handler language internal as 'bthandler';
create access method mut_btree type index handler kit.index_handler;
comment on access method mut_btree is 'as btree';

create function kit.wrapper_validator(text[], oid) returns void language plpgsql as 'begin end';
create foreign data wrapper mut_wrapper validator kit.wrapper_validator options (debug 'true', api_key 'hidden');
create server mut_server type 'oracle' version '1' foreign data wrapper mut_wrapper options (host 'db', password 'hidden');
grant usage on foreign server mut_server to mut_agent;
comment on server mut_server is 'the other one';
create user mapping for mut_agent server mut_server options (user 'other', password 'hidden');
create subscription mut_feed connection 'host=nowhere password=hidden' publication b, a
    with (connect = false, slot_name = none, binary, streaming = on);
