-- Schemas, types, views, publications, default privileges, extensions, and what comes back to life.

-- case: schema owner
-- expect: DRF007 core | schema | app | owner
alter schema app owner to mut_stranger;

-- case: schema privileges
-- expect: DRF007 core | schema | app | privileges
grant create on schema app to mut_worker;

-- case: schema no longer to be used
-- expect: DRF007 core | schema | app | privileges
revoke usage on schema app from mut_reader;

-- case: schema comment
-- expect: DRF004 core | schema | app | comment
comment on schema app is null;

-- case: schema added
-- expect: DRF002 unclassified | schema | hotfix |
create schema hotfix;
-- undo:
drop schema hotfix;

-- case: schema dropped
-- expect: DRF001 infra | schema | ops |
drop schema ops cascade;
-- undo: no

-- case: label added
-- expect: DRF004 core | type | app.mood | labels
alter type app.mood add value 'higher';
-- undo: no

-- case: label added in the middle
-- expect: DRF004 core | type | app.mood | labels
alter type app.mood add value 'mean' before 'middle';
-- undo: no

-- case: label renamed
-- expect: DRF004 core | type | app.mood | labels
alter type app.mood rename value 'middle' to 'mean';
-- undo:
alter type app.mood rename value 'mean' to 'middle';

-- case: attribute added
-- expect: DRF004 core | type | app.pair | attributes
alter type app.pair add attribute c integer;
-- undo:
alter type app.pair drop attribute c;

-- case: attribute of another type
-- expect: DRF004 core | type | app.pair | attributes
alter type app.pair alter attribute a type bigint;
-- undo:
alter type app.pair alter attribute a type integer;

-- case: attribute of another collation
-- expect: DRF004 core | type | app.pair | attributes
alter type app.pair alter attribute b type text collate "POSIX";
-- undo:
alter type app.pair alter attribute b type text collate "C";

-- case: domain may be null
-- expect: DRF004 core | type | app.code | not_null
alter domain app.code drop not null;

-- case: domain default
-- expect: DRF004 core | type | app.positive | default
alter domain app.positive set default 2;

-- case: domain owner
-- expect: DRF007 core | type | app.positive | owner
alter domain app.positive owner to mut_stranger;

-- case: domain privileges
-- expect: DRF007 core | type | app.positive | privileges
revoke usage on domain app.positive from public;

-- case: domain of another base type
-- expect: DRF004 core | type | app.positive | base_type
drop domain app.positive;
create domain app.positive as bigint default 1 constraint positive_check check (value > 0);
-- undo: no

-- case: range of another subtype
-- expect: DRF004 core | type | app.span | subtype, subtype_operator_class, subtype_difference_function
drop type app.span;
create type app.span as range (subtype = integer, subtype_diff = int4range_subdiff);
-- undo: no

-- case: range without a difference function
-- expect: DRF004 core | type | app.span | subtype_difference_function
drop type app.span;
create type app.span as range (subtype = float8);
-- undo: no

-- case: type comment
-- expect: DRF004 core | type | app.mood | comment
comment on type app.mood is null;

-- case: type dropped
-- expect: DRF001 core | type | app.pair |
drop type app.pair;
-- undo: no

-- case: type added
-- expect: DRF002 core | type | app.hotfix |
create type app.hotfix as enum ('a');
-- undo:
drop type app.hotfix;

-- case: view of another query
-- expect: DRF004 core | view | app.open_jobs | definition
create or replace view app.open_jobs with (security_barrier) as
    select j.id, j.type, d.title from app.jobs j join app.documents d on d.id = j.document_id
    where j.status in ('queued', 'failed');

-- case: view joins otherwise
-- expect: DRF004 core | view | app.open_jobs | definition
create or replace view app.open_jobs with (security_barrier) as
    select j.id, j.type, d.title from app.jobs j left join app.documents d on d.id = j.document_id
    where j.status = 'queued';

-- case: view without security barrier
-- expect: DRF004 core | view | app.open_jobs | security_barrier
alter view app.open_jobs reset (security_barrier);

-- case: view as its caller
-- expect: DRF004 core | view | app.open_jobs | security_invoker
alter view app.open_jobs set (security_invoker = true);

-- case: view check option
-- expect: DRF004 core | view | app.cheap | check_option
alter view app.cheap set (check_option = cascaded);

-- case: view check option gone
-- expect: DRF004 core | view | app.cheap | check_option
alter view app.cheap reset (check_option);

-- case: view privileges
-- expect: DRF007 core | view | app.open_jobs | privileges
grant select on app.open_jobs to public;

-- case: view owner
-- expect: DRF007 core | view | app.cheap | owner
alter view app.cheap owner to mut_stranger;

-- case: view comment
-- expect: DRF004 core | view | app.open_jobs | comment
comment on view app.open_jobs is null;

