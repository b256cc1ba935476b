-- pg_cron. True: the tables and what scheduling writes into them. No job ever runs.

create schema cron;
create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
    jobid bigint primary key default nextval('cron.jobid_seq'),
    schedule text not null,
    command text not null,
    nodename text not null default 'localhost',
    nodeport integer not null default coalesce(inet_server_port(), 5432),
    database text not null default current_database(),
    username text not null default current_user,
    active boolean not null default true,
    jobname text,
    constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
grant select on cron.job to public;

create table cron.job_run_details (
    jobid bigint,
    runid bigint primary key default nextval('cron.runid_seq'),
    job_pid integer,
    database text,
    username text,
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);
grant select, delete on cron.job_run_details to public;

-- Like the real one it does not look at what follows the fifth field.
create function cron.checked_schedule(schedule text) returns text language plpgsql immutable as $$
begin
    if schedule !~* '^\s*(@\w+\s*|[1-5]?\d seconds?\s*|(\S+\s+){4}\S.*)$' then
        raise exception 'invalid schedule: %', schedule using errcode = 'invalid_parameter_value';
    end if;
    return schedule;
end
$$;

create function cron.schedule_in_database(
    job_name text, schedule text, command text, database text, username text default null, active boolean default true
) returns bigint language sql
begin atomic
    insert into cron.job (jobname, schedule, command, database, username, active)
    values (job_name, cron.checked_schedule(schedule), command, database, coalesce(username, current_user), active)
    on conflict on constraint jobname_username_uniq
    do update set schedule = excluded.schedule, command = excluded.command, database = excluded.database,
                  active = excluded.active
    returning jobid;
end;

create function cron.schedule(job_name text, schedule text, command text) returns bigint language sql
return cron.schedule_in_database(job_name, schedule, command, current_database());

create function cron.schedule(schedule text, command text) returns bigint language sql
return cron.schedule_in_database(null, schedule, command, current_database());

create function cron.unschedule(job_id bigint) returns boolean language plpgsql strict as $$
begin
    delete from cron.job where jobid = job_id;
    if not found then
        raise exception 'could not find valid entry for job %', job_id;
    end if;
    return true;
end
$$;

create function cron.unschedule(job_name text) returns boolean language plpgsql strict as $$
begin
    delete from cron.job where jobname = job_name and username = current_user;
    if not found then
        raise exception 'could not find valid entry for job ''%''', job_name;
    end if;
    return true;
end
$$;

create function cron.alter_job(
    job_id bigint, schedule text default null, command text default null, database text default null,
    username text default null, active boolean default null
) returns void language plpgsql as $$
begin
    update cron.job set
        schedule = coalesce(cron.checked_schedule(alter_job.schedule), job.schedule),
        command = coalesce(alter_job.command, job.command),
        database = coalesce(alter_job.database, job.database),
        username = coalesce(alter_job.username, job.username),
        active = coalesce(alter_job.active, job.active)
    where jobid = job_id;
    if not found then
        raise exception 'Job % does not exist or you don''t own it', job_id;
    end if;
end
$$;

create function cron.job_cache_invalidate() returns trigger language plpgsql as $$
begin
    return null;
end
$$;

create trigger cron_job_cache_invalidate after insert or update or delete or truncate on cron.job
    for each statement execute function cron.job_cache_invalidate();
