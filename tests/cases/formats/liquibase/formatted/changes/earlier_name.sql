-- liquibase formatted sql

-- changeset dave:1
ALTER TABLE t ADD COLUMN b int;
