CREATE TABLE not_for_us ();
