CREATE TABLE keep (a int);
-- next migration
BEGIN;
CREATE TABLE gone (a int primary key);
ALTER TABLE keep ADD COLUMN b int;
CREATE INDEX ON keep (b);
ROLLBACK;
BEGIN;
CREATE TABLE stay (a int);
SAVEPOINT s1;
CREATE TABLE gone2 (a int);
DROP TABLE keep;
ROLLBACK TO s1;
CREATE TABLE stay2 (a int);
RELEASE s1;
COMMIT;
-- next migration
BEGIN;
SAVEPOINT a;
CREATE TABLE x1 (a int);
SAVEPOINT b;
CREATE TABLE x2 (a int);
RELEASE b;
ROLLBACK TO SAVEPOINT a;
SAVEPOINT c;
ALTER TABLE keep RENAME TO kept;
ROLLBACK TO c;
ROLLBACK TO c;
ALTER TABLE keep RENAME TO kept2;
COMMIT;
-- next migration
START TRANSACTION;
SET LOCAL search_path = pg_catalog;
ROLLBACK;
CREATE TABLE after_rb (a int);
BEGIN;
SET search_path = pg_temp;
ABORT;
CREATE TABLE after_rb2 (a int);
-- next migration
BEGIN; CREATE SCHEMA sx; SET search_path = sx; CREATE TABLE t (a int); ROLLBACK AND CHAIN; CREATE TABLE t2 (a int); COMMIT;
-- next migration
DO $$ BEGIN
  BEGIN
    CREATE TABLE inner_gone (a int);
    RAISE EXCEPTION 'x';
  EXCEPTION WHEN OTHERS THEN
    CREATE TABLE handler (a int);
  END;
END $$;
