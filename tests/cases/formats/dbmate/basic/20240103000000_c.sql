CREATE TABLE no_marker ();
