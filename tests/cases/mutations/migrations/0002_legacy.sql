-- What is on its way out.
create schema old;
create table old.queue (id integer primary key, job text);
create function old.push() returns trigger language plpgsql as 'begin return new; end';
create trigger push after insert on old.queue for each row execute function old.push();
alter table old.queue disable trigger push;
create function old.gone() returns integer language sql as 'select 1';
create view old.report as select id from old.queue;
