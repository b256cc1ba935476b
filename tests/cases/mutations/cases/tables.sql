-- Tables, columns, sequences.

-- case: table dropped with all that hangs on it
-- expect: DRF001 core | table | app.scratch |
drop table app.scratch;
-- undo: no

-- case: table added
-- expect: DRF002 unclassified | table | public.hotfix |
create table public.hotfix (id integer primary key, note text);
-- undo:
drop table public.hotfix;

-- case: table added in a schema of the core
-- expect: DRF002 core | table | app.hotfix |
create table app.hotfix (id integer primary key, note text);
-- undo:
drop table app.hotfix;

-- case: table renamed
-- expect: DRF001 core | table | app.scratch |
-- expect: DRF002 core | table | app.scratched |
alter table app.scratch rename to scratched;
-- undo:
alter table app.scratched rename to scratch;

-- case: table moved to another schema
-- expect: DRF001 core | table | app.scratch |
-- expect: DRF002 infra | table | ops.scratch |
alter table app.scratch set schema ops;
-- undo:
alter table ops.scratch set schema app;

-- case: table owner
-- expect: DRF007 core | table | app.jobs | owner
alter table app.jobs owner to mut_stranger;

-- case: table persistence
-- expect: DRF004 core | table | app.scratch | persistence
alter table app.scratch set logged;

-- case: row security off
-- expect: DRF004 core | table | app.documents | row_security
alter table app.documents disable row level security;

-- case: row security forced
-- expect: DRF004 core | table | app.documents | force_row_security
alter table app.documents force row level security;

-- case: row security on, without a policy
-- expect: DRF004 core | table | app.jobs | row_security
alter table app.jobs enable row level security;

-- case: replica identity full
-- expect: DRF004 core | table | app.jobs | replica_identity
alter table app.jobs replica identity full;

-- case: storage option
-- expect: DRF004 core | table | app.jobs | options
alter table app.jobs set (autovacuum_enabled = false);

-- case: storage option changed
-- expect: DRF004 core | table | app.jobs | options
alter table app.jobs set (fillfactor = 71);

-- case: storage option reset
-- expect: DRF004 core | table | app.jobs | options
alter table app.jobs reset (fillfactor);

-- case: table comment
-- expect: DRF004 core | table | app.documents | comment
comment on table app.documents is 'one of several authorities';

-- case: table comment gone
-- expect: DRF004 core | table | app.documents | comment
comment on table app.documents is null;

-- case: table granted to another role
-- expect: DRF007 core | table | app.jobs | privileges
grant select on app.jobs to mut_stranger;

-- case: table granted to everybody
-- expect: DRF007 core | table | app.documents | privileges
grant select on app.documents to public;

-- case: table revoked
-- expect: DRF007 core | table | app.documents | privileges
revoke select on app.documents from mut_reader;

-- case: grant option
-- expect: DRF007 core | table | app.documents | privileges
grant select on app.documents to mut_reader with grant option;

-- case: the owner's own privilege revoked
-- expect: DRF007 core | table | app.jobs | privileges
revoke truncate on app.jobs from current_user;

-- case: partition detached
-- expect: DRF004 core | table | app.runs_2024 | partition_of, partition_bound
alter table app.runs detach partition app.runs_2024;
-- undo:
alter table app.runs attach partition app.runs_2024 for values from ('2024-01-01') to ('2025-01-01');

-- case: partition with other bounds
-- expect: DRF004 core | table | app.runs_2024 | partition_bound
alter table app.runs detach partition app.runs_2024;
alter table app.runs attach partition app.runs_2024 for values from ('2024-01-01') to ('2024-07-01');
-- undo:
alter table app.runs detach partition app.runs_2024;
alter table app.runs attach partition app.runs_2024 for values from ('2024-01-01') to ('2025-01-01');

-- case: partition added
-- expect: DRF002 core | table | app.runs_2025 |
create table app.runs_2025 partition of app.runs for values from ('2025-01-01') to ('2026-01-01');
-- undo:
drop table app.runs_2025;

