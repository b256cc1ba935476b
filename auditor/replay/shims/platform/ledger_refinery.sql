-- refinery notes what it applied here.
-- https://docs.rs/refinery/latest/refinery/

create table public.refinery_schema_history (
    version integer primary key,
    name varchar(255),
    applied_on varchar(255),
    checksum varchar(255)
);
