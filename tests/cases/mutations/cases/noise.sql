-- What changes nothing: each case must find nothing at all.

-- case: rows
insert into app.documents (title, events) select 'row ' || n, '[]' from generate_series(1, 100) n;
delete from app.documents where id % 2 = 0;
update app.documents set body = 'x';

-- case: values of sequences
select nextval('app.numbers'), setval('app.jobs_id_seq', 1000), nextval('app.documents_id_seq');

-- case: analyze
insert into app.base select n, 'x' from generate_series(1, 1000) n;
analyze;

-- case: reindex
reindex table app.jobs;
reindex index app.jobs_dedupe;

-- case: truncate
truncate app.scratch;

-- case: cluster and back
cluster app.jobs using jobs_lower;
alter table app.jobs set without cluster;

-- case: refresh of a materialized view
refresh materialized view app.job_counts;

-- case: temporary objects
create temporary table documents (id integer primary key, note text);
create temporary view here as select * from documents;
create temporary sequence s;

-- case: comment set and taken back
comment on table app.jobs is 'x';
comment on table app.jobs is null;

-- case: grant and revoke
grant select on app.jobs to mut_stranger;
revoke select on app.jobs from mut_stranger;

-- case: grants written out
revoke all on app.jobs from current_user;
grant all on app.jobs to current_user;
revoke execute on function app.noted() from public;
grant execute on function app.noted() to public;

-- case: column added and dropped
alter table app.jobs add hotfix integer;
alter table app.jobs drop hotfix;

-- case: trigger made anew
drop trigger on_documents_change on app.documents;
create trigger on_documents_change after update of events or insert on app.documents
    for each row when ((new.events) is not null) execute procedure app.listener();

-- case: function made anew
drop function app.claim_jobs;
create function app.claim_jobs(n int, worker text = 'any') returns setof app.jobs
    set search_path to 'app', 'pg_temp' rows 10 cost 50 parallel safe strict stable security definer
    as $body$ select * from app.jobs where type = 'protect' and status = 'queued' limit n $body$ language sql;
revoke execute on function app.claim_jobs from public;
grant execute on function app.claim_jobs to mut_worker;
comment on function app.claim_jobs is 'hands out jobs';

-- case: standard body spelled otherwise
create or replace function app.twice(n integer) returns integer language sql immutable return ((n) * (2));

-- case: index made anew
drop index app.jobs_dedupe;
create unique index jobs_dedupe on app.jobs using btree (dedupe_key asc nulls last) where (dedupe_key is not null);

-- case: whitelist spelled otherwise
alter table app.jobs drop constraint jobs_type_check;
alter table app.jobs add constraint jobs_type_check check (type = any (array['build', 'protect', 'anchor']));

-- case: whitelist as a chain
alter table app.jobs drop constraint jobs_type_check;
alter table app.jobs add constraint jobs_type_check check ('anchor' = type or type = 'protect' or type = 'build');

-- case: whitelist turned round twice
alter table app.jobs drop constraint jobs_status_check;
alter table app.jobs add constraint jobs_status_check check (not (status not in ('done', 'failed', 'queued', 'running')));

-- case: check spelled otherwise
alter table app.documents drop constraint documents_amount_check;
alter table app.documents add constraint documents_amount_check check ((amount < 1000000) and ((amount) >= (0)));

-- case: policy spelled otherwise
alter policy documents_own on app.documents
    using (mood = 'high' and true is not null and title = current_setting('app.title', true) or false);
alter policy documents_own on app.documents
    using ((mood = 'high' or mood = 'low') and current_setting('app.title', true) = title);

-- case: default spelled otherwise
alter table app.documents alter events set default ('[]')::jsonb, alter title set default 'untitled'::text;

-- case: view replaced by itself
create or replace view app.open_jobs with (security_barrier = on) as
    SELECT J.id, J.type, D.title FROM app.jobs AS J INNER JOIN app.documents AS D ON (D.id = J.document_id)
    WHERE ((J.status) = 'queued'::text);

