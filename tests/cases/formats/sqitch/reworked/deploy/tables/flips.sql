CREATE TABLE app.flips ();
