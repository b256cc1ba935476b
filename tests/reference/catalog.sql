-- What the history has made, as plain rows: kind, identity, definition, privileges, kind and identity of the parent.
-- Deliberately independent of the auditor's own reader.
WITH ours AS (
    SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'ops')
), objects (classid, objid, subid, parentclass, parent, definition, acl) AS (
    SELECT 'pg_namespace'::regclass::oid, n.oid, 0, NULL::oid, NULL::oid, NULL::text, coalesce(n.nspacl, acldefault('n', n.nspowner))
      FROM pg_namespace AS n WHERE n.oid IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, 0, 'pg_class'::regclass,
           coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = c.oid),
                    (SELECT refobjid FROM pg_depend
                      WHERE classid = 'pg_class'::regclass AND objid = c.oid AND c.relkind = 'S'
                        AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i'))),
           concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, obj_description(c.oid, 'pg_class'),
                     CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) WHEN 'i' THEN pg_get_indexdef(c.oid) END),
           CASE WHEN c.relkind IN ('r', 'v') THEN coalesce(c.relacl, acldefault('r', c.relowner))
                WHEN c.relkind = 'S' THEN coalesce(c.relacl, acldefault('s', c.relowner)) END
      FROM pg_class AS c WHERE c.relnamespace IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'pg_class'::regclass, a.attrelid, a.attnum, 'pg_class'::regclass, a.attrelid,
           concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                     pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)),
           a.attacl
      FROM pg_attribute AS a
      JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v')
      LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE c.relnamespace IN (SELECT oid FROM ours) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_constraint'::regclass, k.oid, 0,
           CASE k.conrelid WHEN 0 THEN 'pg_type'::regclass ELSE 'pg_class'::regclass END,
           CASE k.conrelid WHEN 0 THEN k.contypid ELSE k.conrelid END,
           concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated), NULL
      FROM pg_constraint AS k WHERE k.connamespace IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, 0, 'pg_class'::regclass, t.tgrelid,
           concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled), NULL
      FROM pg_trigger AS t WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'pg_policy'::regclass, p.oid, 0, 'pg_class'::regclass, p.polrelid,
           concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                     array(SELECT rolname::text FROM pg_roles WHERE oid = ANY (p.polroles) ORDER BY 1)), NULL
      FROM pg_policy AS p
    UNION ALL
    SELECT 'pg_proc'::regclass, f.oid, 0, NULL, NULL, pg_get_functiondef(f.oid),
           coalesce(f.proacl, acldefault('f', f.proowner))
      FROM pg_proc AS f
     WHERE f.pronamespace IN (SELECT oid FROM ours) AND f.prokind = 'f'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = f.oid AND deptype = 'e')
    UNION ALL
    SELECT 'pg_type'::regclass, y.oid, 0, NULL, NULL,
           concat_ws(' ', y.typtype, format_type(y.typbasetype, y.typtypmod),
                     (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = y.oid)),
           NULL
      FROM pg_type AS y WHERE y.typnamespace IN (SELECT oid FROM ours) AND y.typtype IN ('d', 'e')
    UNION ALL
    SELECT 'pg_extension'::regclass, e.oid, 0, NULL, NULL, e.extversion, NULL FROM pg_extension AS e
    UNION ALL
    SELECT 'pg_default_acl'::regclass, a.oid, 0, NULL, NULL, NULL, a.defaclacl FROM pg_default_acl AS a
)
SELECT identified.type, identified.identity, objects.definition,
       array(SELECT concat_ws(' ', grantee.rolname, granted.privilege_type, granted.is_grantable)
               FROM aclexplode(objects.acl) AS granted
               LEFT JOIN pg_roles AS grantee ON grantee.oid = granted.grantee
              ORDER BY 1) AS privileges,
       above.type AS parent_kind, above.identity AS parent_identity
  FROM objects
 CROSS JOIN LATERAL pg_identify_object(objects.classid, objects.objid, objects.subid) AS identified
  LEFT JOIN LATERAL pg_identify_object(objects.parentclass, objects.parent, 0) AS above ON objects.parent IS NOT NULL
 ORDER BY identified.type, identified.identity
