CREATE TABLE everything ();
