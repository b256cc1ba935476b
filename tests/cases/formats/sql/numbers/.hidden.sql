CREATE TABLE hidden ();
