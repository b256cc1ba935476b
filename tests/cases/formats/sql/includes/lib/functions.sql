-- a comment
CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
\ir broken.sql
