CREATE TABLE ${schema}.a (); CREATE TABLE ${flyway:defaultSchema}.b ();
