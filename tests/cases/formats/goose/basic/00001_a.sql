-- +goose Up
CREATE TABLE a ();
