-- Publications.
select 'publication' as kind,
       quote_ident(p.pubname) as identity,
       p.pubowner::regrole::text as owner,
       p.puballtables as all_tables,
       array(select (format('%I.%I', n.nspname, c.relname)
                     || coalesce(' (' || (select string_agg(quote_ident(a.attname), ', ' order by a.attname)
                                            from pg_catalog.pg_attribute a
                                           where a.attrelid = c.oid and a.attnum = any (r.prattrs)) || ')', '')
                     || coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '')) collate "C" as published
               from pg_catalog.pg_publication_rel r
               join pg_catalog.pg_class c on c.oid = r.prrelid
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              where r.prpubid = p.oid and n.nspname <> all ($1::text[])
              order by published) as tables,
       array(select quote_ident(n.nspname) collate "C" as published
               from pg_catalog.pg_publication_namespace r
               join pg_catalog.pg_namespace n on n.oid = r.pnnspid
              where r.pnpubid = p.oid
              order by published) as schemas,
       array_remove(array[case when p.pubinsert then 'insert' end,
                          case when p.pubupdate then 'update' end,
                          case when p.pubdelete then 'delete' end,
                          case when p.pubtruncate then 'truncate' end], null) as publish,
       p.pubviaroot as via_root,
       'none' as generated_columns,
       d.description as comment
  from pg_catalog.pg_publication p
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_publication'::regclass and d.objoid = p.oid and d.objsubid = 0
 where ($2::oid[] is null or p.oid = any ($2))
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_publication'::regclass and e.objid = p.oid and e.deptype = 'e')
