CREATE TABLE twice ();
