-- Languages, transforms, access methods, foreign servers, subscriptions, labels, jobs, and what is the cluster's.

-- case: language that may do anything
-- expect: DRF004 infra | language | mut_language | trusted
create or replace language mut_language handler kit.handler validator kit.validator;

-- case: language of another handler
-- expect: DRF004 infra | language | mut_language | handler
create or replace trusted language mut_language handler kit.other_handler validator kit.validator;

-- case: language without its validator
-- expect: DRF004 infra | language | mut_language | validator
create or replace trusted language mut_language handler kit.handler;

-- case: language for nobody
-- expect: DRF007 infra | language | mut_language | privileges
revoke usage on language mut_language from public;

-- case: language owner
-- expect: DRF007 infra | language | mut_language | owner
alter language mut_language owner to mut_stranger;

-- case: language comment
-- expect: DRF004 infra | language | mut_language | comment
comment on language mut_language is null;

-- case: language dropped
-- expect: DRF001 infra | language | mut_language |
drop language mut_language cascade;
-- undo: no

-- case: language added
-- expect: DRF002 infra | language | mut_hotfix |
create language mut_hotfix handler kit.handler;
-- undo:
drop language mut_hotfix;

-- case: transform the other way too
-- expect: DRF004 infra | transform | for app.couple language mut_language | to_sql
create or replace transform for app.couple language mut_language
    (from sql with function kit.transformed(internal), to sql with function kit.back(internal));

-- case: transform dropped
-- expect: DRF001 infra | transform | for app.couple language mut_language |
drop transform for app.couple language mut_language;

-- case: transform comment
-- expect: DRF004 infra | transform | for app.couple language mut_language | comment
comment on transform for app.couple language mut_language is 'new';

-- case: access method of another handler
-- expect: DRF004 infra | access method | mut_btree | handler
drop access method mut_btree;
create access method mut_btree type index handler kit.other_index_handler;
comment on access method mut_btree is 'as btree';

-- case: access method comment
-- expect: DRF004 infra | access method | mut_btree | comment
comment on access method mut_btree is null;

-- case: access method dropped
-- expect: DRF001 infra | access method | mut_btree |
drop access method mut_btree;

-- case: access method added
-- expect: DRF002 infra | access method | mut_heap |
create access method mut_heap type table handler heap_tableam_handler;
-- undo:
drop access method mut_heap;

-- case: foreign-data wrapper unchecked
-- expect: DRF004 infra | foreign-data wrapper | mut_wrapper | validator
alter foreign data wrapper mut_wrapper no validator;

-- case: foreign-data wrapper option
-- expect: DRF004 infra | foreign-data wrapper | mut_wrapper | options
alter foreign data wrapper mut_wrapper options (set debug 'false', add level '2');

-- case: foreign-data wrapper privileges
-- expect: DRF007 infra | foreign-data wrapper | dummy | privileges
grant usage on foreign data wrapper dummy to mut_stranger;

-- case: foreign-data wrapper comment
-- expect: DRF004 infra | foreign-data wrapper | dummy | comment
comment on foreign data wrapper dummy is 'new';

-- case: foreign-data wrapper dropped
-- expect: DRF001 infra | foreign-data wrapper | mut_wrapper |
drop foreign data wrapper mut_wrapper cascade;
-- undo: no

-- case: server elsewhere
-- expect: DRF004 infra | server | mut_server | options
alter server mut_server options (set host 'other', add port '1');

-- case: server version
-- expect: DRF004 infra | server | mut_server | version
alter server mut_server version '2';

-- case: server privileges
-- expect: DRF007 infra | server | mut_server | privileges
grant usage on foreign server mut_server to public;

-- case: server comment
-- expect: DRF004 infra | server | mut_server | comment
comment on server mut_server is null;

-- case: server dropped
-- expect: DRF001 infra | server | mut_server |
drop server mut_server cascade;
-- undo: no

-- case: login on another server added
-- expect: DRF002 infra | user mapping | mut_worker on server mut_server |
create user mapping for mut_worker server mut_server;
-- undo:
drop user mapping for mut_worker server mut_server;

-- case: login on another server gone
-- expect: DRF001 infra | user mapping | mut_agent on server mut_server |
drop user mapping for mut_agent server mut_server;
-- undo:
create user mapping for mut_agent server mut_server;

-- case: subscription to another publication
-- expect: DRF004 infra | subscription | mut_feed | publications
alter subscription mut_feed set publication b with (refresh = false);

-- case: subscription as text
-- expect: DRF004 infra | subscription | mut_feed | binary
alter subscription mut_feed set (binary = false);

-- case: subscription that waits for whole transactions
-- expect: DRF004 infra | subscription | mut_feed | streaming
alter subscription mut_feed set (streaming = off);

-- case: subscription slot
-- expect: DRF004 infra | subscription | mut_feed | slot
alter subscription mut_feed set (slot_name = 'hotfix');

