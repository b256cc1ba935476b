-- Jobs of pg_cron. Names are unique for each role, so that the second of a name is told by its role.
select 'cron job' as kind,
       j.name || case when j.place > 1 then ' of ' || quote_ident(j.username) || case when j.place > 2
                                                                                  then ' ' || j.place else '' end
                      else '' end as identity,
       j.schedule,
       j.command,
       nullif(quote_ident(j.database), quote_ident(current_database())) as database,
       quote_ident(j.username) as role,
       j.active
  from (select coalesce(quote_literal(c.jobname), 'unnamed ' || quote_literal(c.command)) as name,
               row_number() over (partition by c.jobname, case when c.jobname is null then c.command end
                                      order by c.username, c.schedule, c.jobid) as place,
               c.schedule, c.command, c.database, c.username, c.active
          from cron.job c) j
