-- Functions, procedures, aggregates, triggers, rules, policies, event triggers.

-- case: body edited by hand
-- expect: DRF003 core | function | app.listener() | body
create or replace function app.listener() returns trigger language plpgsql security definer
    set search_path = app, pg_temp as 'begin return null; end';

-- case: body of an older migration
-- expect: DRF003 core | function | app.listener() | body
create or replace function app.listener() returns trigger language plpgsql security definer set search_path = app, pg_temp as $$
begin
    insert into app.jobs (document_id, type, dedupe_key) values (new.id, 'protect', 'protect:' || new.id)
        on conflict (dedupe_key) where dedupe_key is not null do nothing;
    return new;
end
$$;

-- case: body with one more blank (a note)
-- expect: DRF003 core | function | app.noted() | body
create or replace function app.noted() returns trigger language plpgsql as 'begin  return null; end';

-- case: standard body edited
-- expect: DRF003 core | function | app.twice(integer) | body
create or replace function app.twice(n integer) returns integer language sql immutable return n * 3;

-- case: function dropped
-- expect: DRF001 core | function | app.claim_jobs(integer,pg_catalog.text) |
drop function app.claim_jobs;

-- case: trigger function dropped with its trigger
-- expect: DRF001 core | function | app.listener() |
drop function app.listener() cascade;
-- undo: no

-- case: function added
-- expect: DRF002 core | function | app.hotfix() |
create function app.hotfix() returns integer language sql as 'select 1';
-- undo:
drop function app.hotfix();

-- case: overload added
-- expect: DRF002 core | function | app.twice(bigint) |
create function app.twice(n bigint) returns bigint language sql immutable return n * 2;
-- undo:
drop function app.twice(bigint);

-- case: signature changed
-- expect: DRF001 core | function | app.twice(integer) |
-- expect: DRF002 core | function | app.twice(bigint) |
drop function app.twice(integer);
create function app.twice(n bigint) returns bigint language sql immutable return n * 2;
-- undo: no

-- case: security definer taken away
-- expect: DRF006 core | function | app.listener() | security_definer
alter function app.listener() security invoker;

-- case: security definer given
-- expect: DRF006 core | function | app.noted() | security_definer
alter function app.noted() security definer;

-- case: search_path of a function reset
-- expect: DRF006 core | function | app.listener() | settings
alter function app.listener() reset search_path;

-- case: search_path of a function changed
-- expect: DRF006 core | function | app.listener() | settings
alter function app.listener() set search_path = public;

-- case: another setting of a function
-- expect: DRF006 core | function | app.noted() | settings
alter function app.noted() set work_mem = '64MB';

-- case: leakproof
-- expect: DRF006 core | function | app.twice(integer) | leakproof
alter function app.twice(integer) leakproof;

-- case: volatility
-- expect: DRF004 core | function | app.twice(integer) | volatility
alter function app.twice(integer) volatile;

-- case: strict
-- expect: DRF004 core | function | app.claim_jobs(integer,pg_catalog.text) | strict
alter function app.claim_jobs called on null input;

-- case: parallel
-- expect: DRF004 core | function | app.claim_jobs(integer,pg_catalog.text) | parallel
alter function app.claim_jobs parallel unsafe;

-- case: cost
-- expect: DRF004 core | function | app.claim_jobs(integer,pg_catalog.text) | cost
alter function app.claim_jobs cost 51;

-- case: rows
-- expect: DRF004 core | function | app.claim_jobs(integer,pg_catalog.text) | rows
alter function app.claim_jobs rows 11;

-- case: default of an argument
-- expect: DRF004 core | function | app.claim_jobs(integer,pg_catalog.text) | arguments
create or replace function app.claim_jobs(n integer, worker text default 'one') returns setof app.jobs language sql
    stable strict parallel safe cost 50 rows 10 security definer set search_path = app, pg_temp
    as $$ select * from app.jobs where type = 'protect' and status = 'queued' limit n $$;

-- case: result of a function
-- expect: DRF004 core | function | app.twice(integer) | returns
drop function app.twice(integer);
create function app.twice(n integer) returns bigint language sql immutable return n * 2;
-- undo: no

-- case: language of a function
-- expect: DRF004 core | function | app.add(bigint,bigint) | language
-- expect: DRF003 core | function | app.add(bigint,bigint) | body
create or replace function app.add(a bigint, b bigint) returns bigint language plpgsql immutable
    as 'begin return a + b; end';

-- case: function owner
-- expect: DRF007 core | function | app.noted() | owner
alter function app.noted() owner to mut_stranger;

-- case: function for everybody
-- expect: DRF007 core | function | app.claim_jobs(integer,pg_catalog.text) | privileges
grant execute on function app.claim_jobs to public;

-- case: function for another role
-- expect: DRF007 core | function | app.claim_jobs(integer,pg_catalog.text) | privileges
grant execute on function app.claim_jobs to mut_stranger;

-- case: function no longer for its caller
-- expect: DRF007 core | function | app.claim_jobs(integer,pg_catalog.text) | privileges
revoke execute on function app.claim_jobs from mut_worker;

