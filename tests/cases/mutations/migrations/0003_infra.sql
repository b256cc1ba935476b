-- What it runs on.
create schema ops;
create table ops.settings (name text primary key, value text);
create function ops.note_ddl() returns event_trigger language plpgsql as 'begin null; end';
create event trigger ops_ddl on ddl_command_end when tag in ('CREATE TABLE') execute function ops.note_ddl();
comment on event trigger ops_ddl is 'notes';
create publication feed for table app.documents (id, title), app.jobs where (status <> 'failed')
    with (publish = 'insert, update');
alter default privileges in schema app grant select on tables to mut_reader;
create foreign data wrapper dummy;
create server elsewhere foreign data wrapper dummy options (host 'there');
create foreign table ops.remote (a integer options (column_name 'x'), b text not null) server elsewhere
    options (table_name 'other');
