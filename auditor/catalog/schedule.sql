-- May this role read the jobs of pg_cron? No row: there are none.
select has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT') as readable,
       row_security_active(c.oid) as limited,
       (select count(*) = 7
          from pg_catalog.pg_attribute a
         where a.attrelid = c.oid
           and a.attname in ('jobid', 'jobname', 'schedule', 'command', 'database', 'username', 'active')) as known
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'cron'
   and c.relname = 'job'
   and c.relkind = 'r'
