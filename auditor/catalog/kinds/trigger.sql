-- Triggers; a clone on a partition only where its state is not that of the trigger it was cloned from.
select 'trigger' as kind,
       format('%I on %I.%I', t.tgname, n.nspname, c.relname) as identity,
       format('%I.%I', n.nspname, c.relname) as table,
       case c.relkind when 'v' then 'view' when 'f' then 'foreign table' else 'table' end as table_kind,
       format('%I.%I()', fn.nspname, f.proname) as function,
       case when t.tgtype & 2 <> 0 then 'before' when t.tgtype & 64 <> 0 then 'instead of' else 'after' end as timing,
       array_remove(array[case when t.tgtype & 4 <> 0 then 'insert' end,
                          case when t.tgtype & 16 <> 0 then 'update' end,
                          case when t.tgtype & 8 <> 0 then 'delete' end,
                          case when t.tgtype & 32 <> 0 then 'truncate' end], null) as events,
       case when cardinality(t.tgattr) = 0 then '{}' else
           array(select quote_ident(a.attname)
                   from pg_catalog.pg_attribute a
                  where a.attrelid = t.tgrelid and a.attnum = any (t.tgattr)
                  order by a.attname)
       end as columns,
       case when t.tgtype & 1 <> 0 then 'row' else 'statement' end as level,
       -- pg_get_expr() cannot print a condition on both OLD and NEW.
       case when t.tgqual is not null
            then substring(pg_get_triggerdef(t.oid)
                           from ' FOR EACH (?:ROW|STATEMENT) WHEN \((.*)\) EXECUTE FUNCTION ')
       end as when,
       -- tgargs holds the arguments one after the other, each with a zero byte behind it.
       case when t.tgnargs = 0 then '{}' else
           array(select convert_from(decode(replace(x.hex, ' ', ''), 'hex'), getdatabaseencoding())
                   from string_to_table(regexp_replace(encode(t.tgargs, 'hex'), '(..)', '\1 ', 'g'), '00 ')
                        with ordinality x(hex, place)
                  where x.place <= t.tgnargs
                  order by x.place)
       end as arguments,
       quote_ident(t.tgoldtable) as old_table,
       quote_ident(t.tgnewtable) as new_table,
       t.tgconstraint <> 0 as constraint,
       t.tgdeferrable as deferrable,
       t.tginitdeferred as initially_deferred,
       case when t.tgconstrrelid <> 0 then t.tgconstrrelid::regclass::text end as referenced_table,
       case t.tgenabled when 'O' then 'origin' when 'A' then 'always'
                        when 'R' then 'replica' else 'disabled' end as enabled,
       case when u.oid is not null then format('%I on %s', u.tgname, u.tgrelid::regclass) end as cloned_from,
       d.description as comment
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_class c on c.oid = t.tgrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_proc f on f.oid = t.tgfoid
  join pg_catalog.pg_namespace fn on fn.oid = f.pronamespace
  left join pg_catalog.pg_trigger u on u.oid = t.tgparentid
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_trigger'::regclass and d.objoid = t.oid and d.objsubid = 0
 where n.nspname <> all ($1::text[])
   and n.nspname !~ '^pg_'
   and not t.tgisinternal
   and (u.oid is null or u.tgenabled <> t.tgenabled)
   and ($2::oid[] is null or c.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
