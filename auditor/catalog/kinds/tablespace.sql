-- Tablespaces of the cluster. 16384 is FirstNormalObjectId: those below came with initdb. One within the data
-- directory (`allow_in_place_tablespaces`) is called by its number there.
select 'tablespace' as kind,
       quote_ident(t.spcname) as identity,
       regexp_replace(pg_tablespace_location(t.oid), '^pg_tblspc/\d+$', 'pg_tblspc') as location,
       array(select o.option from unnest(t.spcoptions) o(option) order by o.option collate "C") as options,
       t.spcowner::regrole::text as owner,
       array(select (case a.grantee when 0 then 'public' when t.spcowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(t.spcacl, acldefault('t', t.spcowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_tablespace t
  left join pg_catalog.pg_shdescription d
    on d.classoid = 'pg_catalog.pg_tablespace'::regclass and d.objoid = t.oid
 where t.oid >= 16384
   and ($2::oid[] is null or t.oid = any ($2))
   and $1::text[] is not null -- lies in no schema
