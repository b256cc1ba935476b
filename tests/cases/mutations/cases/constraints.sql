-- Constraints and indexes.

-- case: whitelist widened
-- expect: DRF004 core | table constraint | jobs_type_check on app.jobs | expression
alter table app.jobs drop constraint jobs_type_check;
alter table app.jobs add constraint jobs_type_check check (type in ('protect', 'anchor', 'build', 'mine'));

-- case: whitelist narrowed
-- expect: DRF004 core | table constraint | jobs_type_check on app.jobs | expression
alter table app.jobs drop constraint jobs_type_check;
alter table app.jobs add constraint jobs_type_check check (type in ('protect', 'anchor'));

-- case: check turned round
-- expect: DRF004 core | table constraint | jobs_status_check on app.jobs | expression
alter table app.jobs drop constraint jobs_status_check;
alter table app.jobs add constraint jobs_status_check check (status <> all (array['queued', 'running', 'done', 'failed']));

-- case: check of another operator
-- expect: DRF004 core | table constraint | documents_amount_check on app.documents | expression
alter table app.documents drop constraint documents_amount_check;
alter table app.documents add constraint documents_amount_check check (amount > 0 and amount < 1000000);

-- case: check with or for and
-- expect: DRF004 core | table constraint | documents_amount_check on app.documents | expression
alter table app.documents drop constraint documents_amount_check;
alter table app.documents add constraint documents_amount_check check (amount >= 0 or amount < 1000000);

-- case: check dropped
-- expect: DRF001 core | table constraint | jobs_type_check on app.jobs |
alter table app.jobs drop constraint jobs_type_check;

-- case: check added
-- expect: DRF002 core | table constraint | hotfix on app.jobs |
alter table app.jobs add constraint hotfix check (priority < 10);
-- undo:
alter table app.jobs drop constraint hotfix;

-- case: check renamed
-- expect: DRF001 core | table constraint | jobs_type_check on app.jobs |
-- expect: DRF002 core | table constraint | jobs_kind_check on app.jobs |
alter table app.jobs rename constraint jobs_type_check to jobs_kind_check;
-- undo:
alter table app.jobs rename constraint jobs_kind_check to jobs_type_check;

-- case: check not validated
-- expect: DRF004 core | table constraint | jobs_type_check on app.jobs | validated
alter table app.jobs drop constraint jobs_type_check;
alter table app.jobs add constraint jobs_type_check check (type in ('protect', 'anchor', 'build')) not valid;

-- case: check not inherited
-- expect: DRF004 core | table constraint | jobs_type_check on app.jobs | no_inherit
alter table app.jobs drop constraint jobs_type_check;
alter table app.jobs add constraint jobs_type_check check (type in ('protect', 'anchor', 'build')) no inherit;

-- case: foreign key dropped
-- expect: DRF001 core | table constraint | jobs_document on app.jobs |
alter table app.jobs drop constraint jobs_document;

-- case: foreign key does not cascade
-- expect: DRF004 core | table constraint | jobs_document on app.jobs | on_delete
alter table app.jobs drop constraint jobs_document;
alter table app.jobs add constraint jobs_document foreign key (document_id) references app.documents (id) on update cascade;

-- case: foreign key with another update action
-- expect: DRF004 core | table constraint | jobs_document on app.jobs | on_update
alter table app.jobs drop constraint jobs_document;
alter table app.jobs add constraint jobs_document foreign key (document_id) references app.documents (id)
    on update restrict on delete cascade;

-- case: foreign key deferrable
-- expect: DRF004 core | table constraint | jobs_document on app.jobs | deferrable
alter table app.jobs alter constraint jobs_document deferrable;
-- undo:
alter table app.jobs alter constraint jobs_document not deferrable;

-- case: foreign key not validated
-- expect: DRF004 core | table constraint | jobs_document on app.jobs | validated
alter table app.jobs drop constraint jobs_document;
alter table app.jobs add constraint jobs_document foreign key (document_id) references app.documents (id)
    on update cascade on delete cascade not valid;

-- case: foreign key matches full
-- expect: DRF004 core | table constraint | jobs_document on app.jobs | match
alter table app.jobs drop constraint jobs_document;
alter table app.jobs add constraint jobs_document foreign key (document_id) references app.documents (id)
    match full on update cascade on delete cascade;

