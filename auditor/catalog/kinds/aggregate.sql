-- Aggregate functions.
select 'aggregate' as kind,
       o.identity,
       pg_get_function_arguments(p.oid) as arguments,
       pg_get_function_result(p.oid) as returns,
       case g.aggkind when 'o' then 'ordered-set' when 'h' then 'hypothetical-set' else 'normal' end as form,
       g.aggtransfn::oid::regprocedure::text as transition_function,
       g.aggtranstype::regtype::text as state_type,
       g.aggtransspace as state_space,
       g.agginitval as initial_value,
       nullif(g.aggfinalfn::oid, 0)::regprocedure::text as final_function,
       g.aggfinalextra as final_extra,
       case g.aggfinalmodify when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end as final_modify,
       nullif(g.aggcombinefn::oid, 0)::regprocedure::text as combine_function,
       nullif(g.aggserialfn::oid, 0)::regprocedure::text as serial_function,
       nullif(g.aggdeserialfn::oid, 0)::regprocedure::text as deserial_function,
       nullif(g.aggmtransfn::oid, 0)::regprocedure::text as moving_transition_function,
       nullif(g.aggminvtransfn::oid, 0)::regprocedure::text as moving_inverse_function,
       nullif(g.aggmtranstype, 0)::regtype::text as moving_state_type,
       g.aggmtransspace as moving_state_space,
       g.aggminitval as moving_initial_value,
       nullif(g.aggmfinalfn::oid, 0)::regprocedure::text as moving_final_function,
       g.aggmfinalextra as moving_final_extra,
       case g.aggmfinalmodify when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end
            as moving_final_modify,
       nullif(g.aggsortop, 0)::regoperator::text as sort_operator,
       case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
       p.proowner::regrole::text as owner,
       array(select (case a.grantee when 0 then 'public' when p.proowner then 'owner'
                     else coalesce(nullif(a.grantee::regrole::text, 'owner'), '"owner"') end
                     || ': ' || a.privilege_type || case when bool_or(a.is_grantable) then '*' else '' end
                    ) collate "C" as privilege
               from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
              group by a.grantee, a.privilege_type
              order by privilege) as privileges,
       d.description as comment
  from pg_catalog.pg_proc p
  join pg_catalog.pg_aggregate g on g.aggfnoid = p.oid
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_proc'::regclass and d.objoid = p.oid and d.objsubid = 0
 cross join lateral pg_identify_object('pg_catalog.pg_proc'::regclass, p.oid, 0) o
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and ($2::oid[] is null or p.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
