-- Flight recorder: the reverse of `auditor forensics recorder install`. The log goes with it. To keep it:
--     \copy {schema}.log to 'flight_recorder.csv' csv header
begin;
drop event trigger if exists {prefix}_command;
drop event trigger if exists {prefix}_drop;
drop schema if exists {schema} cascade;
commit;