-- case: foreign key not checked: its triggers are off
-- expect: DRF004 core | table constraint | jobs_document on app.jobs | enabled
-- expect: DRF004 core | table constraint | jobs_late on app.jobs | enabled
-- expect: DRF005 core | trigger | late on app.jobs | enabled
-- expect: DRF005 core | trigger | seen on app.jobs | enabled
alter table app.jobs disable trigger all;
-- undo:
alter table app.jobs enable trigger all;
alter table app.jobs disable trigger off_duty;

-- case: unique dropped
-- expect: DRF001 core | table constraint | documents_title_unique on app.documents |
alter table app.documents drop constraint documents_title_unique;

-- case: unique over another column
-- expect: DRF004 core | table constraint | documents_title_unique on app.documents | columns
alter table app.documents drop constraint documents_title_unique;
alter table app.documents add constraint documents_title_unique unique (body);

-- case: unique nulls not distinct
-- expect: DRF004 core | table constraint | documents_title_unique on app.documents | nulls_not_distinct
alter table app.documents drop constraint documents_title_unique;
alter table app.documents add constraint documents_title_unique unique nulls not distinct (title);

-- case: unique with an included column
-- expect: DRF004 core | table constraint | documents_title_unique on app.documents | include
alter table app.documents drop constraint documents_title_unique;
alter table app.documents add constraint documents_title_unique unique (title) include (body);

-- case: unique not deferred
-- expect: DRF004 core | table constraint | jobs_late on app.jobs | initially_deferred
alter table app.jobs drop constraint jobs_late;
alter table app.jobs add constraint jobs_late unique (document_id, run_at) deferrable;

-- case: order of a unique constraint's columns
-- expect: DRF004 core | table constraint | jobs_late on app.jobs | columns
alter table app.jobs drop constraint jobs_late;
alter table app.jobs add constraint jobs_late unique (run_at, document_id) deferrable initially deferred;

-- case: primary key dropped
-- expect: DRF001 infra | table constraint | settings_pkey on ops.settings |
alter table ops.settings drop constraint settings_pkey;

-- case: index option of a constraint
-- expect: DRF004 core | table constraint | documents_title_unique on app.documents | options
alter index app.documents_title_unique set (fillfactor = 50);
-- undo:
alter index app.documents_title_unique reset (fillfactor);

-- case: exclusion over another operator
-- expect: DRF004 core | table constraint | jobs_during on app.jobs | elements
alter table app.jobs drop constraint jobs_during;
alter table app.jobs add constraint jobs_during exclude using gist (during with =) where (status = 'running');

-- case: exclusion of other rows
-- expect: DRF004 core | table constraint | jobs_during on app.jobs | predicate
alter table app.jobs drop constraint jobs_during;
alter table app.jobs add constraint jobs_during exclude using gist (during with &&) where (status = 'queued');

-- case: exclusion dropped
-- expect: DRF001 core | table constraint | jobs_during on app.jobs |
alter table app.jobs drop constraint jobs_during;

-- case: constraint comment
-- expect: DRF004 core | table constraint | jobs_document on app.jobs | comment
comment on constraint jobs_document on app.jobs is 'new';

-- case: check of a partitioned table changed
-- expect: DRF004 core | table constraint | runs_error_check on app.runs | expression
alter table app.runs drop constraint runs_error_check;
alter table app.runs add constraint runs_error_check check (error <> ' ');

-- case: domain check
-- expect: DRF004 core | domain constraint | positive_check on app.positive | expression
alter domain app.positive drop constraint positive_check;
alter domain app.positive add constraint positive_check check (value >= 0);

-- case: domain check dropped
-- expect: DRF001 core | domain constraint | positive_check on app.positive |
alter domain app.positive drop constraint positive_check;

-- case: domain check added
-- expect: DRF002 core | domain constraint | hotfix on app.positive |
alter domain app.positive add constraint hotfix check (value < 10);
-- undo:
alter domain app.positive drop constraint hotfix;

-- case: domain check not validated
-- expect: DRF004 core | domain constraint | positive_check on app.positive | validated
alter domain app.positive drop constraint positive_check;
alter domain app.positive add constraint positive_check check (value > 0) not valid;

