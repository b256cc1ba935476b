---- tern: disable-tx ----
CREATE TABLE b ();
---- create above / drop below ----
DROP TABLE b;