-- case: subscription turned on
-- expect: DRF004 infra | subscription | mut_feed | active, slot
alter subscription mut_feed set (slot_name = 'hotfix');
alter subscription mut_feed enable;

-- case: subscription as its owner
-- major: 16
-- expect: DRF004 infra | subscription | mut_feed | run_as_owner
alter subscription mut_feed set (run_as_owner = true);

-- case: subscription dropped
-- expect: DRF001 infra | subscription | mut_feed |
drop subscription mut_feed;
-- undo: no

-- case: label changed
-- expect: DRF004 core | security label | dummy on table app.readings | label
update pg_seclabel set label = 'unclassified' where provider = 'dummy';
-- undo:
update pg_seclabel set label = 'secret' where provider = 'dummy';

-- case: label gone
-- expect: DRF001 core | security label | dummy on table app.readings |
delete from pg_seclabel where provider = 'dummy';
-- undo: no

-- case: job at another time
-- expect: DRF004 infra | cron job | 'nightly' | schedule
select cron.schedule('nightly', '0 4 * * *', 'select app.claim_jobs(1)');

-- case: job that does something else
-- expect: DRF004 infra | cron job | 'nightly' | command
select cron.alter_job((select jobid from cron.job where jobname = 'nightly'), command := 'select app.claim_jobs(2)');

-- case: job off
-- expect: DRF004 infra | cron job | 'nightly' | active
select cron.alter_job((select jobid from cron.job where jobname = 'nightly'), active := false);

-- case: job gone
-- expect: DRF001 infra | cron job | 'nightly' |
select cron.unschedule('nightly');

-- case: job added
-- expect: DRF002 infra | cron job | 'hotfix' |
select cron.schedule('hotfix', '* * * * *', 'vacuum');
-- undo:
select cron.unschedule('hotfix');

-- case: role that may do anything
-- expect: DRF004 infra | role | mut_agent | superuser
alter role mut_agent superuser;

-- case: role that may make roles and databases
-- expect: DRF004 infra | role | mut_group | create_role, create_database
alter role mut_group createrole nocreatedb;

-- case: role that may not log in
-- expect: DRF004 infra | role | mut_agent | login
alter role mut_agent nologin;

-- case: role that sees every row
-- expect: DRF004 infra | role | mut_agent | bypass_rls
alter role mut_agent bypassrls;

-- case: role for ever, with more connections
-- expect: DRF004 infra | role | mut_agent | connection_limit, valid_until
alter role mut_agent connection limit -1 valid until 'infinity';

-- case: role in another group
-- expect: DRF004 infra | role | mut_agent | member_of
grant pg_read_all_data to mut_agent;

-- case: role in no group
-- expect: DRF004 infra | role | mut_agent | member_of
revoke mut_group from mut_agent;

-- case: role that lets others in
-- expect: DRF004 infra | role | mut_agent | member_of
grant mut_group to mut_agent with admin option;

-- case: role setting
-- expect: DRF004 infra | role | mut_agent | settings
alter role mut_agent set work_mem = '1GB';
alter role mut_agent set search_path = app, public;

-- case: role setting in the database
-- expect: DRF004 infra | role | mut_agent | database_settings
alter role mut_agent in database mutations reset lock_timeout;

-- case: role comment
-- expect: DRF004 infra | role | mut_agent | comment
comment on role mut_agent is null;

-- case: role dropped
-- expect: DRF001 infra | role | mut_group |
drop role mut_group;
-- undo:
create role mut_group noinherit createdb;
grant mut_group to mut_agent;

-- case: database setting
-- expect: DRF004 infra | database | mutations | settings
alter database mutations set search_path = app, public;

-- case: database setting gone
-- expect: DRF004 infra | database | mutations | settings
alter database mutations reset idle_session_timeout;

-- case: database comment
-- expect: DRF004 infra | database | mutations | comment
comment on database mutations is null;

-- case: tablespace option
-- expect: DRF004 infra | tablespace | mut_space | options
alter tablespace mut_space set (random_page_cost = 2);

-- case: tablespace privileges
-- expect: DRF007 infra | tablespace | mut_space | privileges
revoke create on tablespace mut_space from mut_agent;
grant create on tablespace mut_space to public;

-- case: tablespace owner
-- expect: DRF007 infra | tablespace | mut_space | owner
alter tablespace mut_space owner to mut_stranger;

-- case: tablespace comment
-- expect: DRF004 infra | tablespace | mut_space | comment
comment on tablespace mut_space is null;

-- case: table in another tablespace
-- expect: DRF004 core | table | app.readings | tablespace
alter table app.readings set tablespace mut_space;

-- case: parameter for one more
-- expect: DRF007 infra | parameter ACL | log_statement | privileges
grant alter system on parameter log_statement to mut_stranger;

-- case: parameter for nobody
-- expect: DRF001 infra | parameter ACL | log_statement |
revoke set on parameter log_statement from mut_agent;
