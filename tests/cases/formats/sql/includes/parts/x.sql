CREATE TABLE left_out ();