-- case: partition dropped
-- expect: DRF001 core | table | app.runs_2024 |
drop table app.runs_2024;
-- undo: no

-- case: inheritance removed
-- expect: DRF004 core | table | app.derived | inherits
alter table app.derived no inherit app.base;
-- undo: no

-- case: inheritance added
-- expect: DRF004 core | table | app.derived | inherits
create table app.elder (c integer);
alter table app.derived inherit app.elder;
-- expect: DRF002 core | table | app.elder |
-- undo: no

-- case: column added
-- expect: DRF002 core | table column | app.documents.hotfix |
alter table app.documents add hotfix integer;
-- undo:
alter table app.documents drop hotfix;

-- case: column of a partitioned table added
-- expect: DRF002 core | table column | app.runs.hotfix |
alter table app.runs add hotfix integer;
-- undo:
alter table app.runs drop hotfix;

-- case: column of a partitioned table changed
-- expect: DRF004 core | table column | app.runs.error | default
alter table app.runs alter error set default '?';

-- case: column of a partition alone changed
-- expect: DRF004 core | table column | app.runs_2024.error | default
alter table app.runs_2024 alter error set default '?';

-- case: column dropped
-- expect: DRF001 core | table column | app.documents.body |
alter table app.documents drop body;

-- case: column dropped with what needs it
-- expect: DRF001 core | table column | app.jobs.status |
-- expect: DRF001 core | view | app.open_jobs |
-- expect: DRF004 infra | publication | feed | tables
alter table app.jobs drop status cascade;
-- undo: no

-- case: column renamed
-- expect: DRF001 core | table column | app.jobs.priority |
-- expect: DRF002 core | table column | app.jobs.prio |
-- expect: DRF004 core | index | app.jobs_ready | include
alter table app.jobs rename priority to prio;
-- undo:
alter table app.jobs rename prio to priority;

-- case: column type
-- expect: DRF004 core | table column | app.jobs.priority | type
alter table app.jobs alter priority type integer;

-- case: column type modifier
-- expect: DRF004 core | table column | app.documents.body | type
alter table app.documents alter body type varchar(100);

-- case: column type to an array
-- expect: DRF004 core | table column | app.scratch.a | type
alter table app.scratch alter a type integer[] using array[a];
-- undo:
alter table app.scratch alter a type integer using a[1];

-- case: column collation
-- expect: DRF004 core | table column | app.scratch.b | collation
alter table app.scratch alter b type text collate "C";
-- undo:
alter table app.scratch alter b type text collate "default";

-- case: not null dropped
-- expect: DRF004 core | table column | app.documents.events | not_null
alter table app.documents alter events drop not null;

-- case: not null set
-- expect: DRF004 core | table column | app.documents.body | not_null
alter table app.documents alter body set not null;

-- case: default changed
-- expect: DRF004 core | table column | app.documents.title | default
alter table app.documents alter title set default 'Untitled';

-- case: default dropped
-- expect: DRF004 core | table column | app.documents.amount | default
alter table app.documents alter amount drop default;

-- case: default added
-- expect: DRF004 core | table column | app.documents.body | default
alter table app.documents alter body set default '';

-- case: default of another function
-- expect: DRF004 core | table column | app.documents.created_at | default
alter table app.documents alter created_at set default clock_timestamp();

-- case: default of an enum
-- expect: DRF004 core | table column | app.documents.mood | default
alter table app.documents alter mood set default 'high';

-- case: identity by default
-- expect: DRF004 core | table column | app.documents.id | identity_generation
alter table app.documents alter id set generated by default;
-- undo:
alter table app.documents alter id set generated always;

-- case: generated column turned plain
-- expect: DRF004 core | table column | app.documents.counted | default, generated
alter table app.documents alter counted drop expression;
-- undo: no

-- case: generated column of another expression
-- expect: DRF004 core | table column | app.documents.counted | default
alter table app.documents drop counted;
alter table app.documents add counted integer generated always as (jsonb_array_length(events) + 1) stored;
-- undo: no

