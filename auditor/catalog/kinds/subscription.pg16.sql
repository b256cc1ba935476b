-- Subscriptions of this database, from PostgreSQL 16 on: substream is a letter, and three parameters.
select 'subscription' as kind,
       quote_ident(s.subname) as identity,
       s.subowner::regrole::text as owner,
       s.subenabled as active,
       array(select quote_ident(u.publication) collate "C" as publication from unnest(s.subpublications) u(publication)
              order by publication) as publications,
       s.subslotname::text as slot,
       s.subbinary as binary,
       case s.substream when 't' then 'on' when 'p' then 'parallel' else 'off' end as streaming,
       case s.subtwophasestate when 'e' then 'enabled' when 'p' then 'pending' else 'disabled' end as two_phase,
       s.subdisableonerr as disable_on_error,
       s.subsynccommit as synchronous_commit,
       s.subpasswordrequired as password_required,
       s.subrunasowner as run_as_owner,
       s.suborigin as origin,
       false as failover,
       d.description as comment
  from pg_catalog.pg_subscription s
  join pg_catalog.pg_database b on b.oid = s.subdbid
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_subscription'::regclass and d.objoid = s.oid and d.objsubid = 0
 where b.datname = current_database()
   and ($2::oid[] is null or s.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