-- case: view dropped
-- expect: DRF001 core | view | app.open_jobs |
drop view app.open_jobs;

-- case: view added
-- expect: DRF002 core | view | app.hotfix |
create view app.hotfix as select 1 as one;
-- undo:
drop view app.hotfix;

-- case: view turned into a table
-- expect: DRF001 core | view | app.open_jobs |
-- expect: DRF002 core | table | app.open_jobs |
drop view app.open_jobs;
create table app.open_jobs (id bigint, type text, title text);
-- undo: no

-- case: materialized view of another query
-- expect: DRF004 core | materialized view | app.job_counts | definition
-- expect: DRF007 core | materialized view | app.job_counts | privileges
drop materialized view app.job_counts;
create materialized view app.job_counts with (fillfactor = 80) as
    select type, count(*) as n from app.jobs where status = 'queued' group by type;
create unique index job_counts_type on app.job_counts (type);
-- undo: no

-- case: materialized view option
-- expect: DRF004 core | materialized view | app.job_counts | options
alter materialized view app.job_counts set (fillfactor = 90);

-- case: materialized view without rows
-- expect: DRF004 core | materialized view | app.job_counts | populated
refresh materialized view app.job_counts with no data;
-- undo:
refresh materialized view app.job_counts;

-- case: materialized view dropped
-- expect: DRF001 core | materialized view | app.job_counts |
drop materialized view app.job_counts;
-- undo: no

-- case: materialized view comment
-- expect: DRF004 core | materialized view | app.job_counts | comment
comment on materialized view app.job_counts is 'new';

-- case: publication of other actions
-- expect: DRF004 infra | publication | feed | publish
alter publication feed set (publish = 'insert, update, delete');
-- undo:
alter publication feed set (publish = 'insert, update');

-- case: publication of another table
-- expect: DRF004 infra | publication | feed | tables
alter publication feed add table ops.settings;
-- undo:
alter publication feed drop table ops.settings;

-- case: publication of other rows
-- expect: DRF004 infra | publication | feed | tables
alter publication feed set table app.documents (id, title), app.jobs where (status = 'failed');
-- undo:
alter publication feed set table app.documents (id, title), app.jobs where (status <> 'failed');

-- case: publication of other columns
-- expect: DRF004 infra | publication | feed | tables
alter publication feed set table app.documents (id), app.jobs where (status <> 'failed');
-- undo:
alter publication feed set table app.documents (id, title), app.jobs where (status <> 'failed');

-- case: publication of a schema
-- expect: DRF004 infra | publication | feed | tables, schemas
alter publication feed set table app.jobs;
alter publication feed add tables in schema ops;
-- undo: no

-- case: publication dropped
-- expect: DRF001 infra | publication | feed |
drop publication feed;
-- undo: no

-- case: publication added
-- expect: DRF002 infra | publication | hotfix |
create publication hotfix;
-- undo:
drop publication hotfix;

-- case: default privileges
-- expect: DRF007 infra | default acl | for role postgres in schema app on tables | privileges
alter default privileges in schema app grant insert on tables to mut_worker;

-- case: default privileges gone
-- expect: DRF001 infra | default acl | for role postgres in schema app on tables |
alter default privileges in schema app revoke select on tables from mut_reader;

-- case: default privileges of functions
-- expect: DRF002 infra | default acl | for role postgres on functions |
alter default privileges revoke execute on functions from public;

-- case: legacy trigger on again
-- expect: DRF008 legacy | trigger | push on old.queue | enabled
alter table old.queue enable trigger push;

-- case: legacy function back
-- expect: DRF008 legacy | function | old.gone() |
create function old.gone() returns integer language sql as 'select 1';
-- undo:
drop function old.gone();

-- case: legacy table changed
-- expect: DRF004 legacy | table column | old.queue.job | not_null
alter table old.queue alter job set not null;

-- case: legacy view changed
-- expect: DRF004 legacy | view | old.report | definition
create or replace view old.report as select id + 1 as id from old.queue;

-- case: table of infra changed
-- expect: DRF004 infra | table column | ops.settings.value | default
alter table ops.settings alter value set default '';

-- case: two things at once
-- expect: DRF004 core | table column | app.documents.title | default
-- expect: DRF005 core | trigger | on_documents_change on app.documents | enabled
alter table app.documents alter title set default 'x', disable trigger on_documents_change;

-- case: several fields of one function
-- expect: DRF003 core | function | app.noted() | body
-- expect: DRF006 core | function | app.noted() | security_definer, settings
-- expect: DRF004 core | function | app.noted() | volatility
-- expect: DRF007 core | function | app.noted() | privileges
create or replace function app.noted() returns trigger language plpgsql stable security definer
    set search_path = app as 'begin return new; end';
revoke execute on function app.noted() from public;