-- case: constraint made anew
alter table app.jobs drop constraint jobs_document;
alter table app.jobs add constraint jobs_document foreign key (document_id) references app.documents
    match simple on delete cascade on update cascade not deferrable;

-- case: constraint validated later
alter table app.jobs drop constraint jobs_document;
alter table app.jobs add constraint jobs_document foreign key (document_id) references app.documents (id)
    on delete cascade on update cascade not valid;
alter table app.jobs validate constraint jobs_document;

-- case: unique constraint from an index
alter table app.documents drop constraint documents_title_unique;
create unique index other_name on app.documents (title);
alter table app.documents add constraint documents_title_unique unique using index other_name;

-- case: partition detached and attached
alter table app.runs detach partition app.runs_2024;
alter table app.runs attach partition app.runs_2024 for values from ('2024-01-01') to ('2025-01-01');

-- case: publication with its tables in another order
alter publication feed set table app.jobs where (status <> 'failed'), app.documents (title, id);

-- case: default privileges granted twice
alter default privileges in schema app grant select on tables to mut_reader;

-- case: settings of the session
set search_path = app, public;
set datestyle = 'German';
set timezone = 'Asia/Tokyo';
set quote_all_identifiers = on;
set intervalstyle = 'iso_8601';
set bytea_output = 'escape';
set extra_float_digits = 0;

-- case: roles that own nothing
create role mut_passer_by;
drop role mut_passer_by;

-- case: renamed and renamed back
alter table app.jobs rename to tasks;
alter table app.tasks rename to jobs;
alter table app.documents rename title to name;
alter table app.documents rename name to title;

-- case: large objects
select lo_create(0);

-- case: statistics made anew and gathered
drop statistics app.readings_together, app.readings_shape;
create statistics app.readings_shape (mcv) on (((1 + amount - 1) + 1)), place from app.readings;
drop statistics app.readings_shape;
create statistics app.readings_shape (mcv) on place, ((amount) + (1)) from app.readings;
alter statistics app.readings_shape set statistics 50;
comment on statistics app.readings_shape is 'for the planner';
create statistics app.readings_together (dependencies, ndistinct) on thing, place from app.readings;
insert into app.readings select 'p' || n % 10, 't' || n % 10, n from generate_series(1, 500) n;
analyze app.readings;

-- case: operator family made anew
drop operator family app.grade_family using btree cascade;
create operator family app.grade_family using btree;
create operator class app.grade_ops for type app.grade using btree family app.grade_family as
    function 1 (app.grade, app.grade) kit.compare(app.grade, app.grade), operator 3 app.===;
alter operator family app.grade_family using btree add
    function 1 (app.grade, integer) kit.compare(app.grade, integer), operator 1 app.<< (app.grade, integer) for search;

-- case: password of a role
alter role mut_agent password 'other';

-- case: another role
comment on role mut_stranger is 'nobody of ours';
alter role mut_stranger connection limit 3 createdb;
create role mut_passer_by login in role mut_group;
grant set on parameter work_mem to mut_stranger;
comment on tablespace pg_default is 'all';

-- case: a job scheduled again
select cron.unschedule('nightly');
select cron.schedule('nightly', '0 3 * * *', 'select app.claim_jobs(1)');
insert into cron.job_run_details (jobid, command, status) values (1, 'select app.claim_jobs(1)', 'succeeded');

-- case: dictionaries and mappings said again
alter text search configuration app.words alter mapping replace pg_catalog.simple with pg_catalog.simple;
alter text search configuration app.words drop mapping for word, asciiword;
alter text search configuration app.words add mapping for word, asciiword with app.words, simple;
alter text search dictionary app.words (StopWords = english);

-- case: options set and taken back
alter server mut_server options (drop host, drop password);
alter server mut_server options (add password 'changed', add host 'db');
alter user mapping for mut_agent server mut_server options (set password 'changed', drop user);
alter role mut_agent reset work_mem;
alter role mut_agent set work_mem to '8MB';
alter database mutations set work_mem = '1MB';
alter database mutations reset work_mem;