-- case: column storage
-- expect: DRF004 core | table column | app.jobs.payload | storage
alter table app.jobs alter payload set storage extended;
-- undo:
alter table app.jobs alter payload set storage external;

-- case: column compression
-- expect: DRF004 core | table column | app.documents.body | compression
alter table app.documents alter body set compression pglz;
-- undo:
alter table app.documents alter body set compression default;

-- case: column statistics
-- expect: DRF004 core | table column | app.jobs.status | statistics
alter table app.jobs alter status set statistics -1;
-- undo:
alter table app.jobs alter status set statistics 200;

-- case: column options
-- expect: DRF004 core | table column | app.jobs.type | options
alter table app.jobs alter type set (n_distinct = 3);
-- undo:
alter table app.jobs alter type reset (n_distinct);

-- case: column comment
-- expect: DRF004 core | table column | app.documents.events | comment
comment on column app.documents.events is 'rewritten at will';

-- case: column granted
-- expect: DRF007 core | table column | app.documents.events | privileges
grant update (events) on app.documents to mut_worker;

-- case: column revoked
-- expect: DRF007 core | table column | app.documents.title | privileges
revoke update (title) on app.documents from mut_worker;

-- case: foreign table option
-- expect: DRF004 infra | foreign table | ops.remote | options
alter foreign table ops.remote options (set table_name 'another');
-- undo:
alter foreign table ops.remote options (set table_name 'other');

-- case: foreign table dropped
-- expect: DRF001 infra | foreign table | ops.remote |
drop foreign table ops.remote;
-- undo: no

-- case: foreign table column option
-- expect: DRF004 infra | foreign table column | ops.remote.a | options
alter foreign table ops.remote alter a options (set column_name 'y');
-- undo:
alter foreign table ops.remote alter a options (set column_name 'x');

-- case: foreign table column not null
-- expect: DRF004 infra | foreign table column | ops.remote.b | not_null
alter foreign table ops.remote alter b drop not null;

-- case: sequence increment
-- expect: DRF004 core | sequence | app.numbers | increment
alter sequence app.numbers increment 6;

-- case: sequence minimum
-- expect: DRF004 core | sequence | app.numbers | minimum
alter sequence app.numbers minvalue 2;

-- case: sequence maximum
-- expect: DRF004 core | sequence | app.numbers | maximum
alter sequence app.numbers maxvalue 2000;

-- case: sequence start
-- expect: DRF004 core | sequence | app.numbers | start
alter sequence app.numbers start 11;

-- case: sequence cache
-- expect: DRF004 core | sequence | app.numbers | cache
alter sequence app.numbers cache 1;

-- case: sequence cycle
-- expect: DRF004 core | sequence | app.numbers | cycle
alter sequence app.numbers no cycle;

-- case: sequence type
-- expect: DRF004 core | sequence | app.numbers | type
alter sequence app.numbers as integer;

-- case: sequence owned by a column
-- expect: DRF004 core | sequence | app.numbers | owned_by
alter sequence app.numbers owned by app.scratch.a;
-- undo:
alter sequence app.numbers owned by none;

-- case: sequence persistence
-- expect: DRF004 core | sequence | app.numbers | persistence
alter sequence app.numbers set unlogged;
-- undo:
alter sequence app.numbers set logged;

-- case: sequence privileges
-- expect: DRF007 core | sequence | app.numbers | privileges
revoke usage on sequence app.numbers from mut_worker;

-- case: sequence comment
-- expect: DRF004 core | sequence | app.numbers | comment
comment on sequence app.numbers is null;

-- case: sequence owner
-- expect: DRF007 core | sequence | app.numbers | owner
alter sequence app.numbers owner to mut_stranger;

-- case: sequence dropped
-- expect: DRF001 core | sequence | app.numbers |
drop sequence app.numbers;
-- undo: no

-- case: sequence of a serial column changed
-- expect: DRF004 core | sequence | app.jobs_id_seq | cache
alter sequence app.jobs_id_seq cache 1;

-- case: sequence of an identity column changed
-- expect: DRF004 core | sequence | app.documents_id_seq | increment
alter table app.documents alter id set increment 2;
