\set schema app
\set secret `cat /run/secret`
\i 2_part.sql
\ir 'lib/functions.sql'
CREATE TABLE :schema.after (a int);
\i missing.sql
\i ../../../../pure/test_formats.py
SELECT 'create table x()' \gexec
\if :x
\endif
