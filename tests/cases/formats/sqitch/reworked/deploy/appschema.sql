-- Deploy flow:appschema to pg
BEGIN;
CREATE SCHEMA app;
COMMIT;
