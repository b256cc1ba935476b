CREATE TABLE a_b_key (x int);
CREATE TABLE a (id serial PRIMARY KEY, b int UNIQUE, c text CHECK (c <> ''), d int REFERENCES a, e int, f int,
    UNIQUE (e, f), CHECK (e > f), CHECK (e > 0), FOREIGN KEY (e, f) REFERENCES a (e, f));
CREATE INDEX ON a (c);
CREATE INDEX ON a (c);
CREATE INDEX ON a (lower(c), e DESC) INCLUDE (f) WHERE e > 3;
CREATE INDEX ON a ((e + f));
CREATE INDEX ON a ((e + f), (e - f), lower(c), upper(c));
CREATE TABLE b (a_id int CONSTRAINT named REFERENCES a (id), x bigserial, y smallserial, z int GENERATED ALWAYS AS IDENTITY,
    EXCLUDE USING btree (x WITH =), EXCLUDE (y WITH =) WHERE (y > 0));
CREATE TABLE taken (id int);
CREATE SEQUENCE taken2_id_seq;
CREATE TABLE taken2 (id serial, CONSTRAINT taken2_pkey PRIMARY KEY (id));
CREATE TABLE inc (a int, b int, UNIQUE (b) INCLUDE (a), EXCLUDE USING btree ((a + b) WITH =, lower('x') WITH =));
CREATE TABLE inc2 (a int, b int, c int, UNIQUE (b) INCLUDE (a, c));
ALTER TABLE inc2 DROP COLUMN c;
