-- What PostgreSQL 18 has beside test_catalog_everything.sql.
alter table app.parent add constraint late check (a < 10) not enforced;
alter table app.parent add tripled integer generated always as (a * 3) virtual;
create table app.bookings (room int4range, during daterange,
  constraint bookings_once primary key (room, during without overlaps));
create publication "APP_generated" for table app.documents with (publish_generated_columns = stored);
