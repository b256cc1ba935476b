CREATE TABLE no_number ();
