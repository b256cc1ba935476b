CREATE TABLE :schema.part (a int);
\set schema other
\i 1_all.sql
