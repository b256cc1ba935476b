-- +migrate Up notransaction
CREATE TABLE b ();
-- +migrate Down
DROP TABLE b;
-- +migrate Up
CREATE TABLE c ();
-- +migrate Down
DROP TABLE c;