-- case: function comment
-- expect: DRF004 core | function | app.claim_jobs(integer,pg_catalog.text) | comment
comment on function app.claim_jobs is null;

-- case: function renamed
-- expect: DRF001 core | function | app.add(bigint,bigint) |
-- expect: DRF002 core | function | app.sum(bigint,bigint) |
-- expect: DRF004 core | aggregate | app.total(bigint) | transition_function
alter function app.add(bigint, bigint) rename to sum;
-- undo:
alter function app.sum(bigint, bigint) rename to add;

-- case: function turned into a procedure
-- expect: DRF001 core | function | app.add(bigint,bigint) |
-- expect: DRF002 core | procedure | app.add(bigint,bigint) |
drop function app.add(bigint, bigint) cascade;
create procedure app.add(a bigint, b bigint) language sql as 'select a + b';
-- undo: no

-- case: procedure body
-- expect: DRF003 core | procedure | app.clean(integer) | body
create or replace procedure app.clean(inout n integer) language plpgsql as 'begin n := 2; end';

-- case: procedure security
-- expect: DRF006 core | procedure | app.clean(integer) | security_definer
alter procedure app.clean security definer;

-- case: procedure dropped
-- expect: DRF001 core | procedure | app.clean(integer) |
drop procedure app.clean;

-- case: procedure privileges
-- expect: DRF007 core | procedure | app.clean(integer) | privileges
revoke execute on procedure app.clean from public;

-- case: aggregate of another initial value
-- expect: DRF004 core | aggregate | app.total(bigint) | initial_value
create or replace aggregate app.total(bigint) (sfunc = app.add, stype = bigint, initcond = '1');
-- undo:
create or replace aggregate app.total(bigint) (sfunc = app.add, stype = bigint, initcond = '0');

-- case: aggregate parallel
-- expect: DRF004 core | aggregate | app.total(bigint) | parallel
create or replace aggregate app.total(bigint) (sfunc = app.add, stype = bigint, initcond = '0', parallel = safe);
-- undo:
create or replace aggregate app.total(bigint) (sfunc = app.add, stype = bigint, initcond = '0');

-- case: aggregate of another function
-- expect: DRF004 core | aggregate | app.total(bigint) | transition_function
create or replace aggregate app.total(bigint) (sfunc = int8pl, stype = bigint, initcond = '0');
-- undo:
create or replace aggregate app.total(bigint) (sfunc = app.add, stype = bigint, initcond = '0');

-- case: aggregate dropped
-- expect: DRF001 core | aggregate | app.total(bigint) |
drop aggregate app.total(bigint);
-- undo: no

-- case: aggregate comment
-- expect: DRF004 core | aggregate | app.total(bigint) | comment
comment on aggregate app.total(bigint) is 'new';

-- case: trigger dropped
-- expect: DRF001 core | trigger | on_documents_change on app.documents |
drop trigger on_documents_change on app.documents;

-- case: trigger disabled
-- expect: DRF005 core | trigger | on_documents_change on app.documents | enabled
alter table app.documents disable trigger on_documents_change;

-- case: trigger on a replica only
-- expect: DRF005 core | trigger | on_documents_change on app.documents | enabled
alter table app.documents enable replica trigger on_documents_change;

-- case: trigger always
-- expect: DRF005 core | trigger | on_documents_change on app.documents | enabled
alter table app.documents enable always trigger on_documents_change;

-- case: disabled trigger enabled
-- expect: DRF005 core | trigger | off_duty on app.jobs | enabled
alter table app.jobs enable trigger off_duty;

-- case: trigger before, not after
-- expect: DRF004 core | trigger | on_documents_change on app.documents | timing
create or replace trigger on_documents_change before insert or update of events on app.documents
    for each row when (new.events is not null) execute function app.listener();

-- case: trigger on other events
-- expect: DRF004 core | trigger | on_documents_change on app.documents | events
create or replace trigger on_documents_change after update of events on app.documents
    for each row when (new.events is not null) execute function app.listener();

-- case: trigger on another column
-- expect: DRF004 core | trigger | on_documents_change on app.documents | columns
create or replace trigger on_documents_change after insert or update of events, title on app.documents
    for each row when (new.events is not null) execute function app.listener();

-- case: trigger for each statement
-- expect: DRF004 core | trigger | on_documents_change on app.documents | level, when
create or replace trigger on_documents_change after insert or update of events on app.documents
    for each statement execute function app.listener();

-- case: trigger on another condition
-- expect: DRF004 core | trigger | on_documents_change on app.documents | when
create or replace trigger on_documents_change after insert or update of events on app.documents
    for each row when (new.events is null) execute function app.listener();

-- case: trigger calls another function
-- expect: DRF004 core | trigger | on_documents_change on app.documents | function
create or replace trigger on_documents_change after insert or update of events on app.documents
    for each row when (new.events is not null) execute function app.noted();

