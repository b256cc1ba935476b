CREATE TABLE plain (a int);
