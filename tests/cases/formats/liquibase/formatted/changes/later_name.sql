--liquibase formatted sql

--changeset alice:1 runOnChange:true
--preconditions onFail:MARK_RAN
CREATE TABLE t (a int);
CREATE INDEX i ON t (a);
--rollback DROP TABLE t;

--changeset bob:2 splitStatements:false endDelimiter:GO runInTransaction:false
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END
$$
GO
CREATE VIEW v AS SELECT f()
GO
/* liquibase rollback
DROP VIEW v;
DROP FUNCTION f();
*/

--changeset "carol d":3 dbms:mysql,h2
CREATE TABLE not_here (a int);

--changeset "carol d":4 dbms:!mysql
CREATE TABLE ${prefix}_x (a int);
