CREATE TABLE core ();
