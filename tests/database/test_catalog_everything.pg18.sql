-- What PostgreSQL 18 has beside test_catalog_everything.sql.
alter table app.parent add constraint late check (a < 10) not enforced;
alter table app.parent add tripled integer generated always as (a * 3) virtual;
create table app.bookings (room int4range, during daterange,
  constraint bookings_once primary key (room, during without overlaps));
create publication "APP_generated" for table app.documents with (publish_generated_columns = stored);
create table app.nullable (a integer constraint a_there not null no inherit, b integer);
alter table app.nullable add constraint b_there not null b not valid;
alter subscription "APP_sub" set (origin = none, password_required = false, run_as_owner);
create subscription "APP_failover" connection 'host=nowhere password=hidden' publication c
  with (connect = false, slot_name = 'other', failover);
