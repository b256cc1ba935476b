-- yoyo notes what it applied here.
-- https://ollycope.com/software/yoyo/latest/

create table public._yoyo_migration (
    migration_hash varchar(64) primary key,
    migration_id varchar(255),
    applied_at_utc timestamp
);
create table public._yoyo_log (
    id varchar(36) primary key,
    migration_hash varchar(64),
    migration_id varchar(255),
    operation varchar(10),
    username varchar(255),
    hostname varchar(255),
    comment varchar(255),
    created_at_utc timestamp
);
create table public._yoyo_version (version integer primary key, installed_at_utc timestamp);
create table public.yoyo_lock (locked integer primary key default 1, ctime timestamp, pid integer not null);
