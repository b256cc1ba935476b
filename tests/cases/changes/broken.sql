-- What the grammar rejects is one Unknown each; the rest is still read.
CREATE TABEL x (a int);
SELECT FROM WHERE;
x y z;
CREATE TABLE fine (a int);
SELECT 1abc;
ALTER TABLE t;
SELECT (1;
