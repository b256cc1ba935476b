CREATE TYPE status AS ENUM ('a');
CREATE FUNCTION f(_text, pg_catalog._int4, _status) RETURNS int LANGUAGE sql AS 'select 1';
CREATE TABLE t (a _varchar, b _status);