-- case: trigger arguments
-- expect: DRF004 core | trigger | on_truncate on app.documents | arguments
create or replace trigger on_truncate after truncate on app.documents for each statement execute function app.noted('that');

-- case: transition table renamed
-- expect: DRF004 core | trigger | seen on app.jobs | new_table
create or replace trigger seen after update on app.jobs referencing old table as before new table as later
    for each statement execute function app.noted();

-- case: constraint trigger not deferred
-- expect: DRF004 core | trigger | late on app.jobs | initially_deferred
drop trigger late on app.jobs;
create constraint trigger late after insert on app.jobs deferrable for each row execute function app.noted();

-- case: constraint trigger turned plain
-- expect: DRF004 core | trigger | late on app.jobs | constraint, deferrable, initially_deferred
drop trigger late on app.jobs;
create trigger late after insert on app.jobs for each row execute function app.noted();

-- case: trigger added
-- expect: DRF002 core | trigger | hotfix on app.jobs |
create trigger hotfix before insert on app.jobs for each row execute function app.noted();
-- undo:
drop trigger hotfix on app.jobs;

-- case: trigger comment
-- expect: DRF004 core | trigger | late on app.jobs | comment
comment on trigger late on app.jobs is 'new';

-- case: trigger renamed
-- expect: DRF001 core | trigger | seen on app.jobs |
-- expect: DRF002 core | trigger | noticed on app.jobs |
alter trigger seen on app.jobs rename to noticed;
-- undo:
alter trigger noticed on app.jobs rename to seen;

-- case: policy for everybody
-- expect: DRF004 core | policy | documents_own on app.documents | roles
alter policy documents_own on app.documents to public;

-- case: policy lets everything through
-- expect: DRF004 core | policy | documents_own on app.documents | using
alter policy documents_own on app.documents using (true);

-- case: policy of another list
-- expect: DRF004 core | policy | documents_own on app.documents | using
alter policy documents_own on app.documents
    using (title = current_setting('app.title', true) and mood in ('low', 'middle', 'high'));

-- case: policy check
-- expect: DRF004 core | policy | documents_write on app.documents | check
alter policy documents_write on app.documents with check (amount >= 0);

-- case: policy of another command
-- expect: DRF004 core | policy | documents_own on app.documents | command
drop policy documents_own on app.documents;
create policy documents_own on app.documents to mut_reader
    using (title = current_setting('app.title', true) and mood in ('low', 'high'));

-- case: policy permissive
-- expect: DRF004 core | policy | documents_write on app.documents | permissive
drop policy documents_write on app.documents;
create policy documents_write on app.documents for insert to mut_worker with check (amount > 0);

-- case: policy dropped
-- expect: DRF001 core | policy | documents_own on app.documents |
drop policy documents_own on app.documents;

-- case: policy added
-- expect: DRF002 core | policy | hotfix on app.documents |
create policy hotfix on app.documents using (true);
-- undo:
drop policy hotfix on app.documents;

-- case: policy comment
-- expect: DRF004 core | policy | documents_own on app.documents | comment
comment on policy documents_own on app.documents is 'new';

-- case: rule disabled
-- expect: DRF005 core | rule | jobs_quiet on app.jobs | enabled
alter table app.jobs disable rule jobs_quiet;

-- case: rule on another condition
-- expect: DRF004 core | rule | jobs_quiet on app.jobs | definition
create or replace rule jobs_quiet as on delete to app.jobs where old.status = 'queued' do instead nothing;

-- case: rule dropped
-- expect: DRF001 core | rule | cheap_insert on app.cheap |
drop rule cheap_insert on app.cheap;

-- case: rule added
-- expect: DRF002 core | rule | hotfix on app.documents |
create rule hotfix as on delete to app.documents do instead nothing;
-- undo:
drop rule hotfix on app.documents;

-- case: rule comment
-- expect: DRF004 core | rule | jobs_quiet on app.jobs | comment
comment on rule jobs_quiet on app.jobs is 'new';

-- case: event trigger disabled
-- expect: DRF005 infra | event trigger | ops_ddl | enabled
alter event trigger ops_ddl disable;

-- case: event trigger always
-- expect: DRF005 infra | event trigger | ops_ddl | enabled
alter event trigger ops_ddl enable always;

-- case: event trigger of other commands
-- expect: DRF004 infra | event trigger | ops_ddl | tags
drop event trigger ops_ddl;
create event trigger ops_ddl on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function ops.note_ddl();
comment on event trigger ops_ddl is 'notes';

-- case: event trigger of another event
-- expect: DRF004 infra | event trigger | ops_ddl | event
drop event trigger ops_ddl;
create event trigger ops_ddl on ddl_command_start when tag in ('CREATE TABLE') execute function ops.note_ddl();
comment on event trigger ops_ddl is 'notes';

-- case: event trigger comment
-- expect: DRF004 infra | event trigger | ops_ddl | comment
comment on event trigger ops_ddl is null;

-- case: event trigger dropped
-- expect: DRF001 infra | event trigger | ops_ddl |
drop event trigger ops_ddl;