-- case: domain check comment
-- expect: DRF004 core | domain constraint | positive_check on app.positive | comment
comment on constraint positive_check on domain app.positive is 'new';

-- case: index dropped
-- expect: DRF001 core | index | app.jobs_dedupe |
drop index app.jobs_dedupe;

-- case: index added
-- expect: DRF002 core | index | app.hotfix |
create index hotfix on app.jobs (priority);
-- undo:
drop index app.hotfix;

-- case: index no longer unique
-- expect: DRF004 core | index | app.jobs_dedupe | unique
drop index app.jobs_dedupe;
create index jobs_dedupe on app.jobs (dedupe_key) where dedupe_key is not null;

-- case: index of other rows
-- expect: DRF004 core | index | app.jobs_dedupe | predicate
drop index app.jobs_dedupe;
create unique index jobs_dedupe on app.jobs (dedupe_key) where dedupe_key is not null and status = 'queued';

-- case: index of all rows
-- expect: DRF004 core | index | app.jobs_dedupe | predicate
drop index app.jobs_dedupe;
create unique index jobs_dedupe on app.jobs (dedupe_key);

-- case: index over another column
-- expect: DRF004 core | index | app.jobs_dedupe | keys
drop index app.jobs_dedupe;
create unique index jobs_dedupe on app.jobs (type) where dedupe_key is not null;

-- case: index nulls not distinct
-- expect: DRF004 core | index | app.jobs_dedupe | nulls_not_distinct
drop index app.jobs_dedupe;
create unique index jobs_dedupe on app.jobs (dedupe_key) nulls not distinct where dedupe_key is not null;

-- case: index ascending
-- expect: DRF004 core | index | app.jobs_ready | keys
drop index app.jobs_ready;
create index jobs_ready on app.jobs (status, run_at) include (priority) where status = 'queued';

-- case: index without an included column
-- expect: DRF004 core | index | app.jobs_ready | include
drop index app.jobs_ready;
create index jobs_ready on app.jobs (status, run_at desc) where status = 'queued';

-- case: order of an index's columns
-- expect: DRF004 core | index | app.jobs_ready | keys
drop index app.jobs_ready;
create index jobs_ready on app.jobs (run_at desc, status) include (priority) where status = 'queued';

-- case: index of another operator class
-- expect: DRF004 core | index | app.jobs_payload | keys
drop index app.jobs_payload;
create index jobs_payload on app.jobs using gin (payload);

-- case: index of another method
-- expect: DRF004 core | index | app.runs_job | method
drop index app.runs_job;
create index runs_job on app.runs using hash (job_id);

-- case: index of another collation
-- expect: DRF004 core | index | app.jobs_lower | keys
drop index app.jobs_lower;
create index jobs_lower on app.jobs (lower(type) collate "POSIX");

-- case: index of another expression
-- expect: DRF004 core | index | app.jobs_lower | keys
drop index app.jobs_lower;
create index jobs_lower on app.jobs (upper(type) collate "C");

-- case: index not valid
-- expect: DRF004 core | index | app.jobs_ready | valid
update pg_index set indisvalid = false where indexrelid = 'app.jobs_ready'::regclass;

-- case: index neither valid nor ready
-- expect: DRF004 core | index | app.jobs_ready | valid, ready
update pg_index set indisvalid = false, indisready = false where indexrelid = 'app.jobs_ready'::regclass;

-- case: index option
-- expect: DRF004 core | index | app.jobs_ready | options
alter index app.jobs_ready set (fillfactor = 50);

-- case: table clustered on an index
-- expect: DRF004 core | index | app.jobs_ready | clustered
alter table app.runs_2024 set without cluster;
update pg_index set indisclustered = true where indexrelid = 'app.jobs_ready'::regclass;
-- undo:
alter table app.jobs set without cluster;

-- case: index comment
-- expect: DRF004 core | index | app.jobs_dedupe | comment
comment on index app.jobs_dedupe is 'new';

-- case: index renamed
-- expect: DRF001 core | index | app.jobs_lower |
-- expect: DRF002 core | index | app.jobs_lowered |
alter index app.jobs_lower rename to jobs_lowered;
-- undo:
alter index app.jobs_lowered rename to jobs_lower;

-- case: index of a materialized view dropped
-- expect: DRF001 core | index | app.job_counts_type |
drop index app.job_counts_type;
