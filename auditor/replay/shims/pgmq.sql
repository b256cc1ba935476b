-- pgmq. True: the tables of a queue, and sending, reading, deleting and archiving messages. Missing: partitioned
-- queues, metrics, batches, topics, reading with a poll.

create table pgmq.meta (
    queue_name varchar unique not null,
    is_partitioned boolean not null,
    is_unlogged boolean not null,
    created_at timestamptz default now() not null
);
create type pgmq.message_record as (
    msg_id bigint, read_ct integer, enqueued_at timestamptz, vt timestamptz, message jsonb, headers jsonb
);

create function pgmq.create_queue(queue_name text, persistence text) returns void language plpgsql as $$
begin
    execute format(
        'create %s table if not exists pgmq.%I (
            msg_id bigint primary key generated always as identity,
            read_ct integer default 0 not null,
            enqueued_at timestamptz default now() not null,
            vt timestamptz not null,
            message jsonb,
            headers jsonb)', persistence, 'q_' || lower(queue_name));
    execute format(
        'create table if not exists pgmq.%I (
            msg_id bigint primary key,
            read_ct integer default 0 not null,
            enqueued_at timestamptz default now() not null,
            archived_at timestamptz default now() not null,
            vt timestamptz not null,
            message jsonb,
            headers jsonb)', 'a_' || lower(queue_name));
    execute format('create index if not exists %I on pgmq.%I (vt)',
        'q_' || lower(queue_name) || '_vt_idx', 'q_' || lower(queue_name));
    execute format('create index if not exists %I on pgmq.%I (archived_at)',
        'archived_at_idx_' || lower(queue_name), 'a_' || lower(queue_name));
    insert into pgmq.meta values (queue_name, false, persistence = 'unlogged') on conflict do nothing;
end
$$;

create function pgmq."create"(queue_name text) returns void language sql return pgmq.create_queue(queue_name, '');

create function pgmq.create_non_partitioned(queue_name text) returns void language sql
return pgmq.create_queue(queue_name, '');

create function pgmq.create_unlogged(queue_name text) returns void language sql
return pgmq.create_queue(queue_name, 'unlogged');

create function pgmq.drop_queue(queue_name text) returns boolean language plpgsql as $$
begin
    execute format('drop table if exists pgmq.%I, pgmq.%I', 'q_' || lower(queue_name), 'a_' || lower(queue_name));
    delete from pgmq.meta where meta.queue_name = drop_queue.queue_name;
    return found;
end
$$;

create function pgmq.send(queue_name text, msg jsonb, delay integer default 0) returns setof bigint
language plpgsql as $$
begin
    return query execute format(
        'insert into pgmq.%I (vt, message) values (clock_timestamp() + make_interval(secs => $1), $2) returning msg_id',
        'q_' || lower(queue_name)) using delay, msg;
end
$$;

create function pgmq.read(queue_name text, vt integer, qty integer) returns setof pgmq.message_record
language plpgsql as $$
begin
    return query execute format(
        'update pgmq.%1$I q set vt = clock_timestamp() + make_interval(secs => $1), read_ct = read_ct + 1
         where msg_id in (select msg_id from pgmq.%1$I where vt <= clock_timestamp() order by msg_id limit $2
                          for update skip locked)
         returning msg_id, read_ct, enqueued_at, vt, message, headers',
        'q_' || lower(queue_name)) using vt, qty;
end
$$;

create function pgmq.delete(queue_name text, msg_id bigint) returns boolean language plpgsql as $$
declare
    affected integer;
begin
    execute format('delete from pgmq.%I where msg_id = $1', 'q_' || lower(queue_name)) using msg_id;
    get diagnostics affected = row_count;
    return affected > 0;
end
$$;

create function pgmq.archive(queue_name text, msg_id bigint) returns boolean language plpgsql as $$
declare
    affected integer;
begin
    execute format(
        'with moved as (delete from pgmq.%I where msg_id = $1 returning *)
         insert into pgmq.%I (msg_id, read_ct, enqueued_at, vt, message, headers)
         select msg_id, read_ct, enqueued_at, vt, message, headers from moved',
        'q_' || lower(queue_name), 'a_' || lower(queue_name)) using msg_id;
    get diagnostics affected = row_count;
    return affected > 0;
end
$$;
