-- +migrate Up
CREATE TABLE a ();
