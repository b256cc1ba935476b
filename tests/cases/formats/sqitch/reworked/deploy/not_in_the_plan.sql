CREATE TABLE app.nothing ();
