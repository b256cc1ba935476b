-- The listener learns about events; the last of the old functions goes.
create or replace function app.listener() returns trigger language plpgsql security definer
    set search_path = app, pg_temp as $$
begin
    -- one job for each document, whatever happens
    insert into app.jobs (document_id, type, dedupe_key, payload)
        values (new.id, 'protect', 'protect:' || new.id, new.events)
        on conflict (dedupe_key) where dedupe_key is not null do nothing;
    return new;
end
$$;
drop function old.gone();
